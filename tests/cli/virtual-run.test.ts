import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";

/**
 * Two processes with the same seed, in other places of the world and for other terminals: a run on a
 * virtual clock is to depend on neither.
 */
const MAIN = fileURLToPath(new URL("../../src/sim/main.ts", import.meta.url));
const TSX = import.meta.resolve("tsx");
const RUN = ["--clock", "virtual", "--users", "25", "--seed", "7"];

const folder = mkdtempSync(join(tmpdir(), "plimsoll-twice-"));
afterAll(() => rmSync(folder, { recursive: true }));

function hashes(
  name: string,
  environment: NodeJS.ProcessEnv,
  ...more: readonly string[]
): string[] {
  const reports = join(folder, name);
  mkdirSync(reports);
  const parameters = ["--import", TSX, MAIN, ...RUN, "--reports", reports, ...more];
  const { status, stdout, stderr } = spawnSync(process.execPath, parameters, {
    env: { ...process.env, ...environment },
    encoding: "utf8",
  });
  // Which verdict so few users come to is not what this test is about.
  expect([0, 3, 99], `${stdout}\n${stderr}`).toContain(status);
  const latest = join(reports, "latest");
  return readdirSync(latest).map((file) => {
    const hash = createHash("sha256")
      .update(readFileSync(join(latest, file)))
      .digest("hex");
    return `${file} ${hash}`;
  });
}

it("the benchmark plan on a virtual clock gives the same bytes in two processes", () => {
  const one = hashes("one", { TZ: "Asia/Kathmandu", LANG: "C", COLUMNS: "60" });
  const other = hashes("other", { TZ: "America/New_York", LANG: "de_DE.UTF-8" }, "--quiet");
  expect(one.length).toBe(7);
  expect(other).toEqual(one);
});
