import { LIMITS, isLimitId } from "../../firestore/limits/limits.ts";
import type { Binding } from "./binding.ts";
import type { Situation } from "./situation.ts";

/** A change that lifts one cause and no other. */
export interface Remedy {
  readonly id: string;
  /** What it lifts, by the binding's own words: "sequential-index on index ledger_trades (ts ASC)". */
  readonly lifts: string;
  /** What an operator changes. */
  readonly advice: string;
  /** Where that is said: a page, or a document of ours. */
  readonly source: string;
  /** The same service and load with the change made. */
  readonly change: (situation: Situation) => Situation;
}

/** A kind of remedy: which bindings it is for, and what it comes to for one of them. */
export interface RemedyKind {
  readonly id: string;
  /** Ids of limits, settings and checks. */
  readonly lifts: readonly string[];
  /** undefined where it changes nothing: what it would change is so already. */
  readonly propose: (
    binding: Binding,
    situation: Situation,
  ) => Pick<Remedy, "advice" | "source" | "change"> | undefined;
}

/** "sequential-index on index ledger_trades (ts ASC)", "the limiter's batch_write_limit". */
export function nameOf({ kind, id, subject }: Binding): string {
  switch (kind) {
    case "limit":
      return subject === null ? id : `${id} on ${subject}`;
    case "setting":
      return `the limiter's ${id}`;
    case "check":
      return `${id} by itself`;
  }
}

/** A limit's published source as a link's text and address. */
export function sourceOf(id: string): string {
  if (!isLimitId(id)) return "docs/limiter.md";
  const { title, url } = LIMITS[id].source;
  return `${title}, ${url}`;
}
