import { equalJitterBackOffMs, type BackOff } from "../../std/back-off.ts";
import type { StatusCode } from "../../system/store/status.ts";

/*
 * How an app tries to record a trade: the same for every driver, so k6 imports this file too. It
 * names no module of Node's and uses no syntax that k6 lacks.
 */

/** Statuses after which the write may or may not have been applied. */
export const AMBIGUOUS: ReadonlySet<StatusCode> = new Set([
  "UNAVAILABLE",
  "DEADLINE_EXCEEDED",
  "INTERNAL",
  "UNKNOWN",
  "CANCELLED",
]);

/** Statuses worth another try. */
const RETRYABLE: ReadonlySet<StatusCode> = new Set([
  "UNAVAILABLE",
  "DEADLINE_EXCEEDED",
  "INTERNAL",
  "UNKNOWN",
  "ABORTED",
  "RESOURCE_EXHAUSTED",
]);

const ATTEMPTS_MAX = 3;
const BACK_OFF: BackOff = { baseMs: 100, factor: 2, capMs: 200 };

/** What to do after a failed try. */
type AfterFailure = "succeeded" | "try-again" | "give-up";

/** The tries of one create whose document's ID stays the same throughout. */
export class CreateTries {
  #attempts = 0;
  #isAmbiguous = false;

  /** Tries begun. */
  get attempts(): number {
    return this.#attempts;
  }

  /** Whether some try may have been applied, whatever the others came to. */
  get isAmbiguous(): boolean {
    return this.#isAmbiguous;
  }

  begin(): void {
    this.#attempts += 1;
  }

  /** "Already exists" after a lost answer is the success it is; by itself it is a stranger's. */
  failed(code: StatusCode, isOver: boolean): AfterFailure {
    if (code === "ALREADY_EXISTS" && this.#isAmbiguous) return "succeeded";
    this.#isAmbiguous ||= AMBIGUOUS.has(code);
    if (!RETRYABLE.has(code) || this.#attempts === ATTEMPTS_MAX || isOver) return "give-up";
    return "try-again";
  }

  /** Before the next try; `draw` is a random number in [0, 1). */
  backOffMs(draw: number): number {
    return equalJitterBackOffMs(BACK_OFF, this.#attempts, draw);
  }
}
