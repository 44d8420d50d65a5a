import type { Clock } from "../../../../std/clock.ts";
import type {
  Admission,
  Decision,
  QueryAttempt,
  ReadAttempt,
  WriteAttempt,
} from "../../../admission/admission.ts";
import type { FirestoreError } from "../../../data/status.ts";
import { RefusedError } from "./refused-error.ts";

/** Asks the limits, and lets the time pass that they say. All reject when the call is over before. */
export class Gate {
  readonly #admission: Admission;
  readonly #clock: Clock;

  constructor(admission: Admission, clock: Clock) {
    this.#admission = admission;
    this.#clock = clock;
  }

  /** @throws FirestoreError when refused */
  commit(attempt: WriteAttempt, signal: AbortSignal): Promise<void> {
    return this.#pass(this.#admission.commit(attempt, this.#clock.monotonicMs()), signal);
  }

  /** One answer a write: undefined where it may go on. Waits as long as the slowest of them. */
  async batchWrite(
    attempt: WriteAttempt,
    signal: AbortSignal,
  ): Promise<readonly (FirestoreError | undefined)[]> {
    const decisions = this.#admission.batchWrite(attempt, this.#clock.monotonicMs());
    let longestMs = 0;
    for (const { delayMs } of decisions) longestMs = Math.max(longestMs, delayMs);
    if (longestMs > 0) await this.#clock.sleep(longestMs, signal);
    return decisions.map(refusalOf);
  }

  /** @throws FirestoreError when refused */
  query(attempt: QueryAttempt, signal: AbortSignal): Promise<void> {
    return this.#pass(this.#admission.query(attempt, this.#clock.monotonicMs()), signal);
  }

  /** @throws FirestoreError when refused */
  read(attempt: ReadAttempt, signal: AbortSignal): Promise<void> {
    return this.#pass(this.#admission.read(attempt, this.#clock.monotonicMs()), signal);
  }

  async #pass(decision: Decision, signal: AbortSignal): Promise<void> {
    if (decision.delayMs > 0) await this.#clock.sleep(decision.delayMs, signal);
    const refusal = refusalOf(decision);
    if (refusal !== undefined) throw refusal;
  }
}

function refusalOf(decision: Decision): FirestoreError | undefined {
  return decision.kind === "refuse" ? new RefusedError(decision) : undefined;
}
