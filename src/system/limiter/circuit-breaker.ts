import type { LimiterTuning } from "./tuning.ts";

/** A sending time is worked out from an answer's time and its latency, which rounds. */
const ROUNDING_MS = 0.001;

/**
 * Stops all writes when refusals persist. Closed: counts answers over a sliding window of seconds.
 * Open: refuses all for a while, twice as long after each failed trial. Half-open: lets a few
 * probes through; all committed closes it, one refused opens it again, and probes that are never
 * answered are sent anew after another wait. Only answers to commits sent since the trial began
 * decide it: those sent before the circuit opened may come in late, and tell of the past.
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

  /** When a commit that may not go now can be tried again; undefined when it may go. */
  retryAtMs(nowMs: number): number | undefined {
    this.#turn(nowMs);
    const state = this.#state;
    switch (state.kind) {
      case "closed":
        return undefined;
      case "open":
        return state.untilMs;
      case "half-open":
        return state.probesLeft === 0 ? state.renewAtMs : undefined;
    }
  }

  /** A commit that `retryAtMs` let go is going. A half-open circuit counts it as a probe. */
  admit(): void {
    if (this.#state.kind === "half-open") this.#state.probesLeft -= 1;
  }

  /** When a commit that was admitted earlier may be sent: an open circuit holds it back as well. */
  departAtMs(nowMs: number): number {
    this.#turn(nowMs);
    return this.#state.kind === "open" ? this.#state.untilMs : nowMs;
  }

  /** Takes one answer of the database, to a commit sent at `sentAtMs`. */
  record(wasRefused: boolean, sentAtMs: number, nowMs: number): void {
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
        if (sentAtMs < state.sinceMs - ROUNDING_MS) return;
        if (wasRefused) this.#reopen(nowMs);
        else if ((state.answersMissing -= 1) === 0) this.#close();
    }
  }

  /** Time alone moves an open circuit to half-open, and renews unanswered probes. */
  #turn(nowMs: number): void {
    const state = this.#state;
    switch (state.kind) {
      case "closed":
        return;
      case "open":
        if (nowMs >= state.untilMs) this.#try(state.untilMs, nowMs);
        return;
      case "half-open":
        if (nowMs >= state.renewAtMs) this.#try(state.sinceMs, nowMs);
    }
  }

  #try(sinceMs: number, nowMs: number): void {
    const { probes } = this.#tuning;
    const renewAtMs = nowMs + this.#openMs;
    this.#state = {
      kind: "half-open",
      sinceMs,
      probesLeft: probes,
      answersMissing: probes,
      renewAtMs,
    };
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
      /** When the trial began, also where its probes have been renewed. */
      readonly sinceMs: number;
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
