import { build, encodeIntoCompressedBase64 } from "hdr-histogram-js";
import { createRng, type Rng } from "../../std/rng.ts";
import { fixtureLimits } from "./result-limits.fixture.ts";
import { fixtureRun } from "./result-run.fixture.ts";
import { fixtureChecks } from "./result-checks.fixture.ts";
import {
  SCHEMA_VERSION,
  type HistogramSummary,
  type Phase,
  type Result,
  type Second,
} from "./result.ts";

/**
 * A result for tests, as a run at 1,000 users leaves one behind: three market days that pass, are
 * slow and fail, and one of reads. Fixed by its seed, so tests may rely on what is in it.
 */

interface PhasePlan {
  readonly name: string;
  readonly summary: string;
  readonly seconds: number;
  readonly offeredPerSecond: number;
  readonly openTrades: number;
  /** Median and spread (σ of the logarithm) of P&L latency. */
  readonly pnlMedianMs: number;
  readonly pnlSpread: number;
  readonly regimes: readonly (readonly [regime: string, seconds: number, factor: number])[];
  readonly limiterRate: number;
  readonly reads: boolean;
}

const PLANS: readonly PhasePlan[] = [
  {
    name: "baseline",
    summary: "One P&L write a user and minute on a calm market.",
    seconds: 30,
    offeredPerSecond: 16.7,
    openTrades: 1000,
    pnlMedianMs: 11,
    pnlSpread: 0.45,
    regimes: [["calm", 30, 1]],
    limiterRate: 100,
    reads: false,
  },
  {
    name: "active",
    summary: "Five open trades a user, updated once a minute on an active market.",
    seconds: 45,
    offeredPerSecond: 83.3,
    openTrades: 5000,
    pnlMedianMs: 18,
    pnlSpread: 0.6,
    regimes: [
      ["active", 30, 3],
      ["calm", 15, 1],
    ],
    limiterRate: 100,
    reads: false,
  },
  {
    name: "high-volatility",
    summary: "Ten open trades a user, updated twice a minute while the market jumps.",
    seconds: 60,
    offeredPerSecond: 333,
    openTrades: 10_000,
    pnlMedianMs: 1450,
    pnlSpread: 0.55,
    regimes: [
      ["high-volatility", 25, 8],
      ["flash-crash", 8, 22],
      ["halt", 7, 0],
      ["re-open", 20, 10],
    ],
    limiterRate: 100,
    reads: false,
  },
  {
    name: "dashboards",
    summary: "Clients read their dashboards while the pulse writes.",
    seconds: 40,
    offeredPerSecond: 83.3,
    openTrades: 5000,
    pnlMedianMs: 21,
    pnlSpread: 0.6,
    regimes: [["active", 40, 3]],
    limiterRate: 100,
    reads: true,
  },
];

/** Seconds between two phases, in which nothing is measured. */
const PAUSE_SECONDS = 4;

/** A result with failing, passing and inconclusive checks; fields given replace its own. */
export function fixtureResult(changes: Partial<Result> = {}): Result {
  const rng = createRng("report-fixture");
  return {
    schemaVersion: SCHEMA_VERSION,
    run: fixtureRun(),
    target: {
      kind: "emulator",
      description:
        "official Firestore emulator 1.19.9 (/usr/lib/google-cloud-sdk/platform/cloud-firestore-emulator)",
      reason: "no emulator was running; found Java 17 and a jar",
      endpoint: "127.0.0.1:41873",
      limits: "on",
      latency: "off",
      evaluatesRules: true,
      assumed: [
        { id: "document-writes", value: 10, unit: "writes/s", limits: "one document's writes" },
      ],
    },
    population: {
      tenants: 25,
      users: 1000,
      largestTenantUsers: 400,
      openTrades: 10_000,
      provisioningMs: 8420,
    },
    limiter: {
      strategy: "literal",
      preset: "default",
      config: { batch_write_limit: 500, doc_write_limit: 50, batch_cooldown_sec: 5, unit: "write" },
    },
    verdict: "fail",
    headline:
      "1,000 users are not safe at high volatility: P&L p99 was 5,124 ms against 500 ms, and 99.8 of 333 writes/s were committed.",
    brokeFirst: {
      checkId: "benchmark.pnl-latency",
      phase: "high-volatility",
      message:
        "P&L latency crossed 500 ms 9 s into high-volatility, when the literal limiter's 500 writes in 5 s were used up; the backlog grew from there.",
    },
    checks: fixtureChecks(),
    phases: PLANS.map((plan, index) => fixturePhase(plan, startOf(index))),
    histograms: fixtureHistograms(rng.fork("histograms")),
    series: PLANS.flatMap((plan, index) =>
      fixtureSeconds(plan, startOf(index), rng.fork(plan.name)),
    ),
    ...changes,
  };
}

function startOf(phaseIndex: number): number {
  return PLANS.slice(0, phaseIndex).reduce((sum, plan) => sum + plan.seconds + PAUSE_SECONDS, 0);
}

function fixturePhase(plan: PhasePlan, startSecond: number): Phase {
  const held = plan.offeredPerSecond > plan.limiterRate;
  const committedPerSecond = held ? plan.limiterRate - 0.2 : plan.offeredPerSecond;
  return {
    name: plan.name,
    summary: plan.summary,
    durationMs: plan.seconds * 1000,
    users: 1000,
    openTrades: plan.openTrades,
    sweeps: 2,
    overlappingSweeps: held ? 1 : 0,
    usersSwept: 2000,
    usersFailed: 0,
    writesOffered: Math.round(plan.offeredPerSecond * plan.seconds),
    writesCommitted: Math.round(committedPerSecond * plan.seconds),
    offeredPerSecond: plan.offeredPerSecond,
    committedPerSecond,
    retriedCommits: held ? 3 : 0,
    abortedCommits: 0,
    worstSecond: {
      writes: held ? 500 : Math.round(plan.offeredPerSecond * 1.3),
      atSecond: startSecond + 5,
    },
    worstDocument: {
      path: "users/u-0001/alpacaAccounts/snapshot",
      writesInOneSecond: held ? 2 : 1,
    },
    clientOperations: plan.reads ? 4210 : 0,
    clientErrors: plan.reads ? 2 : 0,
    lateArrivals: held ? 12 : 0,
    worstLatenessMs: held ? 88.4 : 6.1,
    limiterWaitMs: held ? 9_812_400 : 4100,
    limiterWaits: held
      ? { "batch-limit": 4120, jitter: 880, cooldown: 41, "tenant-share": 312 }
      : { jitter: 310 },
    limits: fixtureLimits(plan.offeredPerSecond, plan.seconds),
    fairness: held
      ? { jain: 0.71, worstTenant: "tenant-0001", worstTenantP99Ms: 6840 }
      : { jain: 0.98, worstTenant: "tenant-0017", worstTenantP99Ms: plan.pnlMedianMs * 5 },
  };
}

function fixtureSeconds(plan: PhasePlan, startSecond: number, rng: Rng): readonly Second[] {
  const regimes = plan.regimes.flatMap(([regime, seconds, factor]) =>
    Array.from({ length: seconds }, () => ({ regime, factor })),
  );
  let backlogWrites = 0;
  return regimes.map(({ regime, factor }, index): Second => {
    const offered = Math.round(plan.offeredPerSecond * (0.8 + 0.4 * rng.next()));
    // The printed algorithm lets 500 writes pass at once, then none until five seconds are over.
    const allowance = index % 5 === 0 ? 500 : 0;
    const held = plan.offeredPerSecond > plan.limiterRate;
    const committed = held ? Math.min(allowance, backlogWrites + offered) : offered;
    backlogWrites += offered - committed;
    const backlogMs = held ? (backlogWrites / plan.limiterRate) * 1000 : 12 * rng.next();
    const p50Ms = held ? 40 + backlogMs * 0.022 : plan.pnlMedianMs * (0.9 + 0.2 * rng.next());
    return {
      second: startSecond + index,
      phase: plan.name,
      regime,
      marketUpdates: Math.round(40 * factor * (0.4 + rng.exponential(0.6))),
      writesOffered: offered,
      writesCommitted: committed,
      commits: committed,
      retries: held && rng.chance(0.05) ? 1 : 0,
      refusals: 0,
      clientOperations: plan.reads ? rng.integer(80, 130) : 0,
      clientErrors: plan.reads && rng.chance(0.05) ? 1 : 0,
      pnlP50Ms: committed === 0 ? null : p50Ms,
      pnlP99Ms: committed === 0 ? null : p50Ms * (held ? 1.9 : 3) * (0.9 + 0.3 * rng.next()),
      queryP95Ms: plan.reads ? 22 + rng.exponential(9) : null,
      limiterRate: plan.limiterRate,
      limiterBacklogMs: backlogMs,
    };
  });
}

function fixtureHistograms(rng: Rng): HistogramSummary[] {
  const queries = ["client.open-trades", "client.tenant-ledger", "query"] as const;
  const reads = PLANS.find((plan) => plan.reads);
  return [
    histogram("onboarding", null, "from sign-up to all seven document groups", 1000, 180, 0.5, rng),
    ...PLANS.flatMap((plan) => [
      pnlHistogram("pnl-commit", "from the quote to the committed write", plan, 1, rng),
      pnlHistogram("pnl-listener", "from the quote to the client's listener", plan, 0.05, rng),
    ]),
    ...queries.map((query, index) =>
      histogram(
        query,
        reads?.name ?? null,
        "from the intended start to the last document",
        1400,
        12 + 6 * index,
        0.4,
        rng.fork(query),
      ),
    ),
  ];
}

function pnlHistogram(
  metric: string,
  describes: string,
  plan: PhasePlan,
  share: number,
  rng: Rng,
): HistogramSummary {
  const count = Math.round(plan.offeredPerSecond * plan.seconds * share);
  const stream = rng.fork(`${metric}/${plan.name}`);
  const medianMs = plan.pnlMedianMs * (metric === "pnl-listener" ? 1.3 : 1);
  return histogram(metric, plan.name, describes, count, medianMs, plan.pnlSpread, stream);
}

/** Log-normal latencies, recorded in microseconds with three digits. */
// oxlint-disable-next-line max-params -- a row of figures, read left to right
function histogram(
  metric: string,
  phase: string | null,
  describes: string,
  count: number,
  medianMs: number,
  spread: number,
  rng: Rng,
): HistogramSummary {
  const recorder = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 60_000_000,
    numberOfSignificantValueDigits: 3,
  });
  for (let sample = 0; sample < count; sample += 1) {
    recorder.recordValue(Math.round(medianMs * 1000 * Math.exp(spread * rng.normal())));
  }
  const at = (percentile: number): number =>
    Math.min(recorder.getValueAtPercentile(percentile), recorder.maxValue) / 1000;
  return {
    metric,
    phase,
    describes,
    unit: "ms",
    count,
    min: recorder.minNonZeroValue / 1000,
    mean: recorder.mean / 1000,
    p50: at(50),
    p90: at(90),
    p95: at(95),
    p99: at(99),
    p999: at(99.9),
    max: recorder.maxValue / 1000,
    encoded: encodeIntoCompressedBase64(recorder),
  };
}
