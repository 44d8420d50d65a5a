import type { Clock } from "../../std/clock.ts";
import { UserError } from "../cli/errors.ts";
import type { CountedOperations } from "../measure/counted-operations.ts";
import type { MonitoringEvidence } from "../report/monitoring-evidence.ts";
import type { StagingProject } from "../staging/project.ts";
import { INGEST_DELAY_MS, SAMPLE_PERIOD_MS } from "./catalogue/firestore-metrics.ts";
import { toIso, type Span } from "./compare/compare-counts.ts";
import { compareReading, windowOf } from "./compare/compare-reading.ts";
import { readProject, type WitnessSurroundings } from "./read/read-project.ts";

/**
 * Asks Cloud Monitoring what it counted while a run ran, waits for it, and sets the two side by
 * side. It does not reject: what it cannot read is said in the evidence, and makes the run
 * inconclusive and nothing worse.
 */
export async function witnessRun(
  project: StagingProject,
  tally: { counted(): CountedOperations },
  surroundings: WitnessSurroundings,
): Promise<MonitoringEvidence> {
  const { clock } = surroundings;
  const span = windowOf(tally.counted()) ?? { fromMs: clock.wallMs(), toMs: clock.wallMs() };
  const startedMs = clock.monotonicMs();
  try {
    const reading = await readProject(project, { span, isPatient: true }, surroundings);
    // What goes on while it waits, such as the lease's renewals, is counted by both, too.
    return compareReading(reading, tally.counted(), span);
  } catch (error) {
    return unread(project, span, reasonOf(error), { clock, startedMs });
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof UserError) return `${error.message} ${error.hint}`;
  return error instanceof Error ? error.message : String(error);
}

function unread(
  { projectId, databaseId }: StagingProject,
  span: Span,
  reason: string,
  { clock, startedMs }: { readonly clock: Clock; readonly startedMs: number },
): MonitoringEvidence {
  return {
    project: projectId,
    database: databaseId,
    window: toIso(span),
    readAt: new Date(clock.wallMs()).toISOString(),
    waitedMs: clock.monotonicMs() - startedMs,
    samplePeriodMs: SAMPLE_PERIOD_MS,
    ingestDelayMs: INGEST_DELAY_MS,
    unreadable: reason,
    comparisons: [],
    requests: [],
    latencies: [],
    rules: [],
  };
}
