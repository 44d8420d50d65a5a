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

export function startedLate(phase: PhaseFacts): boolean {
  const { counts } = phase;
  if (counts.droppedArrivals > 0) return true;
  const late = counts.lateArrivals + counts.directLate;
  return late > Math.max(LATE_ALLOWED, arrivalsOf(phase) * LATE_SHARE);
}

/** All that the generators were to start: operations of clients, and commits of direct writes. */
export function arrivalsOf({ counts }: PhaseFacts): number {
  return counts.clientOperations + counts.droppedArrivals + counts.directCommits;
}

export function wokeLate({ counts }: PhaseFacts): boolean {
  return counts.lateWakes > Math.max(LATE_ALLOWED, counts.wakes * LATE_WAKE_SHARE);
}
