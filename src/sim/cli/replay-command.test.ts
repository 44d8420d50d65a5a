import { EventEmitter } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AutoClock } from "../../std/auto-clock.fixture.ts";
import { createFakeMachine } from "../targets/fake-machine.fixture.ts";
import { simulateVirtually } from "../virtual/simulate-virtually.ts";
import { runCli } from "./cli.ts";
import { recordStream } from "./text-stream.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "plimsoll-replay-test-"));
const latest = join(folder, "reports", "latest");
afterAll(() => rmSync(folder, { recursive: true }));

async function sim(...parameters: readonly string[]) {
  const stdout = recordStream();
  const stderr = recordStream();
  const exitCode = await runCli(parameters, {
    clock: new AutoClock(),
    machine: createFakeMachine({}),
    stdout,
    stderr,
    signals: new EventEmitter(),
    exit: () => undefined,
    loadSimulate: () => Promise.reject(new Error("no run in real time is asked for")),
    loadSimulateVirtually: async () => simulateVirtually,
  });
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

beforeAll(async () => {
  const run = ["--clock", "virtual", "--users", "10", "--seed", "7", "--duration", "30s"];
  const reports = join(folder, "reports");
  await sim(...run, "--scenario", "rough-day", "--reports", reports);
});

function resultText(): string {
  return readFileSync(join(latest, "result.json"), "utf8");
}

function reportWith(name: string, text: string): string {
  const report = join(folder, name);
  mkdirSync(report, { recursive: true });
  writeFileSync(join(report, "result.json"), text);
  return report;
}

test("a replay comes out the same to the byte, and leaves no report of its own", async () => {
  const { exitCode, stdout } = await sim("replay", latest);
  expect(stdout).toContain("the same to the byte");
  expect(stdout).not.toContain("Report:");
  expect(exitCode).toBe(0);
});

test("a replay says that a scenario's file has changed since", async () => {
  const text = resultText().replace(/"inputs": "[^"]*"/, '"inputs": "00000000"');
  const { exitCode, stdout } = await sim("replay", reportWith("inputs", text));
  expect(stdout).toMatch(
    /^Note: a scenario or the market file is no longer what it was in the run/,
  );
  expect(stdout).toContain("it came out otherwise (a scenario or the market file is no longer");
  expect(exitCode).toBe(99);
});

test("a run that was ended early is replayed up to there, and blames nobody", async () => {
  const text = resultText()
    .replace('"status": "complete"', '"status": "partial"')
    .replace('"partialReason": null', '"partialReason": "interrupted by Ctrl-C"')
    .replace(/("durationMs": )\d+(\.\d+)?/, "$112000");
  const { exitCode, stdout } = await sim("replay", reportWith("partial", text));
  expect(stdout).toMatch(/^Replayed \S+ up to 0:00:12, where it was ended\.$/m);
  expect(stdout).not.toContain("came out otherwise");
  expect(exitCode).toBe(0);
});

test("a replay that comes out otherwise says whose fault it may be", async () => {
  const text = resultText().replace(/"commit": "[^"]*"/, '"commit": "0123456789ab"');
  const { exitCode, stdout } = await sim("replay", reportWith("other", text));
  expect(stdout).toMatch(/^Note: the run was made at commit 0123456789ab, this checkout is at /);
  expect(stdout).toContain("it came out otherwise (the run was made at commit 0123456789ab");
  expect(exitCode).toBe(99);
});

test("a replay explains what the commits of a document, a second or a tenant met", async () => {
  const ops = await sim("replay", latest, "--explain", "ops/");
  expect(ops.stdout).toMatch(/^0:00:\d\d\.\d{3} commit of \d+ writes, ops\/\S+ first: committed/m);

  const updates = (await sim("replay", latest, "--explain", "users/")).stdout;
  const [, stamp = "", seconds = ""] = /^(0:00:(0[1-9])\.\d{3}) .*shadow/m.exec(updates) ?? [];
  const second = await sim("replay", latest, "--until", "29s", "--explain", `${Number(seconds)}s`);
  expect(second.stdout).toContain(`\n${stamp} commit of `);
  expect(second.stdout).not.toContain("to the byte");

  const founded = (await sim("replay", latest, "--until", "1s", "--explain", "tenants/")).stdout;
  const [, tenantId = ""] = /tenants\/([^/ ]+)/.exec(founded) ?? [];
  const tenant = await sim("replay", latest, "--explain", tenantId);
  expect(tenant.stdout).toMatch(/commit of \d+ writes, users\/\w+\/shadow/);
  const nobody = await sim("replay", latest, "--explain", "nobody");
  expect(nobody.stdout).toContain("Asked about: nothing that happened.");
});

test("an explanation tells of faults, whose calls may never reach the database, and of what came after", async () => {
  const reports = join(folder, "faulty");
  const run = ["--clock", "virtual", "--users", "60", "--seed", "7", "--duration", "40s"];
  await sim(...run, "--scenario", "rough-day", "--limiter", "literal", "--reports", reports);
  const { stdout } = await sim("replay", join(reports, "latest"), "--explain", "users/");
  expect(stdout).toMatch(/^0:00:\d\d\.\d{3} fault by script, refuse, hits commit of users/m);
  expect(stdout).toMatch(/, after a failure: committed after/);
  expect(stdout).toMatch(/^Asked about: \d+ committed, .*held back by the limiter \(/m);
});

test.each([
  ["no report", () => join(folder, "nowhere"), "cannot be read"],
  ["something else", () => reportWith("else", '{"a": 1}'), "is no result of this version"],
  [
    "a run in real time",
    () => reportWith("real", resultText().replace('"clock": "virtual"', '"clock": "real"')),
    "made in real time",
  ],
])("refuses %s", async (_, report, says) => {
  const { exitCode, stderr } = await sim("replay", report());
  expect(stderr).toContain(`E_REPLAY: `);
  expect(stderr).toContain(says);
  expect(exitCode).toBe(2);
});

test("refuses a time that is none", async () => {
  const { exitCode, stderr } = await sim("replay", latest, "--until", "noon");
  expect(stderr).toContain('E_REPLAY: --until: "noon" is no time of a run.');
  expect(exitCode).toBe(2);
});
