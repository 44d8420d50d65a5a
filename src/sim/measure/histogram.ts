import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram as Hdr,
} from "hdr-histogram-js";
import type { HistogramSummary } from "../report/result.ts";

const MICROSECONDS = 1000;
/** One hour: beyond any deadline in the service. A longer sample is recorded as this and counted. */
const HIGHEST_US = 3_600_000_000;
/** Relative error of a recorded value: below 0.1 %. */
const SIGNIFICANT_DIGITS = 3;
/** So many digits take steps of one in 1,024 to 2,048: ten bits after a value's first. */
const STEP_BITS = 10;
/** A bucket counts to 4 billion. */
const BUCKET_BITS = 32;

/** A latency distribution in milliseconds, kept in an HDR histogram of microseconds. Mergeable. */
export class Histogram {
  readonly #hdr: Hdr;
  #sumMs = 0;

  constructor(hdr?: Hdr) {
    this.#hdr =
      hdr ??
      build({
        lowestDiscernibleValue: 1,
        highestTrackableValue: HIGHEST_US,
        numberOfSignificantValueDigits: SIGNIFICANT_DIGITS,
        bitBucketSize: BUCKET_BITS,
        useWebAssembly: false,
      });
  }

  /** Reads back what `encode` gave. The mean is then that of the buckets. */
  static decode(encoded: string): Histogram {
    const histogram = new Histogram(decodeFromCompressedBase64(encoded, BUCKET_BITS));
    histogram.#sumMs = (histogram.#hdr.mean * histogram.#hdr.totalCount) / MICROSECONDS;
    return histogram;
  }

  /** The least number of microseconds that is recorded as this latency is. */
  static stepOf(latencyMs: number): number {
    const value = valueOf(latencyMs);
    const steps = Math.max(0, 31 - Math.clz32(value) - STEP_BITS);
    return ((value >>> steps) << steps) >>> 0;
  }

  /** Records a latency `count` times. Negative ones (clocks that differ) count as zero. */
  record(latencyMs: number, count = 1): void {
    this.#hdr.recordValueWithCount(valueOf(latencyMs), count);
    this.#sumMs += Math.max(0, latencyMs) * count;
  }

  /** Records what `stepOf` gave. The mean is then that of the steps. */
  recordStep(step: number, count: number): void {
    this.record(step / MICROSECONDS, count);
  }

  /** Forgets all, so that one histogram may serve many distributions one after the other. */
  clear(): void {
    this.#hdr.reset();
    this.#sumMs = 0;
  }

  add(other: Histogram): void {
    this.#hdr.add(other.#hdr);
    this.#sumMs += other.#sumMs;
  }

  get count(): number {
    return this.#hdr.totalCount;
  }

  /** The latency that `share` (0 to 1) of the samples do not exceed; 0 when there is none. */
  quantileMs(share: number): number {
    if (this.count === 0) return 0;
    return this.#hdr.getValueAtPercentile(share * 100) / MICROSECONDS;
  }

  /** 0 when there is none. */
  get meanMs(): number {
    return this.count === 0 ? 0 : roundMs(this.#sumMs / this.count);
  }

  get maxMs(): number {
    return this.count === 0 ? 0 : this.#hdr.maxValue / MICROSECONDS;
  }

  encode(): string {
    return encodeIntoCompressedBase64(this.#hdr);
  }

  summarize(labels: Pick<HistogramSummary, "metric" | "phase" | "describes">): HistogramSummary {
    const { count } = this;
    return {
      ...labels,
      unit: "ms",
      count,
      min: count === 0 ? 0 : this.#hdr.minNonZeroValue / MICROSECONDS,
      mean: this.meanMs,
      p50: this.quantileMs(0.5),
      p90: this.quantileMs(0.9),
      p95: this.quantileMs(0.95),
      p99: this.quantileMs(0.99),
      p999: this.quantileMs(0.999),
      max: this.maxMs,
      encoded: this.encode(),
    };
  }
}

/** In whole microseconds, which fit 32 bits. Less than one counts as one. */
function valueOf(latencyMs: number): number {
  return Math.min(HIGHEST_US, Math.max(1, Math.round(latencyMs * MICROSECONDS)));
}

/** To whole microseconds. */
export function roundMs(valueMs: number): number {
  return Math.round(valueMs * MICROSECONDS) / MICROSECONDS;
}

/** The histogram of the key, made when there is none yet. */
export function histogramOf<Key>(histograms: Map<Key, Histogram>, key: Key): Histogram {
  const existing = histograms.get(key);
  if (existing !== undefined) return existing;
  const created = new Histogram();
  histograms.set(key, created);
  return created;
}
