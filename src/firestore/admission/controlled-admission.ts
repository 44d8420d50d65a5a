import type { Admission, WriteAttempt } from "./admission.ts";
import type { AdmissionMode, AdmissionReport, HeatMap } from "./report.ts";

/** An admission with what its operator may do and see. */
export interface ControlledAdmission extends Admission {
  readonly mode: AdmissionMode;
  /** What was recorded so far stays. */
  setMode(mode: AdmissionMode): void;
  /** Counters, peaks and refusals to zero; ranges, splits and queues stay. */
  resetCounters(nowMs: number): void;
  /** Everything as new: cold, or already split as `warm` does it. */
  reset(nowMs: number, options?: { readonly warmToWritesPerSecond?: number }): void;
  /**
   * Lets every space of keys, those still to come included, be split as if it had long served so
   * much evenly spread traffic. Helps neither a sequential tail nor a single document.
   */
  warm(writesPerSecond: number): void;
  /** Forgets every split, and that anything was warm: as a database that nobody has used for long. */
  cool(): void;
  /**
   * From now on production serves this share of what its ranges and documents take; 1: all of it.
   * Above 0. Counters, queues and splits stay.
   */
  setQuota(share: number): void;
  report(nowMs: number): AdmissionReport;
  heat(nowMs: number): HeatMap;
  /** What a request would touch and which limit would bind first; nothing is charged for it. */
  explain(attempt: WriteAttempt, nowMs: number): WriteExplanation;
}

/** What one commit touches. */
export interface WriteExplanation {
  /** Document rows and index rows (removed and inserted). */
  readonly documentRows: number;
  readonly indexRows: number;
  readonly writes: readonly {
    readonly path: string;
    /** "trades (created_at ASC)": each index with its changes. */
    readonly indexes: readonly {
      readonly index: string;
      readonly removed: number;
      readonly inserted: number;
    }[];
  }[];
  /** Every range touched, in the order met. */
  readonly ranges: readonly {
    readonly kind: "documents" | "index";
    readonly range: string;
    readonly operationsPerSecond: number;
    readonly allowedPerSecond: number;
    readonly waitMs: number;
  }[];
  /** Documents locked exclusively. */
  readonly locks: readonly string[];
  /** Participants of the two-phase commit; 1: a single round. */
  readonly participants: number;
  /** The limit with the highest utilisation, and what it holds. */
  readonly binding: {
    readonly limit: string;
    readonly subject: string;
    readonly utilisation: number;
  } | null;
}
