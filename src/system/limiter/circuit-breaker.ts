import type { LimiterTuning } from "./tuning.ts";

export type Admission =
  | { readonly kind: "admitted" }
  | { readonly kind: "refused"; readonly retryAtMs: number };

const ADMITTED: Admission = { kind: "admitted" };

/**
 * Stops all writes when refusals persist. Closed: counts answers over a sliding window of seconds.
 * Open: refuses all for a while, twice as long after each failed trial. Half-open: lets a few
 * probes through; all committed closes it, one refused opens it again, and probes that are never
 * answered are sent anew after another wait.
 */
export class CircuitBreaker {
  readonly #tuning: LimiterTuning["breaker"];
  readonly #answers: Int32Array;
  readonly #refusals: Int32Array;
  #second = Number.NEGATIVE_INFINITY;
  #state: BreakerState = { kind: "closed" };
  #openMs: number;

  constructor(tuning: LimiterTuning["breaker"]) {
    this.#tuning = tuning;
    this.#answers = new Int32Array(tuning.windowSec);
    this.#refusals = new Int32Array(tuning.windowSec);
    this.#openMs = tuning.openSec * 1000;
  }

  kindAt(nowMs: number): BreakerState["kind"] {
    this.#turn(nowMs);
    return this.#state.kind;
  }

  /** May this commit go? A half-open circuit counts it as a probe. */
  admit(nowMs: number): Admission {
    this.#turn(nowMs);
    const state = this.#state;
    switch (state.kind) {
      case "closed":
        return ADMITTED;
      case "open":
        return { kind: "refused", retryAtMs: state.untilMs };
      case "half-open":
        if (state.probesLeft === 0) return { kind: "refused", retryAtMs: state.renewAtMs };
        state.probesLeft -= 1;
        return ADMITTED;
    }
  }

  /** Takes one answer of the database. */
  record(wasRefused: boolean, nowMs: number): void {
    this.#turn(nowMs);
    const state = this.#state;
    switch (state.kind) {
      case "closed":
        this.#count(wasRefused, nowMs);
        if (this.#refusalsPersist()) this.#open(nowMs);
        return;
      case "open":
        return; // An answer to a write sent before.
      case "half-open":
        if (wasRefused) this.#reopen(nowMs);
        else if ((state.answersMissing -= 1) === 0) this.#close();
    }
  }

  /** Time alone moves an open circuit to half-open, and renews unanswered probes. */
  #turn(nowMs: number): void {
    const state = this.#state;
    const isDue =
      (state.kind === "open" && nowMs >= state.untilMs) ||
      (state.kind === "half-open" && nowMs >= state.renewAtMs);
    if (!isDue) return;
    const { probes } = this.#tuning;
    const renewAtMs = nowMs + this.#openMs;
    this.#state = { kind: "half-open", probesLeft: probes, answersMissing: probes, renewAtMs };
  }

  #open(nowMs: number): void {
    this.#state = { kind: "open", untilMs: nowMs + this.#openMs };
  }

  #reopen(nowMs: number): void {
    this.#openMs = Math.min(2 * this.#openMs, this.#tuning.maximumOpenSec * 1000);
    this.#open(nowMs);
  }

  #close(): void {
    this.#state = { kind: "closed" };
    this.#openMs = this.#tuning.openSec * 1000;
    this.#answers.fill(0);
    this.#refusals.fill(0);
  }

  #count(wasRefused: boolean, nowMs: number): void {
    const second = Math.floor(nowMs / 1000);
    const size = this.#tuning.windowSec;
    const first = Math.max(this.#second + 1, second - size + 1);
    for (let passed = first; passed <= second; passed += 1) {
      this.#answers[modulo(passed, size)] = 0;
      this.#refusals[modulo(passed, size)] = 0;
    }
    this.#second = second;
    const index = modulo(second, size);
    this.#answers[index] = (this.#answers[index] as number) + 1;
    if (wasRefused) this.#refusals[index] = (this.#refusals[index] as number) + 1;
  }

  #refusalsPersist(): boolean {
    const answers = sum(this.#answers);
    const { minimumSamples, refusalShare } = this.#tuning;
    return answers >= minimumSamples && sum(this.#refusals) >= answers * refusalShare;
  }
}

type BreakerState =
  | { readonly kind: "closed" }
  | { readonly kind: "open"; readonly untilMs: number }
  | {
      readonly kind: "half-open";
      probesLeft: number;
      answersMissing: number;
      readonly renewAtMs: number;
    };

function modulo(value: number, size: number): number {
  return ((value % size) + size) % size;
}

function sum(values: Int32Array): number {
  return values.reduce((total, value) => total + value, 0);
}
