import type { Binding } from "./binding.ts";
import type { Threshold } from "./search-threshold.ts";
import type { Varied } from "./situation.ts";
import type { TrialSummary } from "./trial-summary.ts";

/** headroom.json. Nothing in it depends on the machine, the day or the number of threads. */
export interface HeadroomResult {
  readonly schemaVersion: 1;
  readonly id: string;
  readonly command: string;
  readonly commit: string;
  readonly status: "complete" | "partial";
  /** Why it is partial. */
  readonly partialReason: string | null;
  readonly scenario: string;
  readonly varied: Varied;
  /** "users". */
  readonly noun: string;
  readonly range: { readonly from: number; readonly to: number; readonly precision: number };
  /** Whose figures the model reckoned with: assumed ones, or a calibration's. */
  readonly model: string;
  /** What was asked for, defaults included. */
  readonly options: Readonly<Record<string, unknown>>;
  /** One sentence a reader can repeat. */
  readonly headline: string;
  /** The service as it is, then with what bound first lifted, and so on. */
  readonly stages: readonly StageResult[];
  /** Loads around the headroom of the first stage; null where no curve was asked for. */
  readonly curve: readonly TrialSummary[] | null;
}

/** A load, or what is known where every seed passed the most or failed the least. */
export type Bound =
  | { readonly kind: "load"; readonly load: number }
  | { readonly kind: "below"; readonly load: number }
  | { readonly kind: "at-least"; readonly load: number };

/** Over the seeds' thresholds (order-interval.ts). */
export interface Headroom {
  readonly median: Bound;
  readonly low: Bound;
  readonly high: Bound;
  readonly coverage: number;
  /** The load at which every seed met every check. */
  readonly everySeed: Bound;
}

export interface SeedResult extends Omit<Threshold, "asked"> {
  readonly seed: number;
  /** The search was ended before it had found it. */
  readonly cut: boolean;
  readonly trials: readonly TrialSummary[];
  /** At the least load that failed. */
  readonly binding: Binding | null;
}

export interface StageResult {
  /** The changes made so far; none in the first stage. */
  readonly lifted: readonly LiftedCause[];
  readonly seeds: readonly SeedResult[];
  /** null where no seed's search came to its end. */
  readonly headroom: Headroom | null;
  /** What binds first, by most seeds; null where nothing does. */
  readonly binding: BindingVotes | null;
  readonly remedies: readonly TriedRemedy[];
}

export interface BindingVotes {
  readonly binding: Binding;
  /** "sequential-index on index ledger_trades (ts ASC)". */
  readonly name: string;
  readonly seeds: number;
  /** What bound first for other seeds, by name. */
  readonly others: readonly { readonly name: string; readonly seeds: number }[];
}

export interface LiftedCause {
  readonly remedy: string;
  readonly lifts: string;
  readonly advice: string;
}

/** A remedy, tried on one seed at the least load that failed without it. */
export interface TriedRemedy extends LiftedCause {
  readonly source: string;
  readonly load: number;
  readonly seed: number;
  /**
   * - `passes`: that load meets every check now.
   * - `moves`: it fails, by another cause.
   * - `stays`: it fails by the same cause: this does not lift it.
   * - `impossible`: the service refuses to run so.
   */
  readonly outcome: "passes" | "moves" | "stays" | "impossible" | "not tried";
  /** What it fails by now, or why it cannot be. */
  readonly detail: string;
}
