import { sourceOf, type RemedyKind } from "./remedy.ts";
import type { Situation } from "./situation.ts";

/** What a model may be warmed to: enough that no ramp is met below it, within a scenario's bound. */
const WARM_TO = 50_000;

const WARM: RemedyKind = {
  id: "warm-ranges",
  lifts: ["ramp-start"],
  propose: ({ subject }, { scenario }) =>
    (scenario.warmedTo ?? 0) >= WARM_TO
      ? undefined
      : {
          advice:
            `Warm ${subject ?? "the key ranges"} before the load comes: 500 operations a second, and half as ` +
            "much again every five minutes, by the ramp limiter or a loader.",
          source: sourceOf("ramp-start"),
          change: (situation) => withScenario(situation, { warmedTo: WARM_TO }),
        },
};

const SPREAD: RemedyKind = {
  id: "spread-pulse",
  lifts: [
    "ramp-start",
    "batch_write_limit",
    "enable_rate_limiting",
    "benchmark.pnl-latency",
    "benchmark.pnl-listener",
  ],
  propose: (_, { scenario }) =>
    scenario.synchronised
      ? {
          advice:
            "Spread the users' updates over the period instead of starting all at its beginning.",
          source: "docs/limiter.md; section 3 of the service's document, staggered heartbeats",
          change: (situation) => withScenario(situation, { synchronised: false }),
        }
      : undefined,
};

const PACE_BY_RAMP: RemedyKind = {
  id: "ramp-limiter",
  lifts: ["ramp-start"],
  propose: (_, { scenario, limiter }) =>
    scenario.pulse === null || limiter === "ramp"
      ? undefined
      : {
          advice:
            "Let the ramp limiter hold the pulse to what new ranges take, and grow with them.",
          source: "docs/limiter.md",
          change: (situation) => ({ ...situation, limiter: "ramp" }),
        },
};

/** Ten a document, so that a thousand writes a second fit (document-write-ceiling, docs/capacity.md). */
const COUNTERS = 100;

const COUNTER: RemedyKind = {
  id: "distributed-counter",
  lifts: ["document-writes"],
  propose: ({ subject }, { scenario: { directWrites } }) =>
    directWrites?.into === "one-counter" && directWrites.counters < COUNTERS
      ? {
          advice: `Spread ${subject ?? "the counter"} over several documents, one for each worker, and add them up when reading: here over ${COUNTERS}.`,
          source: sourceOf("document-writes"),
          change: (situation) =>
            withScenario(situation, { directWrites: { ...directWrites, counters: COUNTERS } }),
        }
      : undefined,
};

const SCATTER: RemedyKind = {
  id: "scatter-ids",
  lifts: ["sequential-documents"],
  propose: (_, { scenario: { directWrites } }) =>
    directWrites?.ids === "sequential"
      ? {
          advice: "Give new documents IDs that scatter, as Firestore's automatic ones do.",
          source: sourceOf("sequential-documents"),
          change: (situation) =>
            withScenario(situation, { directWrites: { ...directWrites, ids: "random" } }),
        }
      : undefined,
};

/** Instances of the pulse, each with its own gates for reads and users: the service's own fan-out. */
const WORKERS = 8;

const WORKERS_REMEDY: RemedyKind = {
  id: "more-workers",
  lifts: [
    "benchmark.pnl-latency",
    "benchmark.pnl-listener",
    "benchmark.concurrent-users",
    "throughput.sweeps",
  ],
  propose: (_, { scenario: { pulse } }) =>
    pulse !== null && pulse.workers < WORKERS
      ? {
          advice: `Run ${WORKERS} instances of the pulse (pulse.workers): each reads and values its own shards.`,
          source: "docs/deployment.md",
          change: (situation) => withScenario(situation, { pulse: { ...pulse, workers: WORKERS } }),
        }
      : undefined,
};

function withScenario(situation: Situation, change: Partial<Situation["scenario"]>): Situation {
  return { ...situation, scenario: { ...situation.scenario, ...change } };
}

/** Changes of how the load comes, and of what it comes to. */
export const LOAD_REMEDIES: readonly RemedyKind[] = [WARM, SPREAD, PACE_BY_RAMP, COUNTER, SCATTER];

/** Tried last: more instances may help whatever is slow, and say least about why. */
export const INSTANCE_REMEDIES: readonly RemedyKind[] = [WORKERS_REMEDY];
