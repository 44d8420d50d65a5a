import { LATE_ALLOWED, LATE_SHARE, LATE_WAKE_SHARE } from "./benchmark-table.ts";
import type { PhaseFacts } from "./facts.ts";

/**
 * Whether the harness itself was too late in a phase: its arrivals began late or were dropped, or
 * the lane of the pulse woke late. Its latencies then show this machine and not the service.
 */
export function isLate(phase: PhaseFacts): boolean {
  return startedLate(phase) || wokeLate(phase);
}

/** The longest the harness was late in a phase; what was dropped never began. */
export function worstLatenessMs({ counts }: PhaseFacts): number {
  if (counts.droppedArrivals > 0) return Number.POSITIVE_INFINITY;
  return Math.max(counts.worstLatenessMs, counts.worstWakeMs);
}

export function startedLate({ counts }: PhaseFacts): boolean {
  const arrivals = counts.clientOperations + counts.droppedArrivals;
  if (counts.droppedArrivals > 0) return true;
  return counts.lateArrivals > Math.max(LATE_ALLOWED, arrivals * LATE_SHARE);
}

export function wokeLate({ counts }: PhaseFacts): boolean {
  return counts.lateWakes > Math.max(LATE_ALLOWED, counts.wakes * LATE_WAKE_SHARE);
}
