import type { StagingProject } from "../../staging/project.ts";
import { SAMPLE_PERIOD_MS, type MetricId } from "../catalogue/firestore-metrics.ts";
import type { Span } from "../compare/compare-counts.ts";
import { openGoogleMetricReader } from "./google-metric-reader.ts";
import { MonitoringFault, operatorError } from "./monitoring-fault.ts";
import type { Patience } from "./patient-pages.ts";
import { readMetrics, type MetricsReading } from "./read-metrics.ts";

const WANTED: readonly MetricId[] = [
  "writes",
  "reads",
  "deletes",
  "requests",
  "latencies",
  "rules",
];

export interface WitnessSurroundings extends Patience {
  /** How much of the wait for Monitoring's samples is left. */
  readonly onWait: (leftMs: number, totalMs: number) => void;
}

/** So long before is looked at, too: what is there then is not the run's. */
const QUIET_SAMPLES = 10;

/**
 * Reads all that Plimsoll knows of a project's metrics in a span of time, and some while before.
 * Rejects with a UserError where Monitoring refuses, and with the signal's reason.
 */
export async function readProject(
  project: StagingProject,
  { span, isPatient }: { readonly span: Span; readonly isPatient: boolean },
  surroundings: WitnessSurroundings,
): Promise<MetricsReading> {
  // Without credentials no name need be looked up, nor any call repeated.
  await project.tokens.accessToken();
  const reader = openGoogleMetricReader(project);
  try {
    return await readMetrics(
      reader,
      {
        project: project.projectId,
        database: project.databaseId,
        wanted: WANTED,
        fromMs: span.fromMs - QUIET_SAMPLES * SAMPLE_PERIOD_MS,
        untilMs: span.toMs,
        isPatient,
      },
      surroundings,
      surroundings.onWait,
    );
  } catch (error) {
    if (error instanceof MonitoringFault) throw operatorError(error, project.projectId);
    throw error;
  } finally {
    await reader.close();
  }
}
