import type { LimiterUse } from "../measure/limiter-watch.ts";
import { Histogram } from "../measure/histogram.ts";
import { emptyCounts, type PhaseCounts } from "../measure/phase-counts.ts";
import type { HistogramSummary, PhaseLimits } from "../report/result.ts";
import type { PhaseFacts, RunFacts } from "./facts.ts";

/** For tests: a distribution of `count` samples, of which one in fifty is slow. */
export function latencies(fastMs: number, slowMs: number, count = 1000): HistogramSummary {
  const histogram = new Histogram();
  const slow = Math.floor(count / 50);
  if (count > slow) histogram.record(fastMs, count - slow);
  if (slow > 0) histogram.record(slowMs, slow);
  return histogram.summarize({ metric: "m", phase: "p", describes: "" });
}

export function counts(fields: Partial<PhaseCounts> = {}): PhaseCounts {
  return {
    ...emptyCounts(),
    sweeps: 2,
    completeSweeps: 1,
    usersSwept: 2000,
    usersListedLeast: 1000,
    writesOffered: 22_000,
    writesCommitted: 22_000,
    pnlDue: 20_000,
    pnlCommitted: 20_000,
    commits: 2000,
    clientOperations: 500,
    wakes: 60,
    ...fields,
  };
}

/** What the limits did in such a phase: nothing. */
export function phaseLimits(fields: Partial<PhaseLimits> = {}): PhaseLimits {
  return {
    mode: "on",
    warmedTo: null,
    commits: 2060,
    queries: 450,
    writes: 22_060,
    indexEntries: 8000,
    commitsSent: 2060,
    refusedAttempts: 0,
    refusedWrites: 0,
    delayedWrites: 40,
    queueing: { samples: 2510, meanMs: 0.1, p99Ms: 3, maxMs: 20 },
    refusals: [],
    refusalsNotListed: 0,
    hottest: [
      {
        limit: "range-operations",
        subject: "collection users",
        subjectKind: "collection",
        operationsPerSecond: 420,
        allowedPerSecond: 500,
        utilisation: 0.84,
        atSecond: 12,
        delayed: 40,
        refused: 0,
      },
    ],
    missingIndexes: [],
    ...fields,
  };
}

/** What a sound limiter answered: within its rate, and waits that what stood before them explains. */
export function limiterUse(fields: Partial<LimiterUse> = {}): LimiterUse {
  return {
    reservations: 2000,
    ahead: { figureMs: 40, allowedMs: 56, atSecond: 12, tenantId: "t1" },
    wait: { figureMs: 120, allowedMs: 200, atSecond: 13, tenantId: "t2" },
    tenants: [
      { tenantId: "t1", commits: 900, writes: 9900, waitMs: 9000, othersWaitMs: 9000 },
      { tenantId: "t2", commits: 20, writes: 220, waitMs: 200, othersWaitMs: 200 },
    ],
    ...fields,
  };
}

/** A phase in which all went well: 1,000 users, 60 s, 333 P&L writes a second. */
export function phaseFacts(fields: Partial<PhaseFacts> = {}): PhaseFacts {
  return {
    name: "high-volatility",
    durationMs: 60_000,
    cut: false,
    users: 1000,
    enabledUsers: 1000,
    documentWritesPerUserPerMinute: 20,
    hasPulse: true,
    hasClients: true,
    hasSignUps: true,
    directWritesPerSecond: null,
    counts: counts(),
    usersDue: 1000,
    usersServed: 1000,
    worstSecond: { writes: 450, atSecond: 12 },
    worstSecondApplied: 470,
    worstDocument: { path: "users/u1/shadowTradeHistory/t1", writesInOneSecond: 1 },
    pnlCommit: latencies(20, 100, 2000),
    pnlListener: latencies(30, 120),
    queries: latencies(25, 80),
    queryKinds: new Map([
      ["open-trades", latencies(25, 80, 200)],
      ["tenant-ledger", latencies(20, 60, 100)],
    ]),
    onboarding: latencies(40, 90, 60),
    limiterUses: [limiterUse()],
    retries: { due: 3, skipped: 0, reason: null },
    limiterWaits: [],
    failures: [],
    directCommit: latencies(1, 1, 0),
    generator: null,
    limits: phaseLimits(),
    series: [],
    ...fields,
  };
}

export function runFacts(fields: Partial<RunFacts> = {}): RunFacts {
  return {
    basis: "measured on emulator, limits modelled",
    storedBasis: "measured on emulator",
    limitsMode: "on",
    evaluatesRules: true,
    phases: [phaseFacts()],
    provisioning: latencies(40, 200),
    provisionedUsers: 1000,
    requestedUsers: 1000,
    limits: {
      batchWriteLimit: 500,
      docWriteLimit: 50,
      source: "the default configuration",
      termsOf: () => "1",
    },
    ...fields,
  };
}
