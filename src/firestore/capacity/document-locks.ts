import type { ModelConstants } from "./constants.ts";

/** Refusals lengthen a queue up to so many times the patience. */
export const REFUSED_AT_MOST = 1.25;

/**
 * The locks of single documents. A commit holds each document it writes for a while, so a document
 * takes no more than a ceiling of writes a second, whatever range it lies in; from one write a
 * second on, waiting begins. Documents are small integers here, which the caller hands out.
 */
export class DocumentLocks {
  readonly holdMs: number;
  readonly patienceMs: number;
  readonly onsetRate: number;
  readonly ceilingRate: number;
  /** What of the ceiling is served now: below 1 while a quota is cut. */
  quota = 1;
  readonly #windowMs: number;
  readonly #burstMs: number;
  #busyUntilMs = new Float64Array(1024).fill(-Infinity);
  #lastMs = new Float64Array(1024).fill(-Infinity);
  /** Writes a second, over the window. */
  #rate = new Float64Array(1024);

  constructor(constants: ModelConstants) {
    this.ceilingRate = constants["document-write-ceiling"];
    this.onsetRate = Math.min(constants["document-writes"], this.ceilingRate);
    this.holdMs = 1000 / this.ceilingRate;
    this.patienceMs = constants["document-patience"];
    this.#windowMs = constants["document-window"];
    this.#burstMs = constants["document-burst"];
  }

  /** Makes room for the document and forgets what was there. */
  open(document: number): void {
    if (document >= this.#rate.length) {
      this.#busyUntilMs = grown(this.#busyUntilMs, document, -Infinity);
      this.#lastMs = grown(this.#lastMs, document, -Infinity);
      this.#rate = grown(this.#rate, document, 0);
    }
    this.#busyUntilMs[document] = -Infinity;
    this.#lastMs[document] = -Infinity;
    this.#rate[document] = 0;
  }

  /** Forgets all load. */
  clear(): void {
    this.#busyUntilMs.fill(-Infinity);
    this.#lastMs.fill(-Infinity);
    this.#rate.fill(0);
  }

  /** How long a write that arrives now waits for those before it. */
  waitMs(document: number, nowMs: number): number {
    const wait = (this.#busyUntilMs[document] as number) - nowMs;
    return wait > 0 ? wait : 0;
  }

  /** Writes a second offered of late. */
  rate(document: number, nowMs: number): number {
    const age = nowMs - (this.#lastMs[document] as number);
    return age >= this.#windowMs
      ? 0
      : (this.#rate[document] as number) * (1 - age / this.#windowMs);
  }

  /** Counts an attempt and returns what contention adds to it, beside the wait. */
  attempt(document: number, nowMs: number): number {
    const rate = this.rate(document, nowMs) + 1000 / this.#windowMs;
    this.#rate[document] = rate;
    this.#lastMs[document] = nowMs;
    if (rate <= this.onsetRate) return 0;
    const span = this.ceilingRate - this.onsetRate;
    return span <= 0 ? this.holdMs : this.holdMs * Math.min(1, (rate - this.onsetRate) / span);
  }

  /** Holds the lock for a write's time. */
  hold(document: number, nowMs: number): void {
    const busyUntil = this.#busyUntilMs[document] as number;
    const earliest = nowMs - this.#burstMs;
    this.#busyUntilMs[document] =
      (busyUntil > earliest ? busyUntil : earliest) + this.holdMs / this.quota;
  }

  /** A write was turned away: that costs a part of one, and no flood makes the wait much longer than patience. */
  refuse(document: number, part: number, nowMs: number): void {
    const busyUntil = (this.#busyUntilMs[document] as number) + part * this.holdMs;
    this.#busyUntilMs[document] = Math.min(busyUntil, nowMs + REFUSED_AT_MOST * this.patienceMs);
  }
}

function grown(
  values: Float64Array<ArrayBuffer>,
  index: number,
  fill: number,
): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(Math.max(values.length * 2, index + 1)).fill(fill);
  larger.set(values);
  return larger;
}
