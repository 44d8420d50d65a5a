import type { Clock } from "../../std/clock.ts";
import { UserError } from "../cli/errors.ts";
import type { CountedOperations } from "../measure/counted-operations.ts";
import type { MonitoringEvidence } from "../report/monitoring-evidence.ts";
import type { StagingProject } from "../staging/project.ts";
import { INGEST_DELAY_MS, SAMPLE_PERIOD_MS, type MetricId } from "./catalogue/firestore-metrics.ts";
import { toIso, type Span } from "./compare/compare-counts.ts";
import { compareReading, windowOf } from "./compare/compare-reading.ts";
import { openGoogleMetricReader } from "./read/google-metric-reader.ts";
import type { MetricReader } from "./read/metric-reader.ts";
import { MonitoringFault, operatorError } from "./read/monitoring-fault.ts";
import { readMetrics } from "./read/read-metrics.ts";

const WITNESSED: readonly MetricId[] = [
  "writes",
  "reads",
  "deletes",
  "requests",
  "latencies",
  "rules",
];

export interface WitnessSurroundings {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
  /** How much of the wait for Monitoring's samples is left. */
  readonly onWait: (leftMs: number, totalMs: number) => void;
}

/** So long before a run is looked at, too: what is there then is not the run's. */
const QUIET_SAMPLES = 10;

/**
 * Asks Cloud Monitoring what it counted while a run ran, waits for it, and sets the two side by
 * side. It does not reject: what it cannot read is said in the evidence, and makes the run
 * inconclusive and nothing worse.
 */
export async function witnessRun(
  project: StagingProject,
  counted: CountedOperations,
  surroundings: WitnessSurroundings,
  openReader: (project: StagingProject) => MetricReader = openGoogleMetricReader,
): Promise<MonitoringEvidence> {
  const { clock, onWait } = surroundings;
  const window = windowOf(counted) ?? { fromMs: clock.wallMs(), toMs: clock.wallMs() };
  const startedMs = clock.monotonicMs();
  const reader = openReader(project);
  try {
    const reading = await readMetrics(
      reader,
      {
        project: project.projectId,
        database: project.databaseId,
        wanted: WITNESSED,
        fromMs: window.fromMs - QUIET_SAMPLES * SAMPLE_PERIOD_MS,
        untilMs: window.toMs,
        isPatient: true,
      },
      surroundings,
      onWait,
    );
    return compareReading(reading, counted, window);
  } catch (error) {
    const reason = reasonOf(error, project.projectId);
    return unread(project, window, reason, { clock, startedMs });
  } finally {
    await reader.close();
  }
}

function reasonOf(error: unknown, project: string): string {
  if (error instanceof MonitoringFault) {
    const { message, hint } = operatorError(error, project);
    return `${message} ${hint}`;
  }
  if (error instanceof UserError) return `${error.message} ${error.hint}`;
  return error instanceof Error ? error.message : String(error);
}

function unread(
  { projectId, databaseId }: StagingProject,
  window: Span,
  reason: string,
  { clock, startedMs }: { readonly clock: Clock; readonly startedMs: number },
): MonitoringEvidence {
  return {
    project: projectId,
    database: databaseId,
    window: toIso(window),
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
