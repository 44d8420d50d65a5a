import type { Basis, HistogramSummary, Second } from "../report/result.ts";
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
  /** How often each reason held a commit back, most frequent first. */
  readonly limiterWaits: readonly (readonly [string, number])[];
  /** How often each failure was seen, most frequent first. */
  readonly failures: readonly (readonly [string, number])[];
  readonly series: readonly Second[];
}

/** What the whole run is judged by. */
export interface RunFacts {
  readonly basis: Basis;
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
}
