import type { Snapshot } from "../../system/store/store.ts";
import { Findings } from "./findings.ts";

/** What direct writes oblige a database to hold, by path. */
export interface DirectExpectations {
  readonly directDocuments: ReadonlyMap<string, "acknowledged" | "unconfirmed">;
  /** Increments acknowledged, and those whose answer was lost besides. */
  readonly directCounters: ReadonlyMap<
    string,
    { readonly atLeast: number; readonly atMost: number }
  >;
}

/** Every document whose direct write was acknowledged is there, and counters count each once. */
export class DirectAudit {
  readonly findings = new Findings();
  readonly #expected: DirectExpectations;
  readonly #seen = new Set<string>();

  constructor(expected: DirectExpectations) {
    this.#expected = expected;
  }

  /** Whether the document is one of theirs. */
  see({ path, data }: Snapshot): boolean {
    const { directDocuments, directCounters } = this.#expected;
    const bounds = directCounters.get(path);
    if (bounds === undefined && !directDocuments.has(path)) return false;
    this.findings.saw();
    this.#seen.add(path);
    if (bounds !== undefined) {
      const count = typeof data["writes"] === "number" ? data["writes"] : Number.NaN;
      if (!(count >= bounds.atLeast && count <= bounds.atMost)) {
        this.findings.fault(
          `${path}: counts ${count}, where ${bounds.atLeast} to ${bounds.atMost} increments were made`,
        );
      }
    }
    return true;
  }

  finish(): void {
    const { directDocuments, directCounters } = this.#expected;
    for (const [path, state] of directDocuments) {
      if (state === "acknowledged" && !this.#seen.has(path)) this.#lost(path);
    }
    for (const [path, { atLeast }] of directCounters) {
      if (atLeast > 0 && !this.#seen.has(path)) this.#lost(path);
    }
  }

  #lost(path: string): void {
    this.findings.fault(`${path}: acknowledged, and lost`);
  }
}
