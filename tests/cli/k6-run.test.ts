import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { resultSchema, type Result } from "../../src/sim/report/result.ts";

/** `--driver k6` as a process, with a made-up k6 in K6_BIN: it answers for its version, and fails. */
const MAIN = fileURLToPath(new URL("../../src/sim/main.ts", import.meta.url));
const TSX = import.meta.resolve("tsx");

const folder = mkdtempSync(join(tmpdir(), "plimsoll-k6-run-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A program that says it is that version of k6, and whose runs end with that code. */
function k6Of(version: string, exitCode: number): string {
  const path = join(folder, `k6-${version}-${exitCode}`);
  const script = `#!${process.execPath}
    if (process.argv[2] === "version") console.log(JSON.stringify({ version: "${version}" }));
    else { console.error("ReferenceError: plan is not defined"); process.exitCode = ${exitCode}; }`;
  writeFileSync(path, script);
  chmodSync(path, 0o755);
  return path;
}

async function sim(k6: string, ...words: readonly string[]) {
  const child = spawn(process.execPath, ["--import", TSX, MAIN, "--driver", "k6", ...words], {
    env: { ...process.env, K6_BIN: k6, PATH: dirname(process.execPath), HOME: folder },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  }
  const [exitCode] = (await once(child, "close")) as [number | null];
  return { exitCode, output };
}

it.each(["v0.57.0", "v3.0.0"])("does not take k6 %s, and runs nothing", async (version) => {
  const { exitCode, output } = await sim(k6Of(version, 0), "--reports", folder);
  expect(output).toContain("E_K6_UNUSABLE");
  expect(output).toContain(version);
  expect(exitCode).toBe(2);
});

it("does not take a scenario whose faults k6 could not meet", async () => {
  const { exitCode, output } = await sim(k6Of("v2.2.0", 0), "--scenario", "zone-outage");
  expect(output).toContain(
    'E_BAD_OPTIONS: --driver: "k6" cannot meet the faults that zone-outage injects',
  );
  expect(exitCode).toBe(2);
});

it("reports a k6 that fails as a failed check, with its reason", async () => {
  const reports = join(folder, "reports");
  const words = `--users 20 --scenario dashboards --duration 5s --target embedded`.split(" ");
  const { exitCode, output } = await sim(k6Of("v2.2.0", 107), ...words, "--reports", reports);
  expect(exitCode, output).toBe(99);
  const [run = ""] = readdirSync(reports).filter((name) => name !== "latest");
  const text = readFileSync(join(reports, run, "result.json"), "utf8");
  const result: Result = resultSchema.parse(JSON.parse(text));
  expect(result.verdict).toBe("fail");
  const check = result.checks.find(({ id }) => id === "harness.driver");
  expect(check).toMatchObject({ verdict: "fail", phase: "dashboards" });
  expect(check?.detail).toContain(
    "k6 ended with exit code 107 (the script failed): ReferenceError: plan is not defined",
  );
  expect(result.phases[0]?.generator).toMatchObject({ name: "k6 v2.2.0", answered: 0 });
  expect(readFileSync(join(reports, run, "summary.md"), "utf8")).toContain("exit code 107");
}, 60_000);
