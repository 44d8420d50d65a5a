import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AutoClock } from "../../std/auto-clock.fixture.ts";
import { draftLogFile, openServiceLog } from "./service-log.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "plimsoll-log-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const clock = new AutoClock();
const noFault = (reason: string): never => {
  throw new Error(reason);
};

test("becomes part of the report, and leaves nothing beside it", async () => {
  const reports = join(folder, "reports");
  const log = openServiceLog(clock, draftLogFile(reports, "run-1"), noFault);
  log.info({ uid: "ada" }, "Swept.");
  log.error({}, "Failed.");
  await log.keep(folder);
  await log.discard();
  const lines = readFileSync(join(folder, "service.ndjson"), "utf8").trim().split("\n");
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { level: 30, time: clock.wallMs(), uid: "ada", msg: "Swept." },
    { level: 50, time: clock.wallMs(), msg: "Failed." },
  ]);
  expect(readdirSync(reports)).toEqual([]);
});

test("is removed when the run has no report", async () => {
  const file = draftLogFile(folder, "run-1");
  const log = openServiceLog(clock, file, noFault);
  log.info({}, "Swept.");
  await log.discard();
  expect(existsSync(file)).toBe(false);
});

test("is removed when the process exits before", async () => {
  const file = draftLogFile(folder, "run-1");
  const log = openServiceLog(clock, file, noFault);
  while (!existsSync(file)) await new Promise((resolve) => setImmediate(resolve));
  process.listeners("exit").find(({ name }) => name === "removeAtExit")!(130);
  expect(existsSync(file)).toBe(false);
  await log.discard();
});

test("that could not be opened is nothing to the process's exit", () => {
  const file = join(folder, "log");
  symlinkSync("/dev/null/service.ndjson", file);
  const sources = {
    log: new URL("./service-log.ts", import.meta.url).href,
    clock: new URL("../clock/real-clock.ts", import.meta.url).href,
  };
  const script = `
    import { openServiceLog } from ${JSON.stringify(sources.log)};
    import { createRealClock } from ${JSON.stringify(sources.clock)};
    const { promise, resolve } = Promise.withResolvers();
    const log = openServiceLog(createRealClock(), ${JSON.stringify(file)}, resolve);
    log.info({}, "Swept.");
    console.log(await promise);
    await log.discard();
  `;
  const parameters = ["--import", import.meta.resolve("tsx"), "--input-type=module", "-e", script];
  const { status, stdout, stderr } = spawnSync(process.execPath, parameters, { encoding: "utf8" });
  expect(stdout).toContain("ENOTDIR");
  expect(stderr).toBe("");
  expect(status).toBe(0);
});

test.each([
  ["a full disk", "ENOSPC", "/dev/full"],
  ["a folder that is a file", "ENOTDIR", "/dev/null/service.ndjson"],
])("is given up on %s, once, and holds nothing up", async (_, code, place) => {
  const file = join(folder, "log");
  symlinkSync(place, file);
  const faults: string[] = [];
  const log = openServiceLog(clock, file, (reason) => faults.push(reason));
  // Lines are gathered before they are written.
  while (faults.length === 0) {
    log.info({}, "Swept.".repeat(100));
    await new Promise((resolve) => setImmediate(resolve));
  }
  log.info({}, "Swept again.");
  await log.keep(folder);
  await log.discard();
  expect(faults).toEqual([expect.stringContaining(code)]);
  expect(readdirSync(folder)).toEqual([]);
});

test("is given up at the end, when what was gathered cannot be written", async () => {
  const file = join(folder, "log");
  symlinkSync("/dev/full", file);
  const faults: string[] = [];
  const log = openServiceLog(clock, file, (reason) => faults.push(reason));
  log.info({}, "Swept.");
  await log.keep(folder);
  await log.discard();
  expect(faults).toEqual([expect.stringContaining("ENOSPC")]);
  expect(readdirSync(folder)).toEqual([]);
});
