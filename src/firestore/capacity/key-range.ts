import { KeySamples } from "./key-samples.ts";
import { LoadQueue } from "./load-queue.ts";
import type { RangeRates } from "./range-rates.ts";

/** What a range tells the space it is part of. */
export interface RangeOwner {
  readonly rates: RangeRates;
  /** How many ranges it has. */
  readonly size: number;
  /** How many indexes it stands for: 2 for an ascending one with its descending twin. */
  readonly copies: number;
  /** A window has ended: measures the load anew; may split and merge ranges. */
  roll(range: KeyRange, nowMs: number): void;
  /** A key that was touched, taken now and then. */
  sample(range: KeyRange, key: string): void;
}

/** A place at which a hot range may be split, while it is found out how the load falls on either side. */
export interface SplitTrial {
  readonly key: string;
  readonly sinceMs: number;
  left: number;
  right: number;
}

/** A piece of the key space, on servers of its own. */
export class KeyRange extends LoadQueue {
  readonly owner: RangeOwner;
  /** The first key in it. */
  readonly start: string;

  hotSinceMs = Infinity;
  /** When its load last called for a range of its own. */
  neededMs: number;
  trial: SplitTrial | undefined;
  /** The last look found no key that would divide the load: its growing end, or one document, is all of it. */
  sequential = false;
  /** The end of the window in which that was last looked at on behalf of a refusal. */
  judgedMs = -1;

  untilSample = 32;
  readonly samples = new KeySamples();

  rows = 0;

  /** All operations since the counters were reset, for the heat map. */
  operations = 0;
  /** How many of them the heat map has taken down. */
  heatMark = 0;
  /** Rows that the commit under way adds, less those it removes. */
  commitRows = 0;

  constructor(owner: RangeOwner, start: string, nowMs: number) {
    super(owner.rates, nowMs);
    this.owner = owner;
    this.start = start;
    this.neededMs = nowMs;
  }

  /** Forgets queue, load and counters; where it lies stays. */
  override rest(nowMs: number): void {
    super.rest(nowMs);
    this.cool();
    this.operations = 0;
    this.heatMark = 0;
  }

  /** It is not hot, or no longer. */
  cool(): void {
    this.hotSinceMs = Infinity;
    this.trial = undefined;
  }

  /** Adds to it what the other held and counted; the queues are the caller's. */
  takeOver(other: KeyRange): void {
    this.rows += other.rows;
    this.operations += other.operations;
    this.heatMark += other.heatMark;
    this.rate += other.rate;
    this.delayed += other.delayed;
    this.refused += other.refused;
    if (other.peakUtilisation > this.peakUtilisation) {
      this.peakUtilisation = other.peakUtilisation;
      this.peakRate = other.peakRate;
      this.peakAllowed = other.peakAllowed;
      this.peakAtMs = other.peakAtMs;
    }
    for (const sample of other.samples.inOrder()) this.samples.add(sample);
  }
}
