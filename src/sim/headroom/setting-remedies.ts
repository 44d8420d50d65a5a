import type { Situation } from "./situation.ts";
import type { RemedyKind } from "./remedy.ts";

const LIMITER_DOCS = "docs/limiter.md";

/** Missed where all users of a sweep start at once, which a limiter that spreads them prevents. */
const LATENCIES: readonly string[] = ["benchmark.pnl-latency", "benchmark.pnl-listener"];

type Config = Situation["limiterConfig"];

function withConfig(situation: Situation, change: Partial<Config>): Situation {
  return { ...situation, limiterConfig: { ...situation.limiterConfig, ...change } };
}

/** BulkWriter's own ceiling, the most that the limiter's configuration takes. */
const BATCH_LIMIT = 10_000;

const RAISE_BATCH_LIMIT: RemedyKind = {
  id: "raise-batch-limit",
  lifts: ["batch_write_limit"],
  propose: (_, { limiterConfig }) => {
    const now = limiterConfig.batch_write_limit ?? 500;
    if (now >= BATCH_LIMIT) return;
    return {
      advice: `Raise batch_write_limit from ${now}, no further than the database then takes: its ramp and its hottest ranges decide, which are what binds next. Tried with ${BATCH_LIMIT}.`,
      source: LIMITER_DOCS,
      change: (situation) => withConfig(situation, { batch_write_limit: BATCH_LIMIT }),
    };
  },
};

const RAISE_DOCUMENT_LIMIT: RemedyKind = {
  id: "raise-document-limit",
  lifts: ["doc_write_limit"],
  propose: (_, { limiterConfig }) =>
    (limiterConfig.doc_write_limit ?? 50) >= BATCH_LIMIT
      ? undefined
      : {
          advice:
            "Raise doc_write_limit; a document takes some ten writes a second, whatever the limiter lets through.",
          source: LIMITER_DOCS,
          change: (situation) => withConfig(situation, { doc_write_limit: BATCH_LIMIT }),
        },
};

const ENABLE: RemedyKind = {
  id: "enable-limiter",
  lifts: ["enable_rate_limiting", ...LATENCIES],
  propose: (_, { limiterConfig }) =>
    limiterConfig.enable_rate_limiting === false
      ? {
          advice:
            "Switch the limiter on (enable_rate_limiting): without it all users start at once, too.",
          source: LIMITER_DOCS,
          change: (situation) => withConfig(situation, { enable_rate_limiting: true }),
        }
      : undefined,
};

const PACE: RemedyKind = {
  id: "pace",
  lifts: ["strategy", "batch_cooldown_sec", "tuning.adaptive", ...LATENCIES],
  propose: ({ id }, { limiter }) =>
    limiter === "paced" || (LATENCIES.includes(id) && !limiter.startsWith("literal"))
      ? undefined
      : {
          advice: `Use the paced strategy in place of ${limiter}: it spaces users and writes evenly and never stops a sweep.`,
          source: LIMITER_DOCS,
          change: (situation) => ({ ...situation, limiter: "paced" }),
        },
};

const START_RAMP_HIGHER: RemedyKind = {
  id: "start-ramp-higher",
  lifts: ["tuning.ramp"],
  propose: (_, { limiterConfig }) => {
    const ramp = limiterConfig.tuning?.ramp;
    if ((ramp?.startPerSecond ?? 0) >= BATCH_LIMIT) return;
    return {
      advice:
        "Begin the ramp (tuning.ramp.startPerSecond) where the database has long been served, not at 500: " +
        `ranges that were split stay split for a day. Tried with ${BATCH_LIMIT}.`,
      source: LIMITER_DOCS,
      change: (situation) =>
        withConfig(situation, {
          tuning: { ...limiterConfig.tuning, ramp: { ...ramp, startPerSecond: BATCH_LIMIT } },
        }),
    };
  },
};

const LEND_MORE: RemedyKind = {
  id: "lend-tenants-more",
  lifts: ["tuning.tenants"],
  propose: (_, { limiterConfig }) => {
    const tenants = limiterConfig.tuning?.tenants;
    if (tenants?.lentShare === 0.95) return;
    return {
      advice:
        "Lend tenants over their share more of the line (tuning.tenants.lentShare, to 0.95 at most), or give a large one a weight of its own (tuning.tenants.weights).",
      source: LIMITER_DOCS,
      change: (situation) =>
        withConfig(situation, {
          tuning: { ...limiterConfig.tuning, tenants: { ...tenants, lentShare: 0.95 } },
        }),
    };
  },
};

/** The limiter's settings: what binds is then the service's own choice, and no limit. */
export const SETTING_REMEDIES: readonly RemedyKind[] = [
  RAISE_BATCH_LIMIT,
  RAISE_DOCUMENT_LIMIT,
  ENABLE,
  PACE,
  START_RAMP_HIGHER,
  LEND_MORE,
];
