import type { DelaySummary } from "./report.ts";

/** Buckets to a doubling: a quantile is within 4.5% (2^(1/16)). */
const PER_DOUBLING = 8;
/** From 2^-6 ms (16 us) to 2^18 ms (4 minutes). */
const LOWEST = -6;
const DOUBLINGS = 24;

/** A histogram of delays in milliseconds with buckets that grow with the value. */
export class DelayHistogram {
  readonly #buckets = new Float64Array(DOUBLINGS * PER_DOUBLING + 1);
  #zeros = 0;
  #count = 0;
  #sumMs = 0;
  #maxMs = 0;

  record(delayMs: number): void {
    this.#count += 1;
    if (delayMs <= 0) {
      this.#zeros += 1;
      return;
    }
    this.#sumMs += delayMs;
    if (delayMs > this.#maxMs) this.#maxMs = delayMs;
    const bucket = Math.floor((Math.log2(delayMs) - LOWEST) * PER_DOUBLING);
    const index = Math.min(Math.max(bucket, 0), this.#buckets.length - 1);
    this.#buckets[index] = (this.#buckets[index] as number) + 1;
  }

  clear(): void {
    this.#buckets.fill(0);
    this.#zeros = 0;
    this.#count = 0;
    this.#sumMs = 0;
    this.#maxMs = 0;
  }

  summary(): DelaySummary {
    return {
      count: this.#count,
      sumMs: this.#sumMs,
      p50Ms: this.quantile(0.5),
      p90Ms: this.quantile(0.9),
      p99Ms: this.quantile(0.99),
      maxMs: this.#maxMs,
    };
  }

  /** The middle of the bucket that holds the quantile; never above the largest delay seen. */
  quantile(part: number): number {
    const rank = Math.ceil(part * this.#count);
    if (rank <= this.#zeros) return 0;
    let seen = this.#zeros;
    for (let index = 0; index < this.#buckets.length; index += 1) {
      seen += this.#buckets[index] as number;
      if (seen >= rank) return Math.min(this.#maxMs, 2 ** (LOWEST + (index + 0.5) / PER_DOUBLING));
    }
    return this.#maxMs;
  }
}
