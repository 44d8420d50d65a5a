/**
 * Write limiters are reservations: `reserve` answers once when the writes may be sent (or why
 * never), and the caller sleeps until then. Nobody polls. A limiter reads no clock and draws no
 * randomness of its own: `nowMs` and the Rng are arguments, so it runs unchanged on a virtual
 * clock. `nowMs` never goes backwards between calls.
 */
export type Reservation =
  | {
      readonly kind: "granted";
      /** When to send, on the clock of `nowMs`; never before it. */
      readonly sendAtMs: number;
      /** Why it had to wait, for logs and reports; absent when it may go at once. */
      readonly waitedFor?: WaitReason;
      /** The limit it waited for, in writes, where the reason is a limit; for the log. */
      readonly limit?: number;
    }
  | {
      readonly kind: "refused";
      /** Why: `impossible` can never be granted, `open-circuit` may be tried again at `retryAtMs`. */
      readonly reason: "impossible" | "open-circuit";
      readonly message: string;
      readonly retryAtMs?: number;
    };

/** Which part of the limiter held the writes back. */
export type WaitReason =
  | "batch-limit"
  | "document-limit"
  | "tenant-share"
  | "cooldown"
  | "jitter"
  | "pace"
  | "ramp"
  | "back-off";

/**
 * The waits that count as rate limiting. The others are the ordinary course of things: writes
 * spaced evenly, an announced ramp, the printed algorithm's jitter.
 */
export const RATE_LIMITED: ReadonlySet<WaitReason> = new Set([
  "batch-limit",
  "document-limit",
  "tenant-share",
  "cooldown",
  "back-off",
]);

/** What is to be written. */
export interface Demand {
  /** Number of document writes in the commit; at least 1. */
  readonly cost: number;
  /** Paths of the documents written: one entry for each write. */
  readonly keys: readonly string[];
  /** Whose writes these are, for fair shares. */
  readonly tenantId: string;
  /** Number of users in the sweep: the printed algorithm's `user_count`. */
  readonly userCount: number;
}

/** What became of writes the limiter let go, for strategies that adapt. */
export interface Outcome {
  readonly cost: number;
  readonly tenantId: string;
  readonly status: "committed" | "aborted" | "resource-exhausted" | "unavailable" | "failed";
  /** From sending to the answer. */
  readonly latencyMs: number;
}

/** What a limiter shows of itself in live views and reports. */
export interface LimiterState {
  readonly strategy: string;
  /** Writes a second it currently lets through; Infinity when it does not limit. */
  readonly ratePerSecond: number;
  /** How far ahead of now the furthest reservation lies. */
  readonly backlogMs: number;
  readonly circuit: "closed" | "open" | "half-open";
  readonly counters: LimiterCounters;
}

export interface LimiterCounters {
  readonly reserved: number;
  /** Reservations a limit held back: see RATE_LIMITED. Ordinary even spacing is none. */
  readonly delayed: number;
  readonly refused: number;
  /** Total time reservations were put off, for whatever reason. */
  readonly waitMs: number;
}

export interface WriteLimiter {
  /**
   * How the users of a sweep are to be started: `spread` staggers them evenly over the sweep's
   * period, `together` starts all at once (what the printed algorithm does).
   */
  readonly stagger: "spread" | "together";
  /** What one call of `reserve` stands for: one write, or all writes of one user. */
  readonly unit: "write" | "user";
  /**
   * The most writes one reservation can ever be granted; a larger demand may be refused as
   * impossible, so whoever builds commits packs them by it. Infinity when nothing bounds it.
   */
  readonly costMax: number;
  reserve(demand: Demand, nowMs: number): Reservation;
  /**
   * Asked once more at the moment of sending: when the process was held up (a long pause of its
   * event loop, a full queue of calls), what was reserved one after the other would go all at
   * once; and a circuit may have opened since. Answers when the writes may really go, never before
   * now; almost always it is now.
   */
  depart(cost: number, nowMs: number): number;
  report(outcome: Outcome, nowMs: number): void;
  state(nowMs: number): LimiterState;
}
