import { createLimiter } from "../../system/limiter/create-limiter.ts";
import type { Demand, Reservation, WriteLimiter } from "../../system/limiter/limiter.ts";
import type { StandIns } from "../cli/simulate.ts";
import type { TrialSpec } from "../trial/trial-spec.ts";

/*
 * Defects of the limiter as the pulse receives it: wrappers at its port around the service's own,
 * which is the same code as in every run.
 */

export interface LimiterDefect {
  readonly defect: string;
  /** The check that names it. */
  readonly caughtBy: string;
  /** A run that the sound limiter passes, but for what the run itself brings about. */
  readonly spec: TrialSpec;
  readonly spoil: (sound: WriteLimiter) => WriteLimiter;
}

/** The ports of a run whose every instance of the pulse has the defect. */
export function standInsOf({ spoil }: LimiterDefect): StandIns {
  return { createLimiter: (settings, rng) => spoil(createLimiter(settings, rng)) };
}

function spoiltReserve(
  sound: WriteLimiter,
  reserve: (demand: Demand, nowMs: number) => Reservation,
): WriteLimiter {
  return {
    stagger: sound.stagger,
    unit: sound.unit,
    costMax: sound.costMax,
    reserve,
    depart: (cost, nowMs) => sound.depart(cost, nowMs),
    report: (outcome, nowMs) => sound.report(outcome, nowMs),
    state: (nowMs) => sound.state(nowMs),
  };
}

/** Every third commit goes at once and is charged to nobody. */
function tokenTooMany(sound: WriteLimiter): WriteLimiter {
  let asked = 0;
  return spoiltReserve(sound, (demand, nowMs) => {
    asked += 1;
    return asked % 3 === 0 ? { kind: "granted", sendAtMs: nowMs } : sound.reserve(demand, nowMs);
  });
}

/** Each commit takes one token with it for good: so many are missing from then on. */
function tokenLost(sound: WriteLimiter): WriteLimiter {
  let lost = 0;
  return spoiltReserve(sound, (demand, nowMs) => {
    const missing = Math.min(lost, sound.costMax);
    if (missing > 0) sound.reserve({ ...demand, cost: missing, keys: [] }, nowMs);
    lost += 1;
    return sound.reserve(demand, nowMs);
  });
}

/** Whatever anybody asks is charged to the tenant who asked first. */
function leakAcrossTenants(sound: WriteLimiter): WriteLimiter {
  let charged: string | undefined;
  return spoiltReserve(sound, (demand, nowMs) => {
    charged ??= demand.tenantId;
    const answer = sound.reserve({ ...demand, tenantId: charged }, nowMs);
    if (answer.kind === "refused" || demand.tenantId === charged) return answer;
    return { kind: "granted", sendAtMs: nowMs };
  });
}

/** The first commit after a failure, which is its repeat, is turned away. */
function skippedRetry(sound: WriteLimiter): WriteLimiter {
  const failed = new Set<string>();
  const spoilt = spoiltReserve(sound, (demand, nowMs) =>
    failed.delete(demand.tenantId)
      ? { kind: "refused", reason: "open-circuit", message: "this one has had its turn" }
      : sound.reserve(demand, nowMs),
  );
  return {
    ...spoilt,
    report: (outcome, nowMs) => {
      if (outcome.status !== "committed") failed.add(outcome.tenantId);
      sound.report(outcome, nowMs);
    },
  };
}

const REFUSED = { kind: "refuse", code: "ABORTED", path: "users/", share: 0.02 } as const;

const CALM = {
  name: "defect",
  summary: "A pulse by itself, to look at its limiter.",
  document: null,
  durationSeconds: 60,
  pulse: { periodSeconds: 3, openTradesPerUser: 10 },
  market: {
    symbols: 20,
    correlation: 0.6,
    regimes: [{ regime: "high-volatility" as const, seconds: 60 }],
  },
  clients: null,
  warmedTo: 5000,
};

export const LIMITER_DEFECTS: readonly LimiterDefect[] = [
  {
    defect: "grants more than it may, now and then",
    caughtBy: "limiter.rate",
    // All at once, and no more than goes within the 500 ms of the document's target.
    spec: {
      options: { users: 18, seed: 3, latency: "off" },
      scenarios: [{ ...CALM, synchronised: true }],
    },
    spoil: tokenTooMany,
  },
  {
    defect: "loses a token with every commit",
    caughtBy: "limiter.waits",
    spec: { options: { users: 60, seed: 3 }, scenarios: [CALM] },
    spoil: tokenLost,
  },
  {
    defect: "charges one tenant with the others' demand",
    caughtBy: "limiter.fairness",
    // Every tenant has a limit of its own (section 10) that its own demand never reaches.
    spec: {
      options: { users: 60, tenants: 60, seed: 3 },
      scenarios: [CALM],
      limiterConfig: {
        tuning: { tenants: { limits: { plans: { free: 22, pro: 22, enterprise: 22 } } } },
      },
    },
    spoil: leakAcrossTenants,
  },
  {
    defect: "skips a retry",
    caughtBy: "throughput.retries",
    // A repeat is contention by itself: the document allows none, so the sound one fails that alone.
    spec: { options: { users: 60, seed: 3 }, scenarios: [{ ...CALM, faults: [REFUSED] }] },
    spoil: skippedRetry,
  },
];
