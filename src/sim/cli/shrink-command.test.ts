import { EventEmitter } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AutoClock } from "../../std/auto-clock.fixture.ts";
import type { Result } from "../report/result.ts";
import { createFakeMachine } from "../targets/fake-machine.fixture.ts";
import { simulateVirtually } from "../virtual/simulate-virtually.ts";
import { runCli } from "./cli.ts";
import { recordStream } from "./text-stream.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "plimsoll-shrink-test-"));
const latest = join(folder, "reports", "latest");
afterAll(() => rmSync(folder, { recursive: true }));

async function sim(
  parameters: readonly string[],
  onWrite: (text: string, signals: EventEmitter) => void = () => undefined,
) {
  const stdout = recordStream();
  const stderr = recordStream();
  const signals = new EventEmitter();
  const write = (text: string): boolean => {
    stdout.write(text);
    onWrite(text, signals);
    return true;
  };
  const exitCode = await runCli(parameters, {
    clock: new AutoClock(),
    machine: createFakeMachine({}),
    stdout: { ...stdout, write },
    stderr,
    signals,
    exit: () => undefined,
    loadSimulate: () => Promise.reject(new Error("no run in real time is asked for")),
    loadSimulateVirtually: async () => simulateVirtually,
  });
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

beforeAll(async () => {
  const run = ["--clock", "virtual", "--users", "60", "--seed", "3", "--duration", "40s"];
  const reports = join(folder, "reports");
  await sim([...run, "--scenario", "rough-day", "--reports", reports]);
});

function saved(from = latest): Result {
  return JSON.parse(readFileSync(join(from, "result.json"), "utf8")) as Result;
}

function reportWith(name: string, change: (result: Result) => object): string {
  const report = join(folder, name);
  mkdirSync(report, { recursive: true });
  writeFileSync(join(report, "result.json"), JSON.stringify({ ...saved(), ...change(saved()) }));
  return report;
}

function told(from: string) {
  return JSON.parse(readFileSync(join(from, "shrink.json"), "utf8")) as {
    readonly check: string;
    readonly failing: { readonly figure: string };
    readonly smallest: { readonly users: number };
    readonly isComplete: boolean;
    readonly command: string;
  };
}

test("a run that failed shrinks to one whose command fails the same check", async () => {
  const small = join(folder, "small");
  const shrunk = await sim([
    "shrink",
    latest,
    "--check",
    "benchmark.contention",
    "--output",
    small,
  ]);
  expect(shrunk.stderr).toBe("");
  expect(shrunk.exitCode).toBe(0);
  const { check, failing, smallest, isComplete, command } = told(small);
  expect([check, isComplete]).toEqual(["benchmark.contention", true]);
  expect(smallest.users).toBeLessThan(60);
  expect(shrunk.stdout).toContain(`Run it: ${command}`);
  expect(shrunk.stdout).toContain(`It fails ${check}: ${failing.figure}. `);
  // The scenario is no longer the project's own, so the command names a file.
  expect(command).toContain(`--scenario ${join(small, "rough-day.json")}`);

  const words = command.split(" ").slice("npm run sim --".split(" ").length);
  const again = await sim([...words, "--reports", join(folder, "again")]);
  expect(again.exitCode).toBe(99);
  const { checks } = saved(join(folder, "again", "latest"));
  expect(checks.find(({ id }) => id === check)?.figure).toBe(failing.figure);
}, 60_000);

test("interrupted, it keeps the smallest so far beside the report", async () => {
  let isSent = false;
  const { exitCode, stdout } = await sim(["shrink", latest], (text, signals) => {
    if (isSent || !text.includes(" → ")) return;
    isSent = true;
    signals.emit("SIGINT", "SIGINT");
  });
  expect(stdout).toContain("Stopping at the smallest run so far");
  expect(exitCode).toBe(3);
  const { isComplete, smallest } = told(join(latest, "shrunk"));
  expect(isComplete).toBe(false);
  expect(smallest.users).toBeLessThan(60);
  expect(stdout).toContain("ended early: a smaller one may be found");
});

test.each([
  ["no report", () => join(folder, "nowhere"), "cannot be read"],
  [
    "a run in real time",
    () =>
      reportWith("real", ({ run }) => ({
        run: { ...run, options: { ...run.options, clock: "real" } },
      })),
    "made in real time",
  ],
  [
    "a run that passed",
    () =>
      reportWith("passed", ({ checks }) => ({
        verdict: "pass",
        brokeFirst: null,
        checks: checks.map((check) => ({ ...check, verdict: "pass" })),
      })),
    'did not fail: its verdict is "pass"',
  ],
  [
    "a run that no longer fails",
    () =>
      reportWith("mended", ({ checks }) => ({
        brokeFirst: { checkId: "data.schema", phase: null, message: "" },
        checks: checks.map((check) =>
          check.id === "data.schema" ? { ...check, verdict: "fail" } : check,
        ),
      })),
    "no longer fails data.schema",
  ],
])("refuses %s", async (_, report, says) => {
  const { exitCode, stderr } = await sim(["shrink", report()]);
  expect(stderr).toContain("E_SHRINK: ");
  expect(stderr).toContain(says);
  expect(exitCode).toBe(2);
});

test("refuses a check that did not fail, and names those that did", async () => {
  const { exitCode, stderr } = await sim(["shrink", latest, "--check", "data.schema"]);
  expect(stderr).toMatch(
    /E_SHRINK: --check: "data.schema" did not fail .* Accepted: .*benchmark\.contention/,
  );
  expect(exitCode).toBe(2);
});
