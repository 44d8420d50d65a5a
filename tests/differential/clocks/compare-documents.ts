import { isDeepStrictEqual } from "node:util";
import type { DocumentData } from "../../../src/system/store/store.ts";
import { LATE_MAX_MS } from "./plan.ts";
import type { Ran, RanInRealTime } from "./run-on-both.ts";

export interface DocumentsCompared {
  readonly documents: number;
  /** Fields that no rule lets differ: path, field, both values. Empty when the runs agree. */
  readonly differences: readonly string[];
  /** Stamps that were compared, and how far they lay apart at the most, loading left out. */
  readonly stamps: number;
  readonly worstStampMs: number;
}

/**
 * Holds every field of every document of both runs against each other. By rule, and nothing else,
 * these may differ:
 * - stamps (timestamps). Those of the phase may lie LATE_MAX_MS apart; those from before it (earlier
 *   ones, and when an invitation ends) as long as loading took, which takes no time on the virtual clock. What the gateway stamped is moved by
 *   the difference of the two wall clocks first.
 * - the lease's `holder`, which ends with the moment it was taken: the rest of it must agree.
 * Versions (update times) are no fields, and are not compared.
 */
export function compareDocuments(virtual: Ran, real: RanInRealTime): DocumentsCompared {
  const comparison = new Comparison(virtual, real);
  const paths = new Set([...virtual.documents.keys(), ...real.documents.keys()]);
  for (const path of [...paths].sort()) {
    comparison.document(path, virtual.documents.get(path), real.documents.get(path));
  }
  return {
    documents: paths.size,
    differences: comparison.differences,
    stamps: comparison.stamps,
    worstStampMs: Math.round(comparison.worstStampMs),
  };
}

/** They are made while the population is loaded, and say a moment a day later. */
const MADE_BEFORE = /^ops\/invitations\//;

class Comparison {
  readonly differences: string[] = [];
  stamps = 0;
  worstStampMs = 0;
  readonly #openedMs: number;
  readonly #aheadMs: number;
  readonly #loadingMs: number;

  constructor({ result }: Ran, { aheadMs, loadingMs }: RanInRealTime) {
    this.#openedMs = Date.parse(result.run.startedAt) + (result.phases[0]?.startedAtMs ?? 0);
    this.#aheadMs = aheadMs;
    this.#loadingMs = loadingMs;
  }

  document(path: string, virtual: DocumentData | undefined, real: DocumentData | undefined): void {
    if (virtual === undefined || real === undefined) {
      const where = virtual === undefined ? "in real time" : "on the virtual clock";
      this.differences.push(`${path}: only ${where}`);
      return;
    }
    for (const field of new Set([...Object.keys(virtual), ...Object.keys(real)])) {
      this.#field(`${path} ${field}`, virtual[field], real[field]);
    }
  }

  #field(name: string, virtual: unknown, real: unknown): void {
    if (virtual instanceof Date && real instanceof Date) {
      this.#stamp(name, virtual.getTime(), real.getTime());
    } else if (!isDeepStrictEqual(comparable(name, virtual), comparable(name, real))) {
      const texts = [virtual, real].map((value) => JSON.stringify(value));
      this.differences.push(`${name}: ${texts[0]} on the virtual clock, ${texts[1]} in real time`);
    }
  }

  #stamp(name: string, virtualMs: number, realMs: number): void {
    this.stamps += 1;
    // The harness's clock and the gateway's are years apart: the nearer one made the stamp.
    const apartMs = Math.min(
      Math.abs(realMs - virtualMs),
      Math.abs(realMs + this.#aheadMs - virtualMs),
    );
    const isOfPhase = virtualMs >= this.#openedMs && !MADE_BEFORE.test(name);
    if (isOfPhase) this.worstStampMs = Math.max(this.worstStampMs, apartMs);
    const bound = isOfPhase ? LATE_MAX_MS : this.#loadingMs + LATE_MAX_MS;
    if (apartMs > bound) this.differences.push(`${name}: stamps ${Math.round(apartMs)} ms apart`);
  }
}

function comparable(name: string, value: unknown): unknown {
  return name.endsWith(" holder") && typeof value === "string"
    ? value.replace(/-\d+(\.\d+)?$/, "")
    : value;
}
