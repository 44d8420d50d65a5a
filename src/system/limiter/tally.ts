import {
  RATE_LIMITED,
  type LimiterCounters,
  type Reservation,
  type WaitReason,
} from "./limiter.ts";

/** Counts what a limiter answers, and builds the answers so that none goes uncounted. */
export class Tally {
  #reserved = 0;
  #delayed = 0;
  #refused = 0;
  #waitMs = 0;
  #furthestMs = Number.NEGATIVE_INFINITY;

  grant(nowMs: number, sendAtMs: number, reason: WaitReason, limit?: number): Reservation {
    this.#reserved += 1;
    if (sendAtMs > this.#furthestMs) this.#furthestMs = sendAtMs;
    if (sendAtMs <= nowMs) return { kind: "granted", sendAtMs: nowMs };
    if (RATE_LIMITED.has(reason)) this.#delayed += 1;
    this.#waitMs += sendAtMs - nowMs;
    if (limit === undefined) return { kind: "granted", sendAtMs, waitedFor: reason };
    return { kind: "granted", sendAtMs, waitedFor: reason, limit };
  }

  refuse(refusal: Extract<Reservation, { kind: "refused" }>): Reservation {
    this.#refused += 1;
    return refusal;
  }

  backlogMs(nowMs: number): number {
    return Math.max(0, this.#furthestMs - nowMs);
  }

  counters(): LimiterCounters {
    return {
      reserved: this.#reserved,
      delayed: this.#delayed,
      refused: this.#refused,
      waitMs: this.#waitMs,
    };
  }
}
