import { describe, expect, test } from "vitest";
import { UserError } from "../cli/errors.ts";
import { findScenario } from "../config/scenario-files.ts";
import type { Result } from "../report/result.ts";
import type { TrialSpec } from "../trial/trial-spec.ts";
import { findHeadroom, type HeadroomEvents, type HeadroomPlan } from "./find-headroom.ts";
import { headlineOf, stageWords } from "./headroom-words.ts";
import type { Situation } from "./situation.ts";
import { hot, syntheticResult, type Synthetic } from "./synthetic-result.fixture.ts";

/**
 * The whole search against a made-up service: a cold database takes some 100 users, more or fewer by
 * the seed; a warm one four times as many, where the limiter binds.
 */

const SITUATION: Situation = {
  varied: "users",
  options: {},
  scenario: findScenario("active"),
  limiter: "paced",
  limiterConfig: {},
  indexes: "{}",
  users: null,
  tenants: null,
};

const PLAN: HeadroomPlan = {
  situation: SITUATION,
  range: { from: 10, to: 10_000, precision: 0.02 },
  seeds: [1, 2, 3, 4, 5],
  lifts: 1,
  seedsOfLifted: 3,
  curve: false,
};

const TAKES = [0, 100, 90, 110, 95, 120];

const RAMP: Synthetic = {
  failed: [{ id: "limits.hot-ranges", group: "limits" }],
  limits: { hottest: [hot("ramp-start", "collection users")] },
};
const PACE: Synthetic = {
  failed: [{ id: "benchmark.pnl-latency", group: "benchmark" }],
  phase: { limiterWaitMs: 90_000, limiterWaits: { pace: 100 } },
};

interface Asked {
  readonly users: number;
  readonly seed: number;
  readonly warm: boolean;
  readonly limiter: string;
}

function askedBy({ options, scenarios }: TrialSpec): Asked {
  return {
    users: Number(options["users"]),
    seed: Number(options["seed"]),
    warm: scenarios?.[0]?.warmedTo !== null,
    limiter: String(options["limiter"]),
  };
}

function madeUp({ users, seed, warm, limiter }: Asked): Result {
  const most = TAKES[seed] ?? 100;
  if (limiter === "ramp" && users > most) return syntheticResult(PACE);
  if (users <= (warm ? 4 : 1) * most) return syntheticResult();
  return syntheticResult(warm ? PACE : RAMP);
}

function find(
  change: Partial<HeadroomPlan> = {},
  runTrial: (asked: Asked) => Result | Promise<Result> = madeUp,
  signal: AbortSignal = new AbortController().signal,
) {
  const events: HeadroomEvents = {
    runTrial: async (spec) => runTrial(askedBy(spec)),
    signal,
    onStage: () => undefined,
    onTrialBegun: () => undefined,
    onTrial: () => undefined,
    onSeed: () => undefined,
  };
  return findHeadroom({ ...PLAN, ...change }, events);
}

describe("findHeadroom", () => {
  test("finds each seed's threshold, names what binds, lifts it, and names what binds then", async () => {
    const { stages, curve } = await find();
    expect(curve).toBeNull();
    const [cold, warm, ...others] = stages;
    expect(others).toEqual([]);
    expect(cold?.seeds.map(({ meets }) => meets)).toEqual([
      expect.closeTo(100, -1),
      expect.closeTo(90, -1),
      expect.closeTo(110, -1),
      expect.closeTo(95, -1),
      expect.closeTo(120, -1),
    ]);
    for (const { seed, meets, fails } of cold?.seeds ?? []) {
      expect(meets).toBeLessThanOrEqual(TAKES[seed] ?? 0);
      expect(fails).toBeGreaterThan(TAKES[seed] ?? 0);
    }
    const { median, low, high, coverage } = cold?.headroom ?? {};
    expect(median?.load).toBe(cold?.seeds[0]?.meets);
    expect([low?.load, high?.load]).toEqual([cold?.seeds[1]?.meets, cold?.seeds[4]?.meets]);
    expect(coverage).toBe(0.9375);
    expect(cold?.binding).toMatchObject({ name: "ramp-start on collection users", seeds: 5 });
    expect(cold?.remedies.map(({ remedy, outcome }) => [remedy, outcome])).toEqual([
      ["warm-ranges", "passes"],
      ["ramp-limiter", "moves"],
    ]);
    expect(warm?.lifted.map(({ remedy }) => remedy)).toEqual(["warm-ranges"]);
    expect(warm?.seeds).toHaveLength(3);
    expect(warm?.headroom?.median.load).toBeGreaterThan(380);
    expect(warm?.binding?.name).toBe("the limiter's batch_write_limit");
  });

  test("comes to the same whatever order the trials end in", async () => {
    const plain = await find({ curve: true });
    for (const turn of [1, 2, 3]) {
      let asked = turn;
      const shuffled = await find({ curve: true }, async (one) => {
        asked = (asked * 7 + 3) % 11;
        for (let wait = 0; wait < asked; wait += 1) await Promise.resolve();
        return madeUp(one);
      });
      expect(JSON.stringify(shuffled)).toBe(JSON.stringify(plain));
    }
  });

  test("asks no load of a seed twice, the curve's among them", async () => {
    const seen: string[] = [];
    const { curve } = await find({ curve: true, lifts: 0 }, (asked) => {
      seen.push(JSON.stringify(asked));
      return madeUp(asked);
    });
    expect(curve?.length).toBeGreaterThan(20);
    expect(new Set(seen).size).toBe(seen.length);
  });

  test("where even the least fails, says by what", async () => {
    const { stages } = await find({ lifts: 0 }, () => syntheticResult(PACE));
    expect(stages[0]?.headroom?.median).toEqual({ kind: "below", load: 10 });
    expect(stageWords(stages[0]!, "users").join("\n")).toMatch(
      /^None: even 10 users fail a check\.\nWhat binds: the limiter's batch_write_limit/,
    );
  });

  test("where even the most passes, nothing binds up to there, and nothing is lifted", async () => {
    const { stages } = await find({ lifts: 3 }, () => syntheticResult());
    expect(stages).toHaveLength(1);
    expect(headlineOf("active", "users", stages)).toBe(
      "active: at least 10,000 users, nothing binds up to there.",
    );
  });

  test("where no remedy is known, names the limit only", async () => {
    const { stages } = await find({ lifts: 3 }, ({ users }) =>
      users <= 50
        ? syntheticResult()
        : syntheticResult({
            failed: [{ id: "limits.contended-documents", group: "limits" }],
            limits: { hottest: [hot("document-writes", "document ops/performance")] },
          }),
    );
    expect(stages).toHaveLength(1);
    expect(stages[0]?.binding?.name).toBe("document-writes on document ops/performance");
    expect(stages[0]?.remedies).toEqual([]);
  });

  test("a remedy that does not lift it is said not to, and not taken", async () => {
    const { stages } = await find({ lifts: 1 }, ({ users, limiter }) => {
      // Warm or not; but the service will not have the ramp limiter.
      if (limiter === "ramp") throw new UserError("E_LIMITER_CONFIG", "too small a share", "hint");
      return users <= 50 ? syntheticResult() : syntheticResult(RAMP);
    });
    expect(stages).toHaveLength(1);
    expect(
      stages[0]?.remedies.map(({ outcome, detail }) => [outcome, detail.slice(0, 14)]),
    ).toEqual([
      ["stays", "ramp-start on "],
      ["impossible", "too small a sh"],
    ]);
  });

  test("a remedy that leads to another cause at once makes no room, and that cause is told", async () => {
    const { stages } = await find({ lifts: 2 }, ({ users, warm, limiter }) => {
      if (users <= 50) return syntheticResult();
      return syntheticResult(warm || limiter === "ramp" ? PACE : RAMP);
    });
    expect(stages).toHaveLength(1);
    expect(stages[0]?.remedies.map(({ outcome }) => outcome)).toEqual(["moves", "moves"]);
    expect(stages[0]?.remedies[0]?.detail).toContain("the limiter's batch_write_limit. ");
  });

  test("a larger load that passes above one that fails is told of, and the lower is the answer", async () => {
    // The curve asks more loads than the search, and meets one that fails below the threshold.
    const { stages } = await find({ seeds: [1], lifts: 0, curve: true }, ({ users }) =>
      users <= 60 || (users > 72 && users <= 100) ? syntheticResult() : syntheticResult(RAMP),
    );
    const [seed] = stages[0]?.seeds ?? [];
    expect(seed?.fails).toBeLessThanOrEqual(72);
    expect(seed?.meets).toBeLessThanOrEqual(60);
    expect(seed?.doubts.length).toBeGreaterThan(0);
    expect(stages[0]?.headroom?.median.load).toBe(seed?.meets);
    expect(stageWords(stages[0]!, "users").at(-1)).toMatch(/^Not quite clean: with seed 1, /);
  });

  test("ended early, it has the bounds known so far", async () => {
    const ended = new AbortController();
    let trials = 0;
    const { stages } = await find(
      {},
      (asked) => {
        trials += 1;
        if (trials > 3) ended.abort(new Error("interrupted by Ctrl-C"));
        if (trials > 3) throw ended.signal.reason;
        return madeUp(asked);
      },
      ended.signal,
    );
    expect(stages).toHaveLength(1);
    expect(stages[0]?.headroom).toBeNull();
    expect(stages[0]?.seeds[0]).toMatchObject({ meets: 40, fails: null, cut: true });
    expect(headlineOf("active", "users", stages)).toBe(
      "active: Ended early. Known so far: 40 users meet every check.",
    );
  });

  test("a trial that fails by a fault of ours ends it with that", async () => {
    const fault = new Error("a fault of ours");
    await expect(find({}, () => Promise.reject(fault))).rejects.toBe(fault);
  });
});
