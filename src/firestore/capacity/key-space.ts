import { compare } from "./key-samples.ts";
import { KeptKeys, SmallRandom } from "./kept-keys.ts";
import { KeyRange, type RangeOwner } from "./key-range.ts";
import { LoadQueue } from "./load-queue.ts";
import type { RangeRates } from "./range-rates.ts";
import { type KeyRest, StartFinder } from "./start-finder.ts";

export type SpaceKind = "documents" | "index";

/** So many keys must have been sampled before they are taken for the load's distribution. */
const ENOUGH_SAMPLES = 64;
/** Where each key stands for many, the first of them are a larger part of what is to come. */
function enoughOf(weight: number): number {
  return Math.max(8, Math.floor(ENOUGH_SAMPLES / weight));
}

/** So many touches must have been counted before a trial is believed: 7% at two deviations. */
const ENOUGH_COUNTED = 200;
/** Touches counted in a trial, about. */
const TRIAL_TOUCHES = 2000;
/** The samples of a busy range reach so far back: longer than sweeps of a minute, which are no tails. */
const SAMPLE_SPAN_MS = 120_000;
/** A trial that shows no use in so long is given up, and another place is tried. */
const TRIAL_MS = 120_000;
/** How often ranges that load no longer needs are looked for. */
const MAINTENANCE_MS = 600_000;
/** In one window: so many show that a range may become hot, and samples are wanted soon. */
const MANY_TOUCHES = 300;

export interface KeySpaceOptions {
  readonly kind: SpaceKind;
  /** "users", or "trades (created_at ASC)". */
  readonly name: string;
  readonly rates: RangeRates;
  /** Where the sampling's own small generator starts. */
  readonly seed: number;
}

/**
 * Keys in order, cut into ranges: the documents beneath a root collection, or the rows of an index.
 * It begins as one range. A range that has been hot long enough is split where that divides its
 * load. A split makes nothing faster by itself: what the space serves in all is as before, and grows
 * from there by 50% in five minutes, as servers come to the parts, up to a full rate for each range.
 * Until then the space is a queue of its own beside those of its ranges. Nothing here counts a ramp.
 */
export class KeySpace extends LoadQueue implements RangeOwner {
  readonly kind: SpaceKind;
  readonly name: string;
  /** Grows whenever keys come to belong to another range. */
  generation = 0;
  copies = 1;
  splits = 0;
  merges = 0;
  /** It serves less than its ranges could: it is still growing after splits. */
  isGrowing = false;

  /** It served this rate in all at `#servedMs`, and grows from there. */
  #servedRate: number;
  #servedMs: number;
  #ranges: KeyRange[];
  #starts: string[];
  #finder = new StartFinder([""]);
  #maintainAtMs: number;
  readonly #random: SmallRandom;
  #warmRanges = 1;
  readonly #kept: KeptKeys;

  constructor(options: KeySpaceOptions, nowMs: number) {
    super(options.rates, nowMs);
    this.kind = options.kind;
    this.name = options.name;
    this.#servedRate = this.rates.fullRate;
    this.#servedMs = nowMs;
    this.#random = new SmallRandom(options.seed);
    this.#kept = new KeptKeys(this.#random, enoughOf(this.rates.weight));
    this.#ranges = [new KeyRange(this, "", nowMs)];
    this.#starts = [""];
    this.#maintainAtMs = nowMs + MAINTENANCE_MS;
  }

  get ranges(): readonly KeyRange[] {
    return this.#ranges;
  }

  get size(): number {
    return this.#ranges.length;
  }

  /** Operations a second that it serves in all. */
  override allowedRate(nowMs: number): number {
    const { fullRate, growth } = this.rates;
    const grown = this.#servedRate * Math.exp(growth * (nowMs - this.#servedMs));
    return Math.min(this.#ranges.length * fullRate, grown);
  }

  /** From here on it serves so much, and grows. */
  #setAllowedRate(rate: number, nowMs: number): void {
    this.#servedRate = Math.min(rate, this.#ranges.length * this.rates.fullRate);
    this.#servedMs = nowMs;
    const wasGrowing = this.isGrowing;
    this.#measureGrowth(nowMs);
    if (wasGrowing || !this.isGrowing) return;
    this.busyUntilMs = Math.max(...this.#ranges.map(({ busyUntilMs }) => busyUntilMs));
    this.rate = this.#ranges.reduce((sum, range) => sum + range.rate, 0);
    this.beginWindow(nowMs);
  }

  #measureGrowth(nowMs: number): void {
    const allowed = this.allowedRate(nowMs);
    this.serviceMs = 1000 / allowed;
    this.isGrowing = allowed < this.#ranges.length * this.rates.fullRate;
  }

  override measure(nowMs: number): void {
    super.measure(nowMs);
    this.#measureGrowth(nowMs);
  }

  locate(key: string): KeyRange {
    return this.#ranges[this.#indexOf(key)] as KeyRange;
  }

  /** The first key that is no longer in the range; undefined: it is the last. */
  endOf(range: KeyRange): string | undefined {
    return this.#starts[this.#indexOf(range.start) + 1];
  }

  /** The range that the key's next operation loads, after everything that is due at this time. */
  touch(prefix: string, rest: KeyRest, nowMs: number, work = 1): KeyRange {
    let range = this.#find(prefix, rest);
    if (nowMs >= range.windowEndMs) {
      this.roll(range, nowMs);
      range = this.#find(prefix, rest);
    }
    return this.noteKey(range, prefix, rest, nowMs, work) ? range : this.#find(prefix, rest);
  }

  /** Samples the key if it is its turn, by the work that comes with it. False: the space has been cut anew, and the key may lie elsewhere. */
  noteKey(range: KeyRange, prefix: string, rest: KeyRest, nowMs: number, work = 1): boolean {
    range.untilSample -= work;
    if (range.untilSample <= 0) this.sample(range, prefix + rest.key);
    if (!this.#kept.isDue()) return true;
    const hasGrown = this.#kept.keep(prefix + rest.key);
    if (!hasGrown || this.#warmRanges === 1) return true;
    this.#splitAtQuantiles(nowMs);
    return false;
  }

  #find(prefix: string, rest: KeyRest): KeyRange {
    if (this.#ranges.length === 1) return this.#ranges[0] as KeyRange;
    const index = this.#finder.find(prefix, rest);
    return index < 0 ? this.locate(prefix + rest.key) : (this.#ranges[index] as KeyRange);
  }

  sample(range: KeyRange, key: string): void {
    const { trial } = range;
    if (trial === undefined) range.samples.add(key);
    const stride = this.#stride(range);
    if (trial !== undefined) {
      // Where one operation stands for many, it may stand for several of those that are counted.
      const counted = 1 + Math.floor(-range.untilSample / Math.max(1, stride));
      if (key < trial.key) trial.left += counted;
      else trial.right += counted;
    }
    range.untilSample = this.#random.around(stride);
  }

  #stride(range: KeyRange): number {
    if (range.trial !== undefined) {
      return Math.floor((range.rate * this.rates.holdMs) / 2000 / TRIAL_TOUCHES);
    }
    if (!range.samples.full) return range.windowWork > MANY_TOUCHES ? 1 : 16;
    return Math.ceil((range.rate * SAMPLE_SPAN_MS) / 1000 / 256);
  }

  roll(range: KeyRange, nowMs: number): void {
    if (nowMs >= this.#maintainAtMs) {
      this.#maintain(nowMs);
      if (this.locate(range.start) !== range) return;
    }
    const { windowMs, hotRate, mergeRate, splitRows } = this.rates;
    const startedMs = range.windowStartMs;
    const idle = nowMs - range.windowEndMs > windowMs;
    range.measure(nowMs);
    if (idle) range.cool();
    if (range.rate >= mergeRate) range.neededMs = nowMs;
    if (range.rate >= hotRate) {
      if (range.hotSinceMs === Infinity) range.hotSinceMs = startedMs;
      this.#considerSplit(range, nowMs);
    } else {
      range.cool();
    }
    if (range.rows > splitRows) this.#splitBySize(range, nowMs);
  }

  #considerSplit(range: KeyRange, nowMs: number): void {
    const { holdMs, leastShare } = this.rates;
    const hotMs = nowMs - range.hotSinceMs;
    const { trial } = range;
    if (trial === undefined) {
      if (hotMs < holdMs / 2) return;
      const point = this.#divides(range);
      if (point === undefined) return;
      range.trial = { key: point, sinceMs: nowMs, left: 0, right: 0 };
      range.untilSample = 1;
      return;
    }
    const counted = trial.left + trial.right;
    if (hotMs < holdMs || counted < ENOUGH_COUNTED) return;
    const leftShare = trial.left / counted;
    if (leftShare >= leastShare && leftShare <= 1 - leastShare) {
      this.#splitByLoad(range, trial.key, leftShare, nowMs);
    } else if (nowMs - trial.sinceMs > TRIAL_MS) {
      range.trial = undefined;
      range.samples.clear();
    }
  }

  /** A key that would divide the range's load; none for a tail or a single document. */
  #divides(range: KeyRange): string | undefined {
    if (range.samples.size < ENOUGH_SAMPLES) return undefined;
    const { leastShare } = this.rates;
    const point = range.samples.splitPoint(range.start);
    range.sequential =
      point === undefined || point.leftShare < leastShare || point.leftShare > 1 - leastShare;
    return range.sequential ? undefined : point?.key;
  }

  /** Whether, by what is known in this window, no split would help the range. */
  isSequential(range: KeyRange): boolean {
    if (range.trial !== undefined) return false;
    if (range.judgedMs !== range.windowEndMs && range.samples.size >= ENOUGH_SAMPLES) {
      range.judgedMs = range.windowEndMs;
      this.#divides(range);
    }
    return range.sequential;
  }

  #splitByLoad(range: KeyRange, key: string, leftShare: number, nowMs: number): void {
    const allowed = this.allowedRate(nowMs);
    this.#splitAt(range, key, leftShare, nowMs);
    this.#setAllowedRate(allowed, nowMs);
  }

  #splitBySize(range: KeyRange, nowMs: number): void {
    const keys = [...range.samples.inOrder()].sort(compare);
    const key = keys[keys.length >> 1];
    if (keys.length < ENOUGH_SAMPLES || key === undefined || key <= range.start) return;
    const allowed = this.allowedRate(nowMs);
    this.#splitAt(range, key, 0.5, nowMs);
    // It was made in good time and not for load: servers have come to it already.
    this.#setAllowedRate(allowed + this.rates.fullRate, nowMs);
  }

  #splitAt(range: KeyRange, key: string, leftShare: number, nowMs: number): void {
    const right = new KeyRange(this, key, nowMs);
    right.busyUntilMs = range.busyUntilMs;
    right.rate = range.rate * (1 - leftShare);
    range.rate *= leftShare;
    right.rows = Math.round(range.rows * (1 - leftShare));
    range.rows -= right.rows;
    range.neededMs = nowMs;
    range.cool();
    range.samples.divide(key, right.samples);
    const index = this.#indexOf(key);
    this.#ranges.splice(index + 1, 0, right);
    this.splits += 1;
    this.#rangesChanged();
  }

  /** Joins ranges beside each other of which neither has been needed for a day. */
  #maintain(nowMs: number): void {
    this.#maintainAtMs = nowMs + MAINTENANCE_MS;
    const kept: KeyRange[] = [];
    for (const range of this.#ranges) {
      const before = kept.at(-1);
      if (before !== undefined && this.#mayJoin(before, range, nowMs)) {
        before.busyUntilMs = Math.max(before.busyUntilMs, range.busyUntilMs);
        before.takeOver(range);
      } else {
        kept.push(range);
      }
    }
    if (kept.length === this.#ranges.length) return;
    const allowed = this.allowedRate(nowMs);
    this.merges += this.#ranges.length - kept.length;
    this.#ranges = kept;
    this.#rangesChanged();
    this.#setAllowedRate(allowed, nowMs);
  }

  #rangesChanged(): void {
    this.#starts = this.#ranges.map((range) => range.start);
    this.#finder = new StartFinder(this.#starts);
    this.generation += 1;
  }

  #mayJoin(left: KeyRange, right: KeyRange, nowMs: number): boolean {
    const { retentionMs, mergeRate, splitRows } = this.rates;
    if (this.#warmRanges > 1) return false;
    return (
      nowMs - Math.max(left.neededMs, right.neededMs) >= retentionMs &&
      left.offeredRate(nowMs) + right.offeredRate(nowMs) < mergeRate &&
      left.rows + right.rows <= splitRows
    );
  }

  /**
   * Splits the space as evenly spread traffic of this rate would have done: into ranges that it
   * half loads, now by the keys known, and again as more become known.
   */
  warm(writesPerSecond: number, nowMs: number): void {
    this.#warmRanges = Math.max(1, Math.ceil(writesPerSecond / (this.rates.publishedRate / 2)));
    this.#splitAtQuantiles(nowMs);
    this.#setAllowedRate(Infinity, nowMs);
  }

  /**
   * Cuts the space anew, at even parts of the keys known. Each range takes over the longest queue of
   * those it was part of; what ranges that go have counted goes to the one that holds their first key.
   */
  #splitAtQuantiles(nowMs: number): void {
    if (this.#kept.size < enoughOf(this.rates.weight)) return;
    const before = this.#ranges;
    const queues = before.map(({ busyUntilMs }) => busyUntilMs);
    const starts = new Set(["", ...this.#kept.quantiles(this.#warmRanges)]);
    const after = [...starts].map((start) => this.#warmed(start, nowMs));
    this.splits += Math.max(0, after.length - before.length);
    this.#ranges = after;
    this.#rangesChanged();
    for (const [index, range] of before.entries()) {
      this.#inherit(range.start, before[index + 1]?.start, queues[index] as number);
      const heir = this.locate(range.start);
      if (heir !== range) heir.takeOver(range);
    }
    // What was offered to the ranges before says nothing about those there are now.
    for (const range of after) range.beginWindow(nowMs);
    this.#setAllowedRate(Infinity, nowMs);
  }

  /** The range that begins here, or a new one in its place. */
  #warmed(start: string, nowMs: number): KeyRange {
    const holder = this.locate(start);
    if (holder.start === start) return holder;
    const range = new KeyRange(this, start, nowMs);
    range.sequential = holder.sequential;
    return range;
  }

  /** Every range that holds a key from `start` on and before `end` is busy at least until then. */
  #inherit(start: string, end: string | undefined, busyUntilMs: number): void {
    for (let index = this.#indexOf(start); index < this.#ranges.length; index += 1) {
      const range = this.#ranges[index] as KeyRange;
      if (end !== undefined && range.start >= end) return;
      range.busyUntilMs = Math.max(range.busyUntilMs, busyUntilMs);
    }
  }

  #indexOf(key: string): number {
    const starts = this.#starts;
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] as string) <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
