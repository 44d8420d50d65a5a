import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import type { Clock } from "../../src/std/clock.ts";
import { LIMITER_PRESETS, parseLimiterConfig } from "../../src/system/limiter/config.ts";
import { UserError } from "../../src/sim/cli/errors.ts";
import type { ExitCode } from "../../src/sim/cli/exit-codes.ts";
import type { RunOutput } from "../../src/sim/cli/progress.ts";
import { createRealClock } from "../../src/sim/clock/real-clock.ts";
import { resolveOptions, type RawOptions } from "../../src/sim/config/resolve-options.ts";
import { findScenario, loadScenarios } from "../../src/sim/config/scenario-files.ts";
import type { Scenario } from "../../src/sim/config/scenario.ts";
import { resultSchema, type Result } from "../../src/sim/report/result.ts";
import { REAL_WORLD, runSimulation } from "../../src/sim/run/run-simulation.ts";
import { openServiceLog } from "../../src/sim/run/service-log.ts";
import type { LimitsChoice } from "../../src/sim/targets/limits-choice.ts";
import { createRealMachine } from "../../src/sim/targets/real-machine.ts";
import { openTarget } from "../../src/sim/targets/select-target.ts";
import type { Target } from "../../src/sim/targets/target.ts";

/** The real clock, which knows who still sleeps on it: nobody may after a run. */
class CountingClock implements Clock {
  readonly #clock = createRealClock();
  sleepers = 0;
  monotonicMs = (): number => this.#clock.monotonicMs();
  wallMs = (): number => this.#clock.wallMs();
  sleep = (durationMs: number, signal?: AbortSignal): Promise<void> => {
    this.sleepers += 1;
    return this.#clock.sleep(durationMs, signal).finally(() => (this.sleepers -= 1));
  };
}

const ACTIVE = findScenario("active", loadScenarios());
const ONE_INSTANCE = {
  snapshotSeconds: 60,
  signalSeconds: 300,
  userRateSeconds: 300,
  workers: 1,
  clockSkewMs: 0,
  coldStartMs: 0,
} as const;

/** The day of "active" in a hurry: everybody falls due in each two of its five seconds. */
const WHOLE: Scenario = {
  ...ACTIVE,
  name: "hurried",
  durationSeconds: 5,
  pulse: { ...ONE_INSTANCE, periodSeconds: 2, openTradesPerUser: 5 },
  clients: {
    perUserPerMinute: {
      "open-trades": 6,
      "sell-trades-24h": 6,
      "tenant-ledger": 6,
      "account-snapshot": 6,
      "recent-signals": 6,
      "ledger-create": 12,
      "sign-up": 3,
    },
    atMostPerSecond: 10,
    arrivals: "constant",
    stages: [{ untilShare: 1, factor: 1 }],
  },
  documentWritesPerUserPerMinute: null,
};

/** As much of it as runs need that are looked at for something else. */
const HURRIED: Scenario = { ...WHOLE, durationSeconds: 3 };

const SIX_FILES = [
  "junit.xml",
  "latency.csv",
  "report.html",
  "result.json",
  "series.csv",
  "summary.md",
];

let folder = "";
let runs = 0;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "plimsoll-run-test-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Hooks {
  readonly phase?: (title: string) => void;
  readonly progress?: (done: number) => void;
  /** Hears the seconds left of a phase; more than its duration while its first sweep leads in. */
  readonly secondsLeft?: (seconds: number) => void;
}

interface RunPlan {
  readonly scenario?: Scenario;
  readonly raw?: RawOptions;
  readonly signal?: AbortSignal;
  readonly hooks?: Hooks;
  readonly wrap?: (target: Target) => Target;
  /** Puts the gateway, a process of its own, in front of the emulator. */
  readonly limits?: LimitsChoice;
  readonly logFile?: string;
}

interface Ended {
  /** The exit code, or what was thrown after the report. */
  readonly exit: ExitCode | Error;
  readonly result: Result;
  readonly files: readonly string[];
  readonly lines: readonly string[];
}

/** One run, from target to report, and what must hold after every one of them. */
async function run(plan: RunPlan): Promise<Ended> {
  const clock = new CountingClock();
  const lines: string[] = [];
  runs += 1;
  const projectId = `demo-run-${runs}`;
  const open = (): Promise<Target> =>
    openTarget(
      { kind: "external", endpoint: inject("firestoreEndpoint"), reason: "the suite's" },
      {
        projectId,
        rulesFile: "firestore.rules",
        gateway: {
          limits: plan.limits ?? "off",
          latency: "off",
          indexesFile: "firestore.indexes.json",
        },
      },
      createRealMachine(),
      clock,
    );
  const exit: ExitCode | Error = await runSimulation(
    {
      options: resolveOptions({ users: 20, ...plan.raw, reports: folder }, undefined),
      scenarios: [plan.scenario ?? HURRIED],
      limiterConfig: defaultLimiter(),
      marketRows: null,
      cohort: 1,
      target: async () => (plan.wrap ?? same)(await open()),
      output: outputTo(lines, plan.hooks ?? {}),
      signal: plan.signal ?? new AbortController().signal,
    },
    {
      ...REAL_WORLD,
      clock,
      warmUpMs: 200,
      openLog: (_, file, onFault) => openServiceLog(clock, plan.logFile ?? file, onFault),
    },
  ).then(
    ({ exitCode }) => exitCode,
    (error: Error) => error,
  );
  expect(clock.sleepers).toBe(0);
  const [runFolder = "", ...others] = readdirSync(folder).filter((name) => name !== "latest");
  expect(others.filter((name) => join(folder, name) !== plan.logFile)).toEqual([]);
  const files = readdirSync(join(folder, runFolder)).sort();
  const text = readFileSync(join(folder, runFolder, "result.json"), "utf8");
  return { exit, result: resultSchema.parse(JSON.parse(text)), files, lines };
}

function same(target: Target): Target {
  return target;
}

function defaultLimiter() {
  const parsed = parseLimiterConfig(LIMITER_PRESETS.default);
  if (parsed.kind !== "valid") throw new Error("the default limiter configuration is not valid");
  return parsed.config;
}

function outputTo(lines: string[], hooks: Hooks): RunOutput {
  return {
    phase: (title) => hooks.phase?.(title),
    progress: (done) => hooks.progress?.(done),
    live: (_lines, elapsed) => {
      if (elapsed === undefined) return;
      hooks.secondsLeft?.(Math.max(0, Math.ceil((elapsed.totalMs - elapsed.passedMs) / 1000)));
    },
    line: (text) => void lines.push(text),
    finish: () => undefined,
  };
}

const notPassed = (result: Result, group: string): readonly string[] =>
  result.checks
    .filter((check) => check.group === group && check.verdict !== "pass")
    .map(({ id, verdict, figure, detail }) => `${id}: ${verdict}: ${figure}: ${detail}`);

describe("a whole run", () => {
  it("keeps all data, the limits and the throughput, and writes the whole report", async () => {
    const { exit, result, files } = await run({ scenario: WHOLE });
    expect(files).toEqual([...SIX_FILES, "service.ndjson"].sort());
    expect(result.run).toMatchObject({ status: "complete", partialReason: null });
    for (const group of ["data", "limiter", "throughput"]) {
      expect(notPassed(result, group)).toEqual([]);
      expect(result.checks.some((check) => check.group === group)).toBe(true);
    }
    // A cold emulator on a busy machine may miss a latency; five seconds are few samples for one.
    expect(exit).toBe({ pass: 0, fail: 99, inconclusive: 3 }[result.verdict]);
    expect(result.phases[0]).toMatchObject({ name: "hurried", durationMs: 5000, users: 20 });
    expect(result.phases[0]?.writesCommitted).toBeGreaterThan(0);
    expect(result.run.notes).toEqual([
      expect.stringMatching(/^Warm-up: \d+ unmeasured queries in the 0\.2 s/),
      expect.stringMatching(
        /^hurried: clients start 10\.0\/s of 15\.0\/s: the scenario bounds them/,
      ),
    ]);
  });

  it("goes on when the service's log cannot be written, and says so", async () => {
    const logFile = join(folder, "full-disk");
    symlinkSync("/dev/full", logFile);
    const { exit, files, result, lines } = await run({ logFile });
    expect(exit).not.toBeInstanceOf(Error);
    expect(result.run.status).toBe("complete");
    expect(files).toEqual(SIX_FILES);
    expect(lines.join("\n")).toContain("The service's log was given up: ENOSPC");
  });
});

describe("a run behind the gateway", () => {
  const DIRECT: Scenario = {
    ...WHOLE,
    directWrites: {
      writesPerSecond: 100,
      documentsPerCommit: 10,
      into: "new-collection",
      ids: "random",
      counters: 1,
    },
  };

  it("asks the limits, counts the same commits as the gateway, and keeps its own rules", async () => {
    const { exit, result } = await run({ scenario: DIRECT, limits: "on" });
    expect(exit).toBe({ pass: 0, fail: 99, inconclusive: 3 }[result.verdict]);
    expect(result.target).toMatchObject({ limits: "on", evaluatesRules: true });
    expect(result.run.notes?.[0]).toMatch(/^Users and trades were loaded with the limits observed/);
    expect(result.phases[0]?.limits).toMatchObject({ mode: "on", refusedAttempts: 0 });
    expect(result.phases[0]?.direct).toEqual({ due: 500, committed: 500, failed: 0, dropped: 0 });
    for (const id of [
      "limits.refusals",
      "limits.hot-ranges",
      "limits.missing-indexes",
      "throughput.hurried.direct",
      "harness.witness",
      "harness.client-errors",
      "data.direct",
      "data.isolation",
    ]) {
      const check = result.checks.find((one) => one.id === id);
      expect(check, id).toMatchObject({ verdict: "pass" });
      expect(check?.samples, id).toBeGreaterThan(0);
    }
  });

  it("names a limit that binds, and the document it bound on, before all else", async () => {
    const directWrites = {
      writesPerSecond: 50,
      documentsPerCommit: 1,
      into: "one-counter",
      ids: "random",
      counters: 1,
    } as const;
    const { exit, result } = await run({ scenario: { ...WHOLE, directWrites }, limits: "on" });
    expect(exit).toBe(99);
    expect(result.brokeFirst).toMatchObject({ checkId: "limits.refusals", phase: "hurried" });
    expect(result.headline).toContain("document-writes on document direct_counters/");
    const counted = result.checks.find(({ id }) => id === "data.direct");
    expect(counted).toMatchObject({ verdict: "pass" });
  });

  it("whose gateway is killed names the gateway, not the emulator", async () => {
    const secondsLeft = (seconds: number): void => {
      if (seconds <= 2) killed ??= process.kill(gatewayProcessId, "SIGKILL");
    };
    let killed: true | undefined;
    let gatewayProcessId = 0;
    const wrap = (target: Target): Target => {
      gatewayProcessId = target.gatewayProcessId ?? 0;
      return target;
    };
    const { exit, result } = await run({ limits: "on", wrap, hooks: { secondsLeft } });
    expect(exit).toMatchObject({
      code: "E_TARGET_DIED",
      message: expect.stringMatching(/^the gateway at \S+ ended by itself \(signal SIGKILL\)/),
    });
    expect(result.run.status).toBe("partial");
  });
});

describe("a run that is interrupted", () => {
  const ctrlC = new Error("interrupted by Ctrl-C");

  /** What every interrupted run leaves: a report that says so, and neither a pass nor a fault. */
  function expectPartial({ exit, result, files }: Ended): void {
    // A cold emulator on a busy machine may have missed a latency by then; it can never be a pass.
    expect(exit).toBe(result.verdict === "fail" ? 99 : 3);
    expect(result.verdict).not.toBe("pass");
    expect(result).toMatchObject({
      run: { status: "partial", partialReason: "interrupted by Ctrl-C" },
    });
    expect(files).toEqual([...SIX_FILES, "service.ndjson"].sort());
  }

  it("while the population is provisioned", async () => {
    const interrupted = new AbortController();
    const progress = (done: number): void => void (done >= 5 && interrupted.abort(ctrlC));
    const ended = await run({ signal: interrupted.signal, hooks: { progress } });
    expectPartial(ended);
    expect(ended.result.phases).toEqual([]);
    expect(ended.result.histograms[0]).toMatchObject({ metric: "onboarding", phase: null });
  });

  it("while a phase's first sweep leads in: a phase of no length", async () => {
    const interrupted = new AbortController();
    // The unhurried day leads in for seconds, so the first look at it is before it began.
    const secondsLeft = (): void => interrupted.abort(ctrlC);
    const ended = await run({
      scenario: { ...ACTIVE, durationSeconds: 5 },
      signal: interrupted.signal,
      hooks: { secondsLeft },
    });
    expectPartial(ended);
    expect(ended.result.phases).toMatchObject([
      { name: "active", durationMs: 0, writesCommitted: 0, committedPerSecond: 0 },
    ]);
  });

  it("in the middle of a phase", async () => {
    const interrupted = new AbortController();
    const secondsLeft = (seconds: number): void => void (seconds <= 2 && interrupted.abort(ctrlC));
    const ended = await run({ signal: interrupted.signal, hooks: { secondsLeft } });
    expectPartial(ended);
    const [phase] = ended.result.phases;
    expect(phase?.durationMs).toBeGreaterThan(500);
    expect(phase?.durationMs).toBeLessThan(2500);
    expect(phase?.writesCommitted).toBeGreaterThan(0);
  });

  it("while the database is read back: without the checks on it", async () => {
    const interrupted = new AbortController();
    const phase = (title: string): void =>
      void (title.startsWith("Reading") && interrupted.abort(ctrlC));
    const ended = await run({ signal: interrupted.signal, hooks: { phase } });
    expectPartial(ended);
    expect(ended.result.phases).toMatchObject([{ name: "hurried", durationMs: 3000 }]);
    expect(ended.result.checks.filter(({ group }) => group === "data")).toEqual([]);
  });
});

describe("a run whose target dies", () => {
  it("in the middle of a phase: reports, then throws what it died of", async () => {
    const { promise: died, resolve: die } = Promise.withResolvers<Error>();
    const death = new UserError("E_TARGET_DIED", "the emulator ended by itself; java", "Again.");
    const secondsLeft = (seconds: number): void => void (seconds <= 2 && die(death));
    const wrap = (target: Target): Target => ({ ...target, died });
    const { exit, result, files } = await run({ wrap, hooks: { secondsLeft } });
    expect(exit).toBe(death);
    expect(result.run).toMatchObject({
      status: "partial",
      partialReason: "the emulator ended by itself",
    });
    expect(result.phases[0]?.durationMs).toBeLessThan(2500);
    expect(files).toEqual([...SIX_FILES, "service.ndjson"].sort());
  });

  it("and is found dead only after its calls fail: is not called a fault of ours", async () => {
    const { promise: died, resolve: die } = Promise.withResolvers<Error>();
    const death = new UserError("E_TARGET_DIED", "the emulator refuses connections", "Again.");
    const wrap = (target: Target): Target => ({
      ...target,
      died,
      collectionIds: () => {
        setTimeout(() => die(death), 100);
        return Promise.reject(new Error("socket hang up"));
      },
    });
    const { exit, result } = await run({ wrap });
    expect(exit).toBe(death);
    expect(result.run.partialReason).toBe("the emulator refuses connections");
  });
});

describe("what a run is to find", () => {
  it("a document in a collection that nobody knows", async () => {
    const wrap = (target: Target): Target => ({
      ...target,
      // As late as can be: right before the collections are listed.
      collectionIds: async (documentPath) => {
        if (documentPath === undefined) await createDocument(target, "legacy/one");
        return target.collectionIds(documentPath);
      },
    });
    const { exit, result } = await run({ wrap });
    expect(exit).toBe(99);
    expect(notPassed(result, "data")).toEqual([
      expect.stringContaining("legacy/one: the service keeps no document here"),
    ]);
  });

  it("that the limiter as the document prints it makes users wait, one after another", async () => {
    const scenario = {
      ...HURRIED,
      pulse: { ...ONE_INSTANCE, periodSeconds: 2, openTradesPerUser: 10 },
    };
    const { exit, result } = await run({ scenario, raw: { users: 150, limiter: "literal" } });
    expect(exit).toBe(99);
    expect(result.brokeFirst).toMatchObject({ phase: "hurried" });
  });
});

it("a run that is interrupted before it has a target ends without a report", async () => {
  const reason = new Error("interrupted by Ctrl-C");
  const lines: string[] = [];
  const ended = await runSimulation({
    options: resolveOptions({ reports: folder }, undefined),
    scenarios: [HURRIED],
    limiterConfig: defaultLimiter(),
    marketRows: null,
    cohort: 1,
    target: () => Promise.reject(reason),
    output: outputTo(lines, {}),
    signal: AbortSignal.abort(reason),
  });
  expect(ended).toEqual({ exitCode: 3 });
  expect(lines).toEqual(["Interrupted before the run began: there is nothing to report."]);
  expect(readdirSync(folder)).toEqual([]);
});

async function createDocument({ endpoint, projectId }: Target, path: string): Promise<void> {
  const documents = `projects/${projectId}/databases/(default)/documents`;
  const answer = await fetch(`http://${endpoint}/v1/${documents}/${path}`, {
    method: "PATCH",
    headers: { authorization: "Bearer owner", "content-type": "application/json" },
    body: JSON.stringify({ fields: {} }),
  });
  expect(answer.status).toBe(200);
}
