/** Weight of a new sample: about the last 10 answers, and about the last 200. */
const RECENT_WEIGHT = 0.1;
const USUAL_WEIGHT = 0.005;
const SAMPLES_MIN = 20;

/**
 * Tells rising latency from slow latency: compares a quick running mean with a slow one, as the
 * gradient limiters of Netflix's concurrency-limits do. A lasting rise becomes the usual.
 */
export class LatencyTrend {
  readonly #tolerance: number;
  readonly #floorMs: number;
  #samples = 0;
  #recentMs = 0;
  #usualMs = 0;

  constructor(tolerance: number, floorMs: number) {
    this.#tolerance = tolerance;
    this.#floorMs = floorMs;
  }

  add(latencyMs: number): void {
    this.#samples += 1;
    // The first samples weigh 1, 1/2, 1/3 ..., so that both means start unbiased.
    const warmUp = 1 / this.#samples;
    this.#recentMs += (latencyMs - this.#recentMs) * Math.max(RECENT_WEIGHT, warmUp);
    this.#usualMs += (latencyMs - this.#usualMs) * Math.max(USUAL_WEIGHT, warmUp);
  }

  isRising(): boolean {
    if (this.#samples < SAMPLES_MIN || this.#recentMs < this.#floorMs) return false;
    return this.#recentMs > this.#tolerance * this.#usualMs;
  }
}
