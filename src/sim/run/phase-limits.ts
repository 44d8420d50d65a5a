import type { AdmissionReport } from "../../firestore/admission/report.ts";
import type { PhaseLimits } from "../report/result.ts";

/** Kept of the hottest documents and ranges: enough to see what comes after what bound. */
const HOTTEST_MAX = 20;
const REFUSALS_MAX = 50;

/** What the harness knows beside the gateway. */
export interface PhaseWitness {
  readonly warmedTo: number | null;
  /** Commits sent, by the harness's own count. */
  readonly commitsSent: number;
  /** How long before the phase the gateway's counters were reset: a pulse leads in. */
  readonly leadMs: number;
}

/** What a report keeps of an admission's figures for one phase; undefined when the limits were off. */
export function phaseLimits(
  report: AdmissionReport,
  witness: PhaseWitness,
): PhaseLimits | undefined {
  const { mode, attempts, writes, delays } = report;
  if (mode === "off") return undefined;
  const { queueing } = delays;
  const secondOf = (atMs: number): number => Math.max(0, (atMs - witness.leadMs) / 1000);
  return {
    mode,
    warmedTo: witness.warmedTo,
    commits: attempts.commit + attempts.batchWrite,
    queries: attempts.query,
    writes: writes.attempted,
    indexEntries: report.indexEntriesWritten,
    commitsSent: witness.commitsSent,
    refusedAttempts: Object.values(report.refusedAttempts).reduce((sum, one) => sum + one, 0),
    refusedWrites: writes.refused,
    delayedWrites: writes.delayed,
    queueing: {
      samples: queueing.count,
      meanMs: queueing.count === 0 ? 0 : queueing.sumMs / queueing.count,
      p99Ms: queueing.p99Ms,
      maxMs: queueing.maxMs,
    },
    refusals: report.refusals
      .slice(0, REFUSALS_MAX)
      .filter(({ count }) => count > 0)
      .map((group) => ({
        limit: group.limit,
        subject: group.subject,
        subjectKind: group.subjectKind,
        code: group.code,
        attempts: group.count,
        explanation: group.explanation,
        firstSecond: secondOf(group.firstMs),
      })),
    refusalsNotListed:
      report.refusalsNotListed + Math.max(0, report.refusals.length - REFUSALS_MAX),
    hottest: report.hottest.slice(0, HOTTEST_MAX).map((hot) => ({
      limit: hot.limit,
      subject: hot.subject,
      subjectKind: hot.subjectKind,
      operationsPerSecond: hot.operationsPerSecond,
      allowedPerSecond: hot.allowedPerSecond,
      utilisation: hot.utilisation,
      atSecond: secondOf(hot.atMs),
      delayed: hot.delayed,
      refused: hot.refused,
    })),
    missingIndexes: report.missingIndexes
      .filter(({ count }) => count > 0)
      .map(({ collectionGroup, count, json }) => ({ collectionGroup, queries: count, json })),
  };
}
