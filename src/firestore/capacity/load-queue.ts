import type { RangeRates } from "./range-rates.ts";

/**
 * Something that serves so much work a second. Work waits in one queue: `busyUntilMs` is when what
 * has been taken so far is done, and a second's worth of work is free. The figures are plain
 * fields, because every modelled write passes here.
 */
export class LoadQueue {
  readonly rates: RangeRates;

  busyUntilMs = -Infinity;
  /** Time that one operation takes, now, unless a quota is cut. */
  serviceMs: number;

  windowStartMs: number;
  windowEndMs: number;
  windowWork = 0;
  /** Operations a second in the last whole window. */
  rate = 0;

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

  constructor(rates: RangeRates, nowMs: number) {
    this.rates = rates;
    this.serviceMs = 1000 / rates.fullRate;
    this.windowStartMs = nowMs;
    this.windowEndMs = nowMs + rates.windowMs;
  }

  /** Operations a second that it serves, unless a quota is cut. */
  allowedRate(_nowMs: number): number {
    return this.rates.fullRate;
  }

  /** The same while a quota is cut. */
  servedRate(nowMs: number): number {
    return this.allowedRate(nowMs) * this.rates.quota;
  }

  /** How long what arrives now waits before its own turn. */
  waitMs(nowMs: number): number {
    return Math.max(0, this.busyUntilMs - nowMs);
  }

  /** The same, less what it takes at once: negative when it is at rest. */
  busyMs(nowMs: number): number {
    return Math.max(this.busyUntilMs - nowMs, -this.rates.burstMs);
  }

  /**
   * How long the last of the commit's operations here waits for those before it. Where one commit
   * stands for many, each of them waits for its own only.
   */
  get ownWorkMs(): number {
    return (
      Math.max(0, this.commitWork / this.rates.weight - 1) * (this.serviceMs / this.rates.quota)
    );
  }

  /** Takes up so much work. */
  serve(operations: number, nowMs: number): void {
    const earliest = nowMs - this.rates.burstMs;
    const from = this.busyUntilMs > earliest ? this.busyUntilMs : earliest;
    this.busyUntilMs = from + (operations * this.serviceMs) / this.rates.quota;
  }

  /** Operations a second offered of late, the window that has not ended included when it is the worse one. */
  offeredRate(nowMs: number): number {
    const elapsed = nowMs - this.windowStartMs;
    if (elapsed > 2 * this.rates.windowMs) return 0;
    return Math.max(this.rate, (this.windowWork * 1000) / Math.max(elapsed, 1000));
  }

  /** Ends the window. */
  measure(nowMs: number): void {
    const elapsed = nowMs - this.windowStartMs;
    this.#notePeak((this.windowWork * 1000) / this.rates.windowMs);
    this.rate = (this.windowWork * 1000) / elapsed;
    this.beginWindow(nowMs);
  }

  beginWindow(nowMs: number): void {
    this.windowWork = 0;
    this.windowStartMs = nowMs;
    this.windowEndMs = nowMs + this.rates.windowMs;
  }

  #notePeak(rate: number): void {
    const allowed = (1000 * this.rates.quota) / this.serviceMs;
    if (rate / allowed <= this.peakUtilisation) return;
    this.peakUtilisation = rate / allowed;
    this.peakRate = rate;
    this.peakAllowed = allowed;
    this.peakAtMs = this.windowStartMs;
  }

  /** Brings the peak up to the window that is still running. */
  refreshPeak(nowMs: number): void {
    const elapsed = nowMs - this.windowStartMs;
    if (elapsed >= 1000 && nowMs < this.windowEndMs + this.rates.windowMs) {
      this.#notePeak((this.windowWork * 1000) / elapsed);
    }
  }

  /** Forgets queue, load and peak. */
  rest(nowMs: number): void {
    this.busyUntilMs = -Infinity;
    this.beginWindow(nowMs);
    this.rate = 0;
    this.peakUtilisation = 0;
    this.peakRate = 0;
    this.delayed = 0;
    this.refused = 0;
  }
}
