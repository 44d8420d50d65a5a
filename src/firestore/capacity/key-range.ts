import type { RangeRates } from "./range-rates.ts";
import { KeySamples } from "./key-samples.ts";

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

/**
 * A piece of the key space on servers of its own. Work waits in one queue: `busyUntilMs` is when
 * what has been taken so far is done, and a second's worth of work is free. The figures are plain
 * fields, because every modelled write passes here.
 */
export class KeyRange {
  readonly owner: RangeOwner;
  /** The first key in it. */
  readonly start: string;

  busyUntilMs = -Infinity;
  /** Time that one operation takes of the range, now. */
  serviceMs: number;
  /** It served this rate at `baseMs`, and grows from there to the full rate. */
  #baseRate: number;
  #baseMs: number;

  windowStartMs: number;
  windowEndMs: number;
  windowWork = 0;
  /** Operations a second in the last whole window. */
  rate = 0;
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

  /** All operations ever, for the heat map. */
  operations = 0;
  /** How many of them the heat map has taken down. */
  heatMark = 0;
  peakRate = 0;
  peakUtilisation = 0;
  peakAtMs = 0;
  peakAllowed = 0;
  delayed = 0;
  refused = 0;

  /** Marks of the commit and the write that touched it last, so that each counts it once. */
  commitMark = -1;
  writeMark = -1;
  commitWork = 0;
  /** Rows that the commit adds, less those it removes. */
  commitRows = 0;

  constructor(owner: RangeOwner, start: string, baseRate: number, nowMs: number) {
    this.owner = owner;
    this.start = start;
    this.#baseRate = baseRate;
    this.#baseMs = nowMs;
    this.serviceMs = 1000 / baseRate;
    this.windowStartMs = nowMs;
    this.windowEndMs = nowMs + owner.rates.windowMs;
    this.neededMs = nowMs;
  }

  /** Operations a second that it serves now. */
  allowedRate(nowMs: number): number {
    const { fullRate, growth } = this.owner.rates;
    if (this.#baseRate >= fullRate) return fullRate;
    return Math.min(fullRate, this.#baseRate * Math.exp(growth * (nowMs - this.#baseMs)));
  }

  setRate(rate: number, nowMs: number): void {
    this.#baseRate = Math.min(rate, this.owner.rates.fullRate);
    this.#baseMs = nowMs;
    this.serviceMs = 1000 / this.#baseRate;
  }

  /** How long what arrives now waits before its own turn. */
  waitMs(nowMs: number): number {
    return Math.max(0, this.busyUntilMs - nowMs);
  }

  /** The same, less what it takes at once: negative when it is at rest. */
  busyMs(nowMs: number): number {
    return Math.max(this.busyUntilMs - nowMs, -this.owner.rates.burstMs);
  }

  /** Takes up so much work. */
  serve(operations: number, nowMs: number): void {
    const earliest = nowMs - this.owner.rates.burstMs;
    const from = this.busyUntilMs > earliest ? this.busyUntilMs : earliest;
    this.busyUntilMs = from + operations * this.serviceMs;
  }

  /** Operations a second offered of late, the window that has not ended included when it is the worse one. */
  offeredRate(nowMs: number): number {
    const elapsed = nowMs - this.windowStartMs;
    if (elapsed > 2 * this.owner.rates.windowMs) return 0;
    return Math.max(this.rate, (this.windowWork * 1000) / Math.max(elapsed, 1000));
  }

  /** Ends the window: its rate, and the growth of what the range serves. */
  measure(nowMs: number): void {
    const { windowMs } = this.owner.rates;
    const elapsed = nowMs - this.windowStartMs;
    this.#notePeak((this.windowWork * 1000) / windowMs, this.windowStartMs);
    this.rate = (this.windowWork * 1000) / elapsed;
    this.beginWindow(nowMs);
    this.serviceMs = 1000 / this.allowedRate(nowMs);
  }

  beginWindow(nowMs: number): void {
    this.windowWork = 0;
    this.windowStartMs = nowMs;
    this.windowEndMs = nowMs + this.owner.rates.windowMs;
  }

  #notePeak(rate: number, atMs: number): void {
    const allowed = 1000 / this.serviceMs;
    if (rate / allowed <= this.peakUtilisation) return;
    this.peakUtilisation = rate / allowed;
    this.peakRate = rate;
    this.peakAllowed = allowed;
    this.peakAtMs = atMs;
  }

  /** Brings the peak up to the window that is still running. */
  refreshPeak(nowMs: number): void {
    if (
      nowMs - this.windowStartMs >= 1000 &&
      nowMs < this.windowEndMs + this.owner.rates.windowMs
    ) {
      this.#notePeak((this.windowWork * 1000) / (nowMs - this.windowStartMs), this.windowStartMs);
    }
  }

  /** Forgets queue and load; what it serves and where it lies stay. */
  rest(nowMs: number): void {
    this.busyUntilMs = -Infinity;
    this.beginWindow(nowMs);
    this.rate = 0;
    this.hotSinceMs = Infinity;
    this.trial = undefined;
  }

  resetPeak(): void {
    this.peakUtilisation = 0;
    this.peakRate = 0;
    this.delayed = 0;
    this.refused = 0;
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
