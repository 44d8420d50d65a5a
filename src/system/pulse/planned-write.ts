import type { Write } from "../store/store.ts";

/** What a write of the plan is for; `ops` are heartbeats and counters. */
export type WriteKind = "pnl" | "close" | "ledger" | "snapshot" | "signal" | "write-rate" | "ops";

export interface PlannedWrite {
  readonly kind: WriteKind;
  readonly write: Write;
}

/** Writes that must be committed together, or a single one. */
export type WriteGroup = readonly PlannedWrite[];
