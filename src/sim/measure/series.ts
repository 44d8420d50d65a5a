import type { Second } from "../report/result.ts";

/** The counts kept for each second. */
export type SecondCounter = Exclude<
  {
    [Key in keyof Second]: Second[Key] extends number ? Key : never;
  }[keyof Second],
  "second" | "marketUpdates"
>;

type Latency = "pnl" | "query";

interface Bucket {
  readonly counts: Map<SecondCounter, number>;
  readonly latencies: Record<Latency, number[]>;
  limiterRate: number | null;
  limiterBacklogMs: number | null;
}

/** What the market did, second by second. */
export interface MarketSeries {
  readonly updates: readonly number[];
  regimeAt(elapsedMs: number): string;
}

/** Collects what happened in each second of a phase; times are from the phase's start. */
export class Series {
  readonly #buckets = new Map<number, Bucket>();

  count(counter: SecondCounter, elapsedMs: number, by = 1): void {
    const { counts } = this.#bucket(elapsedMs);
    counts.set(counter, (counts.get(counter) ?? 0) + by);
  }

  latency(kind: Latency, elapsedMs: number, latencyMs: number): void {
    this.#bucket(elapsedMs).latencies[kind].push(latencyMs);
  }

  limiter(elapsedMs: number, ratePerSecond: number, backlogMs: number): void {
    const bucket = this.#bucket(elapsedMs);
    bucket.limiterRate = Number.isFinite(ratePerSecond) ? ratePerSecond : null;
    bucket.limiterBacklogMs = backlogMs;
  }

  /** The seconds in order, numbered from `firstSecond`, without gaps. */
  seconds(phase: string, durationMs: number, firstSecond: number, market: MarketSeries): Second[] {
    const length = Math.max(Math.ceil(durationMs / 1000), ...this.#buckets.keys(), 0);
    return Array.from({ length }, (_, second) => {
      const bucket = this.#buckets.get(second) ?? emptyBucket();
      const count = (counter: SecondCounter): number => bucket.counts.get(counter) ?? 0;
      return {
        second: firstSecond + second,
        phase,
        regime: market.regimeAt(second * 1000),
        marketUpdates: market.updates[second] ?? 0,
        writesOffered: count("writesOffered"),
        writesCommitted: count("writesCommitted"),
        commits: count("commits"),
        retries: count("retries"),
        refusals: count("refusals"),
        clientOperations: count("clientOperations"),
        clientErrors: count("clientErrors"),
        pnlP50Ms: quantile(bucket.latencies.pnl, 0.5),
        pnlP99Ms: quantile(bucket.latencies.pnl, 0.99),
        queryP95Ms: quantile(bucket.latencies.query, 0.95),
        limiterRate: bucket.limiterRate,
        limiterBacklogMs: bucket.limiterBacklogMs,
      };
    });
  }

  #bucket(elapsedMs: number): Bucket {
    const second = Math.max(0, Math.floor(elapsedMs / 1000));
    const existing = this.#buckets.get(second);
    if (existing !== undefined) return existing;
    const bucket = emptyBucket();
    this.#buckets.set(second, bucket);
    return bucket;
  }
}

function emptyBucket(): Bucket {
  return {
    counts: new Map(),
    latencies: { pnl: [], query: [] },
    limiterRate: null,
    limiterBacklogMs: null,
  };
}

/** Nearest-rank quantile of one second's few samples; null when there is none. */
function quantile(samples: readonly number[], share: number): number | null {
  if (samples.length === 0) return null;
  const sorted = [...samples].sort((left, right) => left - right);
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  return value === undefined ? null : Math.round(value * 1000) / 1000;
}
