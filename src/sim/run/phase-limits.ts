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
  const causes = refusalsByCause(report, secondOf);
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
    refusals: causes.slice(0, REFUSALS_MAX),
    refusalsNotListed: report.refusalsNotListed + Math.max(0, causes.length - REFUSALS_MAX),
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

/** One entry for each limit and subject: it may be answered with more than one status. */
function refusalsByCause(
  report: AdmissionReport,
  secondOf: (atMs: number) => number,
): PhaseLimits["refusals"] {
  const byCause = new Map<string, PhaseLimits["refusals"][number]>();
  for (const group of report.refusals) {
    if (group.count === 0) continue;
    const cause = JSON.stringify([group.limit, group.subject, group.database]);
    const known = byCause.get(cause);
    const firstSecond = secondOf(group.firstMs);
    byCause.set(cause, {
      limit: group.limit,
      subject: group.subject,
      subjectKind: group.subjectKind,
      code: known === undefined ? group.code : `${known.code}, ${group.code}`,
      attempts: group.count + (known?.attempts ?? 0),
      explanation: known?.explanation ?? group.explanation,
      firstSecond: Math.min(firstSecond, known?.firstSecond ?? firstSecond),
    });
  }
  return [...byCause.values()].sort((left, right) => right.attempts - left.attempts);
}
