import { assert } from "../../std/assert.ts";

const BUCKET_MS = 10;

/** Reservations further ahead than this are turned away: the bound on every limiter's queue. */
export const HORIZON_MS = 600_000;

/**
 * The law that no window of the given length ever holds more writes than the limit, whatever the
 * order in which send times are taken, also with gaps filled in between.
 *
 * Time is cut into buckets of 10 ms, and for each bucket is kept how many writes the `span`
 * buckets from it on hold. A real window of `windowMs` touches at most ceil(windowMs / 10) + 1
 * buckets, so it lies within one such span and holds no more than it. Taking a time costs a pass
 * over the spans it lies in (about a hundred numbers), however long the queue.
 */
export class WriteWindow {
  /** Length of the spans: the window asked for and one bucket, rounded up to whole buckets. */
  readonly spanMs: number;
  readonly #spanBuckets: number;
  readonly #mask: number;
  /** Writes in the span that starts at each bucket; a ring over past span and horizon. */
  readonly #spanWrites: Int32Array;
  #nowBucket = Number.NEGATIVE_INFINITY;

  constructor(windowMs: number) {
    this.#spanBuckets = Math.ceil(windowMs / BUCKET_MS) + 1;
    this.spanMs = this.#spanBuckets * BUCKET_MS;
    const ringSize = nextPowerOfTwo(HORIZON_MS / BUCKET_MS + 2 * this.#spanBuckets);
    this.#mask = ringSize - 1;
    this.#spanWrites = new Int32Array(ringSize);
  }

  /** Forgets spans that ended before now. Amortised over time, not over calls. */
  advance(nowMs: number): void {
    const bucket = Math.floor(nowMs / BUCKET_MS);
    const passed = bucket - this.#nowBucket;
    if (passed <= 0) return;
    if (passed >= this.#spanWrites.length) {
      this.#spanWrites.fill(0);
    } else {
      const first = this.#nowBucket - this.#spanBuckets;
      for (let index = 0; index < passed; index += 1) {
        this.#spanWrites[(first + index) & this.#mask] = 0;
      }
    }
    this.#nowBucket = bucket;
  }

  /**
   * The first moment from `notBeforeMs` on at which `cost` more writes keep every span within the
   * limit; undefined when there is none before the horizon.
   */
  firstFit(cost: number, notBeforeMs: number, limit: number): number | undefined {
    const lastBucket = this.#nowBucket + HORIZON_MS / BUCKET_MS;
    const room = limit - cost;
    assert(room >= 0, `${cost} writes never fit into a window of ${limit}`);
    const firstBucket = Math.floor(notBeforeMs / BUCKET_MS);
    let bucket = firstBucket;
    while (bucket <= lastBucket) {
      const full = this.#lastFullSpan(bucket, room);
      if (full === undefined) {
        return bucket === firstBucket ? notBeforeMs : bucket * BUCKET_MS;
      }
      bucket = full + this.#spanBuckets;
    }
    return undefined;
  }

  /** Takes a moment that `firstFit` gave. */
  take(cost: number, atMs: number): void {
    const bucket = Math.floor(atMs / BUCKET_MS);
    const writes = this.#spanWrites;
    for (let span = bucket - this.#spanBuckets + 1; span <= bucket; span += 1) {
      const index = span & this.#mask;
      writes[index] = (writes[index] as number) + cost;
    }
  }

  /** Of the spans that hold this bucket, the last with more than `room` writes. */
  #lastFullSpan(bucket: number, room: number): number | undefined {
    const writes = this.#spanWrites;
    for (let span = bucket; span > bucket - this.#spanBuckets; span -= 1) {
      if ((writes[span & this.#mask] as number) > room) return span;
    }
    return undefined;
  }
}

function nextPowerOfTwo(value: number): number {
  return 2 ** Math.ceil(Math.log2(value));
}
