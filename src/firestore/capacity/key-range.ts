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
  deletedRows = 0;
  #deletedMs = 0;

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
    this.hotSinceMs = Infinity;
    this.trial = undefined;
    this.operations = 0;
    this.heatMark = 0;
  }

  /** Deleted rows that are still in the way of readers. */
  deletedRowsAt(nowMs: number): number {
    return (
      this.deletedRows * Math.exp((this.#deletedMs - nowMs) / this.owner.rates.deletedRowLifeMs)
    );
  }

  noteDeleted(rows: number, nowMs: number): void {
    this.deletedRows = this.deletedRowsAt(nowMs) + rows;
    this.#deletedMs = nowMs;
  }
}
