import { assert } from "../../../src/std/assert.ts";
import { LIMITER_PRESETS, parseLimiterConfig } from "../../../src/system/limiter/config.ts";
import type { DocumentData, Snapshot } from "../../../src/system/store/store.ts";
import { INDEXES_FILE, RULES_FILE } from "../../../src/sim/cli/project-files.ts";
import type { SimulationInputs } from "../../../src/sim/cli/simulate.ts";
import { createRealClock } from "../../../src/sim/clock/real-clock.ts";
import { resolveOptions } from "../../../src/sim/config/resolve-options.ts";
import type { Result } from "../../../src/sim/report/result.ts";
import { leadInMs } from "../../../src/sim/run/run-phase.ts";
import { REAL_WORLD, runSimulation } from "../../../src/sim/run/run-simulation.ts";
import { LOCAL_PROJECT_ID } from "../../../src/sim/targets/local-project.ts";
import { createRealMachine } from "../../../src/sim/targets/real-machine.ts";
import { openTarget } from "../../../src/sim/targets/select-target.ts";
import type { Target } from "../../../src/sim/targets/target.ts";
import { simulateVirtually } from "../../../src/sim/virtual/simulate-virtually.ts";
import { HandClock } from "./hand-clock.ts";
import { MARKET_ROWS, SCENARIO, SEED, USERS } from "./plan.ts";

export interface Ran {
  readonly result: Result;
  /** What the database held in the end, by path. */
  readonly documents: ReadonlyMap<string, DocumentData>;
}

export interface RanInRealTime extends Ran {
  /** How far the harness's wall clock was ahead of the gateway's own, which stamps commits. */
  readonly aheadMs: number;
  /** How long users and trades took to load; on the virtual clock that takes no time. */
  readonly loadingMs: number;
}

const LIMITS = { limits: "on", latency: "us-central1" } as const;

/** On the virtual clock first: it says at what time of the day the phase is to begin. */
export async function runOnBoth(
  say: (line: string) => void,
): Promise<{ readonly virtual: Ran; readonly real: RanInRealTime }> {
  const virtual = await onVirtualClock(say);
  const real = await inRealTime(say, virtual.result);
  return { virtual, real };
}

async function onVirtualClock(say: (line: string) => void): Promise<Ran> {
  const collector = new Collector();
  const inputs = inputsFor("virtual", collector, say);
  await simulateVirtually({ ...inputs, indexesFile: INDEXES_FILE }, createRealClock());
  return collector.ran();
}

async function inRealTime(
  say: (line: string) => void,
  { run, phases: [phase] }: Result,
): Promise<RanInRealTime> {
  assert(phase?.startedAtMs !== undefined, "the virtual run had no phase");
  const startedWallMs = Date.parse(run.startedAt);
  const openedWallMs = startedWallMs + phase.startedAtMs;
  const real = createRealClock();
  const clock = new HandClock(real, startedWallMs);
  const startedMs = real.monotonicMs();
  let loadingMs = 0;
  const collector = new Collector();
  const open = async (): Promise<Target> => {
    const target = await openTarget(
      { kind: "embedded", reason: "to be compared" },
      {
        projectId: LOCAL_PROJECT_ID,
        rulesFile: RULES_FILE,
        gateway: { ...LIMITS, indexesFile: INDEXES_FILE },
      },
      createRealMachine(),
      real,
    );
    return whenLimitsHold(target, () => {
      // The phase's time begins one lead-in later.
      clock.setHands(openedWallMs - leadInMs(SCENARIO, { stagger: "spread" }));
      loadingMs = real.monotonicMs() - startedMs;
    });
  };
  await runSimulation(
    { ...inputsFor("real", collector, say), target: open },
    { ...REAL_WORLD, clock },
  );
  return { ...collector.ran(), aheadMs: clock.aheadMs, loadingMs };
}

/** Calls back when a phase's limits have come into force, which is the last before it begins. */
function whenLimitsHold(target: Target, then: () => void): Target {
  const { control } = target;
  assert(control !== null, "a run with limits has a gateway to tell");
  return {
    ...target,
    control: {
      limits: () => control.limits(),
      resetCounters: () => control.resetCounters(),
      warm: (writesPerSecond) => control.warm(writesPerSecond),
      cool: () => control.cool(),
      setQuota: (share) => control.setQuota(share),
      setMode: async (mode) => {
        await control.setMode(mode);
        if (mode === "on") then();
      },
    },
  };
}

/** Takes the result and the documents of one run. */
class Collector {
  readonly #documents = new Map<string, DocumentData>();
  #result: Result | undefined;

  readonly publish = (result: Result): void => {
    this.#result = result;
  };

  readonly onDocument = ({ path, data }: Snapshot): void => {
    this.#documents.set(path, data);
  };

  ran(): Ran {
    assert(this.#result !== undefined, "the run ended without a result");
    return { result: this.#result, documents: this.#documents };
  }
}

function inputsFor(
  clock: "real" | "virtual",
  { publish, onDocument }: Collector,
  say: (line: string) => void,
): SimulationInputs {
  const limiter = parseLimiterConfig(LIMITER_PRESETS.default);
  assert(limiter.kind === "valid", "the default limiter configuration is not valid");
  const ignore = (): void => undefined;
  return {
    options: resolveOptions(
      {
        users: USERS,
        seed: SEED,
        clock,
        ...LIMITS,
        ...(clock === "real" ? { target: "embedded" } : {}),
      },
      undefined,
    ),
    scenarios: [SCENARIO],
    limiterConfig: limiter.config,
    marketRows: MARKET_ROWS,
    cohort: 1,
    output: { phase: say, progress: ignore, live: ignore, line: ignore, finish: ignore },
    signal: new AbortController().signal,
    publish,
    onDocument,
  };
}
