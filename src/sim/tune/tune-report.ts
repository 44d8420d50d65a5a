import type { LimiterConfigInput, Changes } from "./candidate.ts";
import type { Assessment } from "./assessment.ts";
import type { LimiterSpace } from "./limiter-space.ts";
import type { Objective } from "./objective.ts";
import type { Heat, Outcome } from "./outcome.ts";
import type { PRICES } from "../measure/price-table.ts";
import type { Stretch } from "./stretch.ts";
import type { Origin } from "./trial-ledger.ts";
import type { Tuned } from "./tune.ts";

/** Raise it when a field of tune.json changes its meaning or goes. */
export const TUNE_SCHEMA_VERSION = 1;

/** tune.json: everything that the summary and the page are made from, but for a validation. */
export interface TuneReport {
  readonly schemaVersion: typeof TUNE_SCHEMA_VERSION;
  readonly id: string;
  readonly status: "complete" | "partial";
  readonly partialReason: string | null;
  /** The command that finds the same again. */
  readonly command: string;
  readonly commit: string;
  /** Whose figures the model reckoned with: assumed ones, or a calibration's. */
  readonly model: string;
  readonly load: {
    readonly scenario: string;
    readonly users: number;
    readonly tenants: number;
    readonly durationMs: number;
  };
  readonly objective: Objective;
  readonly budget: {
    /** In full trials. */
    readonly asked: number;
    readonly spent: number;
    /** Of any stretch. */
    readonly trials: number;
    readonly configurations: number;
    /** Why no more were drawn: the budget, nothing better for two generations, or nothing left. */
    readonly searchEnd: Tuned["searchEnd"];
  };
  /** Those of the search, and those that only what it found was held against. */
  readonly seeds: readonly number[];
  readonly freshSeeds: readonly number[];
  readonly stretches: readonly Stretch[];
  readonly spaces: readonly LimiterSpace[];
  readonly prices: typeof PRICES;
  /** One sentence a reader can repeat. */
  readonly headline: string;
  readonly recommended: Recommendation | null;
  /** Ids of the configurations that break nothing and that no other one is better than. */
  readonly front: readonly string[];
  readonly presets: readonly Preset[];
  /** Ids of those that passed the search's seeds, and were broken by a fresh one. */
  readonly fallen: readonly string[];
  /** How often a cheap stretch puts two configurations in the order that the full one does. */
  readonly agreement: readonly Agreement[];
  readonly configurations: readonly Configuration[];
}

export interface Recommendation {
  readonly id: string;
  readonly strategy: string;
  /** As the service and --limiter-config take it. */
  readonly config: LimiterConfigInput;
  /** The same for the deployed service's environment. */
  readonly environment: { readonly LIMITER_STRATEGY: string; readonly LIMITER_CONFIG: string };
  /** Over all seeds, fresh ones included: what is predicted. */
  readonly assessment: Assessment;
  /** Over the fresh seeds alone, which the search has not seen. */
  readonly fresh: Assessment | null;
  /** What of production's limits is nearest, and how much of it is left; null where nothing was hot. */
  readonly nearestLimit: (Heat & { readonly margin: number }) | null;
}

export interface Preset {
  readonly name: string;
  readonly strategy: string;
  readonly id: string;
  /** "on the front", "dominated by c12", "rejected: …". */
  readonly standing: string;
}

export interface Agreement {
  readonly stretch: Stretch["name"];
  readonly pairs: number;
  readonly agreeing: number;
}

export interface Configuration {
  readonly id: string;
  readonly origin: Origin;
  readonly preset: string | null;
  readonly strategy: string;
  readonly changes: Changes;
  /** No check failed with any of the search's seeds; null when it did not get so far. */
  readonly isAccepted: boolean | null;
  /** Over the search's seeds; null when it did not get so far. */
  readonly assessment: Assessment | null;
  /** Of each stretch, in the order of the seeds. */
  readonly outcomes: Readonly<Partial<Record<Stretch["name"], readonly Outcome[]>>>;
}
