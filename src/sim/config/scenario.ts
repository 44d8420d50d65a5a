import { z } from "zod";
import { faultsSchema } from "./fault.ts";

/**
 * A scenario is data: the pulse's load, the market beneath it, and the client traffic beside it.
 * All rates are for each user, so that one file serves any `--users`.
 */

/** How nervous the market is; src/sim/market gives each regime its figures. */
const regime = z.enum(["calm", "active", "high-volatility", "flash-crash", "halt", "re-open"]);
export type Regime = z.infer<typeof regime>;

const marketSpecSchema = z.strictObject({
  /** Number of symbols traded. */
  symbols: z.int().min(1).max(500),
  /** Correlation of any symbol's returns with the common factor, 0 to 1. */
  correlation: z.number().min(0).max(1),
  /** Regimes in order; the list is repeated until the scenario ends. */
  regimes: z
    .array(z.strictObject({ regime, seconds: z.number().positive().max(86_400) }))
    .min(1)
    .max(100),
});
export type MarketSpec = z.infer<typeof marketSpecSchema>;

const pulseLoadSchema = z.strictObject({
  /** One sweep over all users in each period. */
  periodSeconds: z.number().min(1).max(3600),
  /** Mean number of open trades of a user; the total is users × this, exactly. */
  openTradesPerUser: z.number().min(0).max(100),
  /** How often the pulse writes a user's account snapshot, signal and write rate: the service's own. */
  snapshotSeconds: z.number().min(1).max(86_400).default(60),
  signalSeconds: z.number().min(1).max(86_400).default(300),
  userRateSeconds: z.number().min(1).max(86_400).default(300),
  /** Instances that share the shards and the limiter's rate, as the service's fan-out has them. */
  workers: z.int().min(1).max(64).default(1),
  /** Each instance's wall clock is off by up to so much, either way. */
  clockSkewMs: z.number().min(0).max(60_000).default(0),
  /** A new instance begins its first sweep so much late. */
  coldStartMs: z.number().min(0).max(60_000).default(0),
});
export type PulseLoad = z.infer<typeof pulseLoadSchema>;

/** Operations the client lane knows. */
export const clientOperation = z.enum([
  "open-trades", // Appendix B, first query
  "sell-trades-24h", // Appendix B, second query
  "tenant-ledger", // Appendix B, third query
  "account-snapshot", // one document read
  "recent-signals",
  "ledger-create",
  "sign-up",
]);
export type ClientOperation = z.infer<typeof clientOperation>;

export const clientLoadSchema = z.strictObject({
  /** Operations each user starts in a minute, by kind; for sign-up, new users as a share of all. */
  perUserPerMinute: z.partialRecord(clientOperation, z.number().positive().max(600)),
  /**
   * Operations of all kinds started in a second, at most, as a mean over the scenario; the mix
   * stays as it is. null: no bound.
   * Where clients are there to measure the reads beside a pulse, more of them would measure the
   * emulator alone: on two cores it answers some 5 to 50 queries a second, fewer the more
   * documents there are.
   */
  atMostPerSecond: z.number().positive().max(10_000).nullable().default(null),
  /**
   * How arrivals are spread: `constant` is evenly spaced, `poisson` is memoryless, `market`
   * follows the market's volatility and clusters as its updates do.
   */
  arrivals: z.enum(["constant", "poisson", "market"]),
  /** Multiplies the rate over the scenario: at these shares of its duration, by these factors. */
  stages: z
    .array(
      z.strictObject({ untilShare: z.number().gt(0).max(1), factor: z.number().min(0).max(100) }),
    )
    .min(1)
    .max(50)
    .refine(growsToOne, "expected untilShare to grow from stage to stage, up to 1 in the last")
    .default([{ untilShare: 1, factor: 1 }]),
});
export type ClientLoad = z.infer<typeof clientLoadSchema>;

/** Longest that direct writes go on: they are a question put to the limits, and no soak test. */
export const DIRECT_SECONDS_MAX = 60;

const directWritesSchema = z
  .strictObject({
    /** Document writes that fall due in a second, evenly spaced, whatever becomes of those before. */
    writesPerSecond: z.number().positive().max(5000),
    /** Written together, atomically; the commits' rate is the writes' divided by it. */
    documentsPerCommit: z.int().min(1).max(100).default(1),
    /**
     * - `largest-tenant-ledger`: entries of the ledger of the tenant with the most users.
     * - `users-signals`: a signal of one user after another, each in the user's own collection.
     * - `new-collection`: documents of a collection that nobody has ever written to.
     * - `one-counter`: one document, incremented; or one of several (`counters`).
     */
    into: z.enum(["largest-tenant-ledger", "users-signals", "new-collection", "one-counter"]),
    /** IDs scattered as Firestore's own are, or growing from write to write. */
    ids: z.enum(["random", "sequential"]).default("random"),
    /** Documents that `one-counter` is spread over, in turn: a distributed counter's shards. */
    counters: z.int().min(1).max(1000).default(1),
  })
  .refine(({ into, documentsPerCommit }) => into !== "one-counter" || documentsPerCommit === 1, {
    path: ["documentsPerCommit"],
    message: "expected 1 for one-counter: a commit writes a document once",
  })
  .refine(({ into, counters }) => into === "one-counter" || counters === 1, {
    path: ["counters"],
    message: "expected 1: only one-counter can be spread over several",
  });
export type DirectWrites = z.infer<typeof directWritesSchema>;

export const scenarioSchema = z.strictObject({
  $schema: z.string().optional(),
  name: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "expected lower-case words joined by hyphens"),
  /** One sentence, shown by `scenarios` and in reports. */
  summary: z.string().min(10).max(200),
  /** Which part of the service's document it exercises, such as "section 6, row 3"; null if none. */
  document: z.string().nullable(),
  durationSeconds: z.number().min(5).max(86_400),
  /** null: no pulse runs. */
  pulse: pulseLoadSchema.nullable(),
  market: marketSpecSchema,
  /** null: no client traffic runs. */
  clients: clientLoadSchema.nullable(),
  /**
   * Writes made past the pulse and its limiter, each tried once; null: none. A client that nobody
   * holds back shows what the database itself takes. They last 60 s at most.
   */
  directWrites: directWritesSchema.nullable().default(null),
  /**
   * Index file, by its name in scenarios/indexes/, that the run takes when --indexes names none.
   * null: the service's own.
   */
  indexes: z
    .string()
    .regex(/^[a-z0-9-]+\.json$/, "expected a file's name")
    .nullable()
    .default(null),
  /**
   * Splits key ranges before the phase as if so many evenly spread writes a second had long been
   * served. null: as they are, which on a new database is cold.
   */
  warmedTo: z.number().positive().max(100_000).nullable().default(null),
  /** Starts every user's pulse at the same moment, whatever the limiter would have. */
  synchronised: z.boolean().default(false),
  /** Share of all users that belong to the largest tenant; null leaves the population's own. */
  largestTenantShare: z.number().min(0).max(1).nullable().default(null),
  /** What goes wrong in it, by script. */
  faults: faultsSchema,
  /** P&L writes a second and user that the document states for it; null if it states none. */
  documentWritesPerUserPerMinute: z.number().positive().nullable().default(null),
});
export type Scenario = z.infer<typeof scenarioSchema>;

function growsToOne(stages: readonly { readonly untilShare: number }[]): boolean {
  const grows = stages.every(
    ({ untilShare }, index) => untilShare > (stages[index - 1]?.untilShare ?? 0),
  );
  return grows && stages.at(-1)?.untilShare === 1;
}
