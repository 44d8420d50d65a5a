import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { AutoClock } from "../../std/auto-clock.fixture.ts";
import { createRunOutput } from "../cli/progress.ts";
import { recordStream } from "../cli/text-stream.fixture.ts";
import { loadInputs } from "../cli/load-inputs.ts";
import { resolveOptions } from "../config/resolve-options.ts";
import type { RawOptions } from "../config/resolve-options.ts";
import type { PulseLoad, Scenario } from "../config/scenario.ts";
import { renderResultJson } from "../report/result-json.ts";
import { resultSchema, type Result } from "../report/result.ts";
import { simulateVirtually } from "./simulate-virtually.ts";

const folder = mkdtempSync(join(tmpdir(), "plimsoll-virtual-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Run {
  readonly exitCode: number;
  readonly name: string;
  readonly files: ReadonlyMap<string, string>;
  readonly result: Result;
  readonly output: string;
}

let runs = 0;

function pulseOf({ pulse }: Scenario, more: Partial<PulseLoad>): PulseLoad {
  if (pulse === null) throw new Error("a scenario with a pulse is needed");
  return { ...pulse, ...more };
}

/** What the data checks found. */
function faultyData({ checks }: Result): readonly string[] {
  return checks
    .filter(({ group, verdict }) => group === "data" && verdict === "fail")
    .map(({ id, figure }) => `${id}: ${figure}`);
}

async function run(
  given: RawOptions = {},
  signal = new AbortController().signal,
  bend: (scenario: Scenario) => Scenario = (scenario) => scenario,
): Promise<Run> {
  runs += 1;
  const reports = join(folder, String(runs));
  const raw = { users: 20, seed: 7, scenario: "high-volatility", duration: "40s", ...given };
  const options = resolveOptions({ ...raw, clock: "virtual", reports }, undefined);
  const stream = recordStream();
  const output = createRunOutput(stream, new AutoClock(), false);
  const inputs = await loadInputs(options);
  const scenarios = inputs.scenarios.map(bend);
  const request = { options, ...inputs, scenarios, output, signal };
  const { exitCode } = await simulateVirtually(request, new AutoClock());
  const [name = "", ...others] = readdirSync(reports).filter((entry) => entry !== "latest");
  expect(others).toEqual([]);
  const files = new Map(
    readdirSync(join(reports, name)).map((file) => [
      file,
      readFileSync(join(reports, name, file), "utf8"),
    ]),
  );
  const result = resultSchema.parse(JSON.parse(files.get("result.json") ?? ""));
  return { exitCode, name, files, result, output: stream.text() };
}

describe("a run on a virtual clock", () => {
  it("gives the same bytes for the same seed, in every file, and others for another", async () => {
    const first = await run();
    const again = await run();
    expect(again.name).toBe(first.name);
    expect([...again.files.keys()]).toEqual([...first.files.keys()]);
    for (const [file, text] of first.files) expect(again.files.get(file)).toBe(text);
    const other = await run({ seed: 8 });
    expect(other.name).not.toBe(first.name);
    expect(other.files.get("result.json")).not.toBe(first.files.get("result.json"));
  });

  it("runs the service: everything due is committed, and the database holds what it should", async () => {
    const { result, output } = await run();
    const checks = new Map(result.checks.map((check) => [check.id, check]));
    expect(result.phases[0]).toMatchObject({ usersDue: 20, usersServed: 20, pnlUnfinished: 0 });
    expect(result.phases[0]?.writesCommitted).toBeGreaterThan(200);
    const dataChecks = result.checks.filter(({ group }) => group === "data");
    expect(dataChecks.map(({ verdict }) => verdict)).toEqual(dataChecks.map(() => "pass"));
    expect(dataChecks.every(({ samples }) => samples > 0)).toBe(true);
    expect(checks.get("harness.witness")?.verdict ?? "pass").toBe("pass");
    expect(new Set(result.checks.map(({ basis }) => basis))).toEqual(
      new Set(["modelled, assumed"]),
    );
    expect(result.run).toMatchObject({ machine: null, startedAt: "2026-01-05T14:30:00.000Z" });
    expect(output).toMatch(/100% {2}0:00:40 of 0:00:40, [\d,]+ times real time/);
  });

  it("takes no time for loading users and trades: the first phase's lead-in comes at once", async () => {
    const { result } = await run();
    expect(result.population).toMatchObject({ users: 20, provisioningMs: 0 });
    expect(result.population.openTrades).toBeGreaterThan(0);
    // 3 % of a sweep's period of 30 s.
    expect(result.phases[0]?.startedAtMs).toBe(900);
  });

  it("says how to replay a run that failed", async () => {
    const failed = await run({ users: 400, scenario: "cold-collection", duration: "20s" });
    const folder = failed.name;
    expect(failed.output).toMatch(new RegExp(`^Replay  npm run sim -- replay \\S+${folder}$`, "m"));
    expect(failed.output).toMatch(/^Explain npm run sim -- replay \S+ --explain \d+s$/m);
    expect(failed.files.get("summary.md")).toContain(`replay reports/${folder} --explain`);
    expect(failed.files.get("report.html")).toContain(`replay reports/${folder}`);
  });

  it("meets production's limits where the limiter does not heed them", async () => {
    const { exitCode, result } = await run({
      users: 400,
      scenario: "cold-collection",
      duration: "20s",
    });
    expect(exitCode).toBe(99);
    expect(result.phases[0]?.limits?.refusedWrites).toBeGreaterThan(0);
  });

  it("spreads the pulse over instances with clocks of their own, which share the rate", async () => {
    const bend = (scenario: Scenario): Scenario => ({
      ...scenario,
      pulse: pulseOf(scenario, { workers: 4, clockSkewMs: 2000, coldStartMs: 500 }),
    });
    const given = { users: 60, duration: "70s" };
    const { result } = await run(given, new AbortController().signal, bend);
    const [phase] = result.phases;
    expect(phase).toMatchObject({ sweeps: 12, overlappingSweeps: 0, usersDue: 60 });
    expect(phase?.worstSecond.writes).toBeLessThanOrEqual(500);
    // Who was due within the cold start was late, and was served all the same.
    expect(phase?.usersServed).toBe(60);
    expect(faultyData(result)).toEqual([]);
    const again = await run(given, new AbortController().signal, bend);
    expect(again.files.get("result.json")).toBe(renderResultJson(result));
  });

  it("goes on after an instance has died, as far as its lease lets it", async () => {
    const { result } = await run({ duration: "2m" }, new AbortController().signal, (scenario) => ({
      ...scenario,
      pulse: pulseOf(scenario, {}),
      faults: [{ kind: "instance-death", atSecond: 10, worker: 0 }],
    }));
    const [phase] = result.phases;
    // The lease it never gave back keeps the next sweeps out for three minutes.
    expect(phase?.overlappingSweeps).toBe(3);
    expect(phase?.usersServed).toBeLessThan(20);
    expect(faultyData(result)).toEqual([]);
    expect(result.run.notes).toContainEqual(expect.stringContaining("instance-death 1 times"));
  });

  it("ends early when it is interrupted, with a report of what there was", async () => {
    const interrupted = AbortSignal.abort(new Error("interrupted by Ctrl-C"));
    const { exitCode, result } = await run({}, interrupted);
    expect(exitCode).toBe(3);
    expect(result.run).toMatchObject({
      status: "partial",
      partialReason: "interrupted by Ctrl-C",
    });
  });
});
