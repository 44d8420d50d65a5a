import { execFileSync } from "node:child_process";
import { copyFileSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { functionsPackage, type Manifest } from "./functions-package.ts";

/*
 * Compiles the deployable functions into dist/functions, the `source` of firebase.json, writes
 * their package.json, and puts functions.env and functions.env.<project> where the Firebase CLI
 * looks for them. docs/deployment.md says how it is used.
 */

const OUTPUT = "dist/functions";

rmSync(OUTPUT, { recursive: true, force: true });
execFileSync("npx", ["tsc", "--project", "tsconfig.build.json"], { stdio: "inherit" });

const repository = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
const sources = globSync(`${OUTPUT}/**/*.js`).map((file) => readFileSync(file, "utf8"));
const manifest = functionsPackage(repository, sources);
writeFileSync(join(OUTPUT, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);

for (const file of globSync("functions.env*")) {
  copyFileSync(file, join(OUTPUT, file.slice("functions".length)));
}
