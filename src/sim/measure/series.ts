import type { Second } from "../report/result.ts";

/** The counts kept for each second. */
export type SecondCounter = Exclude<
  {
    [Key in keyof Second]-?: Second[Key] extends number ? Key : never;
  }[keyof Second],
  "second" | "marketUpdates"
>;

type Latency = "pnl" | "query";

type Figures = Pick<Second, "pnlP50Ms" | "pnlP99Ms" | "queryP95Ms">;

interface Bucket {
  readonly counts: Record<SecondCounter, number>;
  /** The second's samples, until it is long enough past to keep its figures only. */
  latencies: Record<Latency, number[]> | undefined;
  figures: Figures;
  limiterRate: number | null;
  limiterBacklogMs: number | null;
}

/** What the market did, second by second. */
export interface MarketSeries {
  readonly updates: readonly number[];
  regimeAt(elapsedMs: number): string;
}

/** What happens is told when it happens: seconds this long past hear of no more samples. */
const SETTLED_SECONDS = 10;

/** Collects what happened in each second of a phase; times are from the phase's start. */
export class Series {
  readonly #buckets = new Map<number, Bucket>();
  /** The one met last: what happens next mostly falls into it as well. */
  #lastSecond = -1;
  #lastBucket = emptyBucket();
  #settledUntil = 0;

  count(counter: SecondCounter, elapsedMs: number, by = 1): void {
    this.#bucket(elapsedMs).counts[counter] += by;
  }

  latency(kind: Latency, elapsedMs: number, latencyMs: number): void {
    this.#bucket(elapsedMs).latencies?.[kind].push(latencyMs);
    this.#settle(Math.floor(elapsedMs / 1000) - SETTLED_SECONDS);
  }

  limiter(elapsedMs: number, ratePerSecond: number, backlogMs: number): void {
    const bucket = this.#bucket(elapsedMs);
    bucket.limiterRate = Number.isFinite(ratePerSecond) ? ratePerSecond : null;
    bucket.limiterBacklogMs = backlogMs;
  }

  /** The seconds in order, numbered from `firstSecond`, without gaps. */
  seconds(phase: string, durationMs: number, firstSecond: number, market: MarketSeries): Second[] {
    let length = Math.ceil(durationMs / 1000);
    for (const second of this.#buckets.keys()) length = Math.max(length, second + 1);
    this.#settle(length);
    return Array.from({ length }, (_, second) => {
      const bucket = this.#buckets.get(second) ?? emptyBucket();
      return {
        second: firstSecond + second,
        phase,
        regime: market.regimeAt(second * 1000),
        marketUpdates: market.updates[second] ?? 0,
        ...bucket.counts,
        ...bucket.figures,
        limiterRate: bucket.limiterRate,
        limiterBacklogMs: bucket.limiterBacklogMs,
      };
    });
  }

  #bucket(elapsedMs: number): Bucket {
    const second = Math.max(0, Math.floor(elapsedMs / 1000));
    if (second === this.#lastSecond) return this.#lastBucket;
    const bucket = this.#buckets.get(second) ?? emptyBucket();
    this.#buckets.set(second, bucket);
    this.#lastSecond = second;
    this.#lastBucket = bucket;
    return bucket;
  }

  /** Reduces the seconds before `until` to their figures, so that hours of them stay small. */
  #settle(until: number): void {
    for (; this.#settledUntil < until; this.#settledUntil += 1) {
      const bucket = this.#buckets.get(this.#settledUntil);
      if (bucket?.latencies === undefined) continue;
      bucket.figures = figuresOf(bucket.latencies);
      bucket.latencies = undefined;
    }
  }
}

function emptyBucket(): Bucket {
  return {
    counts: {
      writesOffered: 0,
      writesCommitted: 0,
      commits: 0,
      retries: 0,
      refusals: 0,
      clientOperations: 0,
      clientErrors: 0,
    },
    latencies: { pnl: [], query: [] },
    figures: { pnlP50Ms: null, pnlP99Ms: null, queryP95Ms: null },
    limiterRate: null,
    limiterBacklogMs: null,
  };
}

function figuresOf(latencies: Record<Latency, readonly number[]>): Figures {
  const pnl = Float64Array.from(latencies.pnl).sort();
  const query = Float64Array.from(latencies.query).sort();
  return {
    pnlP50Ms: quantile(pnl, 0.5),
    pnlP99Ms: quantile(pnl, 0.99),
    queryP95Ms: quantile(query, 0.95),
  };
}

/** Nearest-rank quantile of one second's few samples, in order; null when there is none. */
function quantile(sorted: Float64Array, share: number): number | null {
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  return value === undefined ? null : Math.round(value * 1000) / 1000;
}
