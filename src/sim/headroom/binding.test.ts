import { describe, expect, test } from "vitest";
import { bindingOf, sameCause } from "./binding.ts";
import { votesOf } from "./measure-stage.ts";
import { nameOf } from "./remedy.ts";
import { summarizeTrial } from "./trial-summary.ts";
import { hot, syntheticResult, type Synthetic } from "./synthetic-result.fixture.ts";

const REFUSAL = {
  limit: "document-writes",
  subject: "document ops/performance",
  subjectKind: "document",
  code: "ABORTED",
  attempts: 12,
  explanation: "Write it less often.",
  firstSecond: 2.3,
} as const;

const TS = "index ledger_trades (ts ASC) from tenants/tenant_Ab3xY7/ledger_trades";
const QUEUED = { samples: 120, meanMs: 300, p99Ms: 900, maxMs: 1000 };
const LATE = { id: "benchmark.pnl-latency", group: "benchmark" } as const;

const ROWS: readonly (readonly [string, Synthetic, string])[] = [
  [
    "a refusal is named by its limit and subject",
    {
      failed: [{ id: "limits.refusals", group: "limits" }],
      limits: { refusals: [REFUSAL], refusedAttempts: 12 },
    },
    "document-writes on document ops/performance",
  ],
  [
    "a hot range is the one most writes waited for, all its parts together, and not the hottest",
    {
      failed: [{ id: "limits.hot-ranges", group: "limits" }],
      limits: {
        hottest: [
          hot("ramp-start", "collection users", { utilisation: 3, delayed: 15 }),
          hot("sequential-index", TS, { delayed: 10 }),
          hot("sequential-index", TS.replace("Ab3", "Zz9"), { delayed: 8, refused: 2 }),
        ],
      },
    },
    "sequential-index on index ledger_trades (ts ASC)",
  ],
  [
    "contention is a document's, whatever ranges there are",
    {
      failed: [{ id: "limits.contended-documents", group: "limits" }],
      limits: {
        hottest: [
          hot("ramp-start", "collection users", { delayed: 500 }),
          hot("document-writes", "document users/Ab3xY7Zk01Qw98Lm/status/trading"),
        ],
      },
    },
    "document-writes on document users/…/status/trading",
  ],
  [
    "queueing that nobody is named for is the check's own",
    { failed: [{ id: "limits.queueing", group: "limits" }] },
    "limits.queueing by itself",
  ],
  [
    "a query without its index",
    {
      failed: [{ id: "limits.missing-indexes", group: "limits" }],
      limits: { missingIndexes: [{ collectionGroup: "signals", queries: 3, json: "{}" }] },
    },
    "index-required on queries on signals",
  ],
  [
    "late updates that waited for the limiter",
    {
      failed: [LATE],
      phase: { limiterWaitMs: 9000, limiterWaits: { "tenant-share": 3, pace: 80 } },
    },
    "the limiter's batch_write_limit",
  ],
  [
    "... and for a tenant's share",
    {
      failed: [LATE],
      phase: { limiterWaitMs: 9000, limiterWaits: { "tenant-share": 90, pace: 8 } },
    },
    "the limiter's tuning.tenants",
  ],
  [
    "late updates that waited longer for the database",
    {
      failed: [LATE],
      phase: { limiterWaitMs: 9000, limiterWaits: { pace: 80 } },
      limits: { queueing: QUEUED, hottest: [hot("ramp-start", "collection users")] },
    },
    "ramp-start on collection users",
  ],
  [
    "late updates that were refused, however long the limiter held them, too",
    {
      failed: [LATE],
      phase: { limiterWaitMs: 90_000, limiterWaits: { "back-off": 80 } },
      limits: { refusals: [REFUSAL], refusedAttempts: 12 },
    },
    "document-writes on document ops/performance",
  ],
  [
    "late updates that waited for neither to speak of",
    {
      failed: [LATE],
      phase: { limiterWaitMs: 100, limiterWaits: { pace: 80 } },
      limits: {
        queueing: { ...QUEUED, meanMs: 2 },
        hottest: [hot("ramp-start", "collection users")],
      },
    },
    "benchmark.pnl-latency by itself",
  ],
  [
    "the limiter's own limit, overstepped",
    { failed: [{ id: "limiter.worst-second", group: "limiter" }] },
    "the limiter's batch_write_limit",
  ],
  [
    "... by one that is off",
    {
      failed: [{ id: "limiter.worst-second", group: "limiter" }],
      limiter: { strategy: "disabled", config: { enable_rate_limiting: false } },
    },
    "the limiter's enable_rate_limiting",
  ],
  [
    "... by the algorithm as it is printed",
    {
      failed: [{ id: "limiter.worst-second", group: "limiter" }],
      limiter: { strategy: "literal", config: { enable_rate_limiting: true } },
    },
    "the limiter's strategy",
  ],
  [
    "a limiter that is unfair is defective: no setting is to blame",
    { failed: [{ id: "limiter.fairness", group: "limiter" }] },
    "limiter.fairness by itself",
  ],
  [
    "data that is lost has no limit for its cause, whatever was hot",
    {
      failed: [{ id: "data.ledger", group: "data" }],
      limits: { hottest: [hot("ramp-start", "collection users")] },
    },
    "data.ledger by itself",
  ],
  [
    "limits that nobody asked",
    { failed: [{ id: "limits.refusals", group: "limits" }], limits: null },
    "limits.refusals by itself",
  ],
];

describe("what bound", () => {
  test.each(ROWS)("%s", (_what, made, name) => {
    const result = syntheticResult({
      limiter: { strategy: "paced", config: { enable_rate_limiting: true } },
      ...made,
    });
    const binding = bindingOf(result);
    expect(binding && nameOf(binding)).toBe(name);
    expect(binding?.checkId).toBe(made.failed?.[0]?.id);
    expect(binding?.detail.length).toBeGreaterThan(10);
  });

  test("is nothing where no check failed", () => {
    expect(bindingOf(syntheticResult({ undecided: ["benchmark.pnl-latency"] }))).toBeUndefined();
  });

  test("is nothing where a check only saw nothing; and that is not what broke first", () => {
    const empty = { id: "benchmark.onboarding", group: "benchmark", samples: 0 } as const;
    const small = syntheticResult({ failed: [empty] });
    expect(bindingOf(small)).toBeUndefined();
    expect(summarizeTrial(small, 10, 1)).toMatchObject({
      meets: true,
      failed: [],
      undecided: ["benchmark.onboarding"],
    });
    const both = syntheticResult({
      failed: [empty, LATE, { id: "limits.queueing", group: "limits" }],
    });
    // Of those that say too much, causes come before what follows from them.
    expect(bindingOf(both)?.id).toBe("limits.queueing");
    expect(summarizeTrial(both, 10, 1).failed).toEqual([LATE.id, "limits.queueing"]);
  });

  test("is what broke first, not what is listed first", () => {
    const result = syntheticResult({
      failed: [LATE, { id: "data.ledger", group: "data" }],
    });
    const brokeFirst = { checkId: "data.ledger", phase: null, message: "lost" };
    expect(bindingOf({ ...result, brokeFirst })?.id).toBe("data.ledger");
  });
});

test("seeds vote; causes that differ in random IDs alone are one", () => {
  const of = (tenant: string) =>
    bindingOf(
      syntheticResult({
        failed: [{ id: "limits.hot-ranges", group: "limits" }],
        limits: { hottest: [hot("sequential-index", TS.replace("Ab3xY7", tenant))] },
      }),
    )!;
  const late = bindingOf(syntheticResult({ failed: [LATE] }))!;
  expect(sameCause(of("a"), of("b"))).toBe(true);
  expect(sameCause(of("a"), late)).toBe(false);
  expect(votesOf([late, of("a"), of("b")])).toMatchObject({
    name: "sequential-index on index ledger_trades (ts ASC)",
    seeds: 2,
    others: [{ name: "benchmark.pnl-latency by itself", seeds: 1 }],
  });
  expect(votesOf([])).toBeNull();
});
