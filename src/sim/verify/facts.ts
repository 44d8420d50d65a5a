import type { Basis } from "../report/basis.ts";
import type { HistogramSummary, PhaseLimits, Second } from "../report/result.ts";
import type { LimitsChoice } from "../targets/limits-choice.ts";
import type { LimiterUse } from "../measure/limiter-watch.ts";
import type { GeneratorFacts } from "../measure/generator-facts.ts";
import type { PhaseCounts } from "../measure/phase-counts.ts";

/** What was measured in one phase, as the checks need it. */
export interface PhaseFacts {
  readonly name: string;
  readonly durationMs: number;
  /** The run ended in the middle of it. */
  readonly cut: boolean;
  readonly users: number;
  /** Users whose trading is enabled: those a sweep must list. */
  readonly enabledUsers: number;
  /** P&L updates a user and minute that the document states for this scenario; null if none. */
  readonly documentWritesPerUserPerMinute: number | null;
  /** Whether a pulse, or client traffic, is part of the scenario. */
  readonly hasPulse: boolean;
  readonly hasClients: boolean;
  /** Whether sign-ups are among its client traffic. */
  readonly hasSignUps: boolean;
  /** Writes past pulse and limiter that the scenario makes due in a second; null if none. */
  readonly directWritesPerSecond: number | null;
  readonly counts: PhaseCounts;
  /** Users with an update that fell due, and those of them who had all of theirs committed. */
  readonly usersDue: number;
  readonly usersServed: number;
  /** Most writes in any second, at the time their commits were sent, failed tries included. */
  readonly worstSecond: { readonly writes: number; readonly atSecond: number };
  /** Most writes in any second, at the time the server applied them. */
  readonly worstSecondApplied: number;
  readonly worstDocument: { readonly path: string; readonly writesInOneSecond: number };
  readonly pnlCommit: HistogramSummary;
  readonly pnlListener: HistogramSummary;
  /** All reads of clients, and each kind of them by itself. */
  readonly queries: HistogramSummary;
  readonly queryKinds: ReadonlyMap<string, HistogramSummary>;
  readonly onboarding: HistogramSummary;
  /** One for each limiter that paces evenly; none where the strategy promises nothing of the kind. */
  readonly limiterUses: readonly LimiterUse[];
  readonly retries: RetryFacts;
  /** How often each reason held a commit back, most frequent first. */
  readonly limiterWaits: readonly (readonly [string, number])[];
  /** How often each failure was seen, most frequent first. */
  readonly failures: readonly (readonly [string, number])[];
  /** Commits of direct writes. */
  readonly directCommit: HistogramSummary;
  /** How it went for the program that sent the client traffic; null where this process did. */
  readonly generator: GeneratorFacts | null;
  /** What production's limits did; null when nobody asked them. */
  readonly limits: PhaseLimits | null;
  readonly series: readonly Second[];
}

/** Tries of the pulse that failed and were to be made again. */
interface RetryFacts {
  readonly due: number;
  /** Those that never were, and why the first was not. */
  readonly skipped: number;
  readonly reason: string | null;
}

/** What the whole run is judged by. */
export interface RunFacts {
  /** Of what was measured through the gateway, its limits and its latencies. */
  readonly basis: Basis;
  /** Of what was read from the database past all of them. */
  readonly storedBasis: Basis;
  /** Whether production's limits were enforced, only counted, or left out. */
  readonly limitsMode: LimitsChoice;
  /** Whether security rules decided about the clients. */
  readonly evaluatesRules: boolean;
  readonly phases: readonly PhaseFacts[];
  /** Onboarding of the population, before the first phase. */
  readonly provisioning: HistogramSummary;
  readonly provisionedUsers: number;
  readonly requestedUsers: number;
  readonly limits: LimitsHeld;
}

/** The limits a run's commits are held against. */
export interface LimitsHeld {
  readonly batchWriteLimit: number;
  readonly docWriteLimit: number;
  /** Where they come from: "the default preset", "the document (limiter disabled)". */
  readonly source: string;
  /** Names the terms a tenant is served on: weight and own limit. Tenants of equal terms compare. */
  readonly termsOf: (tenantId: string) => string;
}

/**
 * Whether some phase has a lane that a check is about: where none has, there is nothing to check. A
 * run that ended before its first phase is judged as one that has all lanes.
 */
export function drives({ phases }: RunFacts, has: (phase: PhaseFacts) => boolean): boolean {
  return phases.length === 0 || phases.some(has);
}
