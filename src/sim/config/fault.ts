import { z } from "zod";

/*
 * Faults by script: what a database, a network and a platform do on a bad day. They are injected
 * between the service and its store, so that they work on every target and on every clock.
 */

/** When it happens, in seconds of the phase; `untilSecond` null: to its end. */
const window = {
  fromSecond: z.number().min(0).max(86_400).default(0),
  untilSecond: z.number().positive().max(86_400).nullable().default(null),
};

const path = z.string().min(1).max(1000);

/** Whom it hits. Without any of these: everybody. */
const target = {
  /**
   * Documents and collections whose paths begin so: "users/", "ops/batch_performance". A segment
   * that is an asterisk stands for any one.
   */
  path: path.nullable().default(null),
  /** A range of keys: those from this path on, in the order of the database, … */
  keysFrom: path.nullable().default(null),
  /** … and before this one. */
  keysUntil: path.nullable().default(null),
  /** Everything of one tenant and its users, by size: 0 is the largest. */
  tenant: z.int().min(0).max(100_000).nullable().default(null),
  operations: z.enum(["commits", "reads", "all"]).default("commits"),
};

const share = z.number().gt(0).max(1);

/** The same, and how much of it. */
const shareOfTarget = {
  ...target,
  /** Of what it could hit it hits this share, by the run's seed. */
  share: share.default(1),
};

const faultWindow = z
  .discriminatedUnion("kind", [
    /** Answered with an error, and nothing done. */
    z.strictObject({
      kind: z.literal("refuse"),
      code: z.enum(["ABORTED", "RESOURCE_EXHAUSTED", "UNAVAILABLE", "INTERNAL"]),
      ...window,
      ...shareOfTarget,
    }),
    /** Done, and the answer lost on its way. */
    z.strictObject({
      kind: z.literal("lose-answer"),
      code: z.enum(["UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL"]),
      ...window,
      ...shareOfTarget,
    }),
    /** Done, but so much later: a slow range of keys. */
    z.strictObject({
      kind: z.literal("slow"),
      addedMs: z.number().positive().max(600_000),
      ...window,
      ...shareOfTarget,
    }),
    /** A zone browns out: some calls find nobody (UNAVAILABLE), and others somebody who is slow. */
    z.strictObject({
      kind: z.literal("brown-out"),
      unavailableShare: share.default(0.1),
      slowShare: share.default(0.5),
      addedMs: z.number().positive().max(600_000).default(800),
      ...window,
      ...target,
      operations: target.operations.unwrap().default("all"),
    }),
    /** The limits themselves drop to this share of what they are; where limits are on or observed. */
    z.strictObject({
      kind: z.literal("quota-cut"),
      share: z.number().gt(0).lt(1),
      ...window,
    }),
    /** All key ranges are forgotten, as in a database that nobody has used for long. */
    z.strictObject({
      kind: z.literal("cold-database"),
      atSecond: z.number().min(0).max(86_400),
    }),
    /**
     * The pulse's instance dies in the middle of whatever it does. What it has sent may be carried
     * out; it hears of nothing, gives nothing back, and the next one starts with empty hands.
     */
    z.strictObject({
      kind: z.literal("instance-death"),
      atSecond: z.number().min(0).max(86_400),
      /** Which of the pulse's workers, from 0; counted around where there are fewer. */
      worker: z.int().min(0).max(63).default(0),
    }),
  ])
  .refine(
    (fault) =>
      !("untilSecond" in fault) ||
      fault.untilSecond === null ||
      fault.untilSecond > fault.fromSecond,
    { path: ["untilSecond"], message: "expected a later second than fromSecond" },
  );

/** At most so many: each is asked at every call. */
const FAULTS_MAX = 50;

export const faultsSchema = z.array(faultWindow).max(FAULTS_MAX).default([]);
export type Fault = z.infer<typeof faultWindow>;
