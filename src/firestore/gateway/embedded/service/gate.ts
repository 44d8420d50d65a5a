import type { Clock } from "../../../../std/clock.ts";
import type { Admission, Decision } from "../../../admission/admission.ts";
import type { DatabaseName } from "../../../data/document.ts";
import type { StructuredQuery } from "../../../data/query.ts";
import type { FirestoreError } from "../../../data/status.ts";
import type { Write } from "../../../data/write.ts";
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
  commit(
    database: DatabaseName,
    writes: readonly Write[],
    requestBytes: number,
    signal: AbortSignal,
  ): Promise<void> {
    const now = this.#clock.monotonicMs();
    return this.#pass(this.#admission.commit({ database, writes, requestBytes }, now), signal);
  }

  /** One answer a write: undefined where it may go on. Waits as long as the slowest of them. */
  async batchWrite(
    database: DatabaseName,
    writes: readonly Write[],
    requestBytes: number,
    signal: AbortSignal,
  ): Promise<readonly (FirestoreError | undefined)[]> {
    const now = this.#clock.monotonicMs();
    const decisions = this.#admission.batchWrite({ database, writes, requestBytes }, now);
    const delayMs = Math.max(0, ...decisions.map((decision) => decision.delayMs));
    if (delayMs > 0) await this.#clock.sleep(delayMs, signal);
    return decisions.map(refusalOf);
  }

  /** @throws FirestoreError when refused */
  query(database: DatabaseName, query: StructuredQuery, signal: AbortSignal): Promise<void> {
    const now = this.#clock.monotonicMs();
    return this.#pass(this.#admission.query({ database, query }, now), signal);
  }

  /** @throws FirestoreError when refused */
  read(database: DatabaseName, paths: readonly string[], signal: AbortSignal): Promise<void> {
    const now = this.#clock.monotonicMs();
    return this.#pass(this.#admission.read({ database, paths }, now), signal);
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
