import type { ModelConstants } from "../capacity/constants.ts";
import type { LoadedQueue } from "../capacity/capacity-model.ts";
import type { KeySpace } from "../capacity/key-space.ts";
import type { LatencyProfile } from "../capacity/latency.ts";
import { LIMITS } from "../limits/limits.ts";
import type { DatabaseState } from "./database-state.ts";
import type { HotDocuments } from "./hot-documents.ts";
import { limitOf } from "./obstacle-refusal.ts";
import type { Recorder } from "./recorder.ts";
import type { AdmissionMode, AdmissionReport, HotSubject, KeySpaceReport } from "./report.ts";
import { queueName, spaceOf } from "./subject-name.ts";

export interface ReportParts {
  readonly mode: AdmissionMode;
  readonly latencyProfile: LatencyProfile;
  readonly recorder: Recorder;
  readonly hotDocuments: HotDocuments;
  readonly databases: readonly DatabaseState[];
  readonly constants: ModelConstants;
  readonly nowMs: number;
}

const MAX_HOTTEST = 50;
const MAX_SPACES = 100;

export function admissionReport(parts: ReportParts): AdmissionReport {
  const { recorder, databases, nowMs } = parts;
  const spaces = databases.flatMap(({ key, model }) =>
    model.spaces().map((space) => ({ database: key, space })),
  );
  const busiest = spaces
    .map(({ database, space }) => spaceReport(database, space, nowMs))
    .sort((left, right) => right.operations - left.operations);
  return {
    version: 1,
    mode: parts.mode,
    latencyProfile: parts.latencyProfile,
    sinceMonotonicMs: recorder.sinceMs,
    durationMs: nowMs - recorder.sinceMs,
    attempts: { ...recorder.attempts },
    refusedAttempts: { ...recorder.refusedAttempts },
    writes: { ...recorder.writes },
    indexEntriesWritten: recorder.indexEntriesWritten,
    delays: { latency: recorder.latency.summary(), queueing: recorder.queueing.summary() },
    refusals: recorder.refusals(),
    refusalsNotListed: recorder.refusalsNotListed,
    hottest: hottestSubjects(parts, spaces),
    spaces: busiest.slice(0, MAX_SPACES),
    spacesNotListed: Math.max(0, busiest.length - MAX_SPACES),
    missingIndexes: recorder.missingIndexes(),
    assumed: assumedFigures(parts.constants),
  };
}

interface LoadedSubject {
  readonly database: string;
  readonly queue: LoadedQueue;
  readonly utilisation: number;
}

/** Before they are written down: whether a range is a tail takes long to find out. */
function loadedSubjects(
  database: string,
  space: KeySpace,
  nowMs: number,
): readonly LoadedSubject[] {
  const queues: readonly LoadedQueue[] = [space, ...space.ranges];
  return queues.flatMap((queue) => {
    queue.refreshPeak(nowMs);
    if (queue.peakUtilisation < 0.1 && queue.delayed + queue.refused === 0) return [];
    return [{ database, queue, utilisation: queue.peakUtilisation }];
  });
}

function hotSubject({ database, queue }: LoadedSubject, sinceMs: number): HotSubject {
  return {
    limit: limitOf(queue),
    subjectKind: spaceOf(queue).kind === "index" ? "index-range" : "collection",
    subject: queueName(queue),
    database,
    operationsPerSecond: queue.peakRate,
    allowedPerSecond: queue.peakAllowed,
    utilisation: queue.peakUtilisation,
    atMs: Math.max(0, queue.peakAtMs - sinceMs),
    delayed: queue.delayed,
    refused: queue.refused,
  };
}

function hottestSubjects(
  { recorder, hotDocuments, nowMs }: ReportParts,
  spaces: readonly { readonly database: string; readonly space: KeySpace }[],
): readonly HotSubject[] {
  const hottestFirst = (left: { utilisation: number }, right: { utilisation: number }): number =>
    right.utilisation - left.utilisation;
  const queues = spaces
    .flatMap(({ database, space }) => loadedSubjects(database, space, nowMs))
    .sort(hottestFirst)
    .slice(0, MAX_HOTTEST)
    .map((subject) => hotSubject(subject, recorder.sinceMs));
  return [...hotDocuments.subjects(recorder.sinceMs), ...queues]
    .sort(hottestFirst)
    .slice(0, MAX_HOTTEST);
}

function spaceReport(database: string, space: KeySpace, nowMs: number): KeySpaceReport {
  const sum = (figure: (range: KeySpace["ranges"][number]) => number): number =>
    space.ranges.reduce((total, range) => total + figure(range), 0);
  return {
    database,
    kind: space.kind,
    space: space.name,
    ranges: space.ranges.length,
    splits: space.splits,
    merges: space.merges,
    operations: Math.round(sum((range) => range.operations)),
    operationsPerSecond: sum((range) => range.offeredRate(nowMs)),
    allowedPerSecond: space.servedRate(nowMs),
    longestWaitMs: space.ranges.reduce(
      (most, range) => Math.max(most, range.waitMs(nowMs)),
      space.waitMs(nowMs),
    ),
  };
}

function assumedFigures(constants: ModelConstants): AdmissionReport["assumed"] {
  return Object.entries(constants).map(([id, value]) => {
    const { unit, limits } = LIMITS[id as keyof ModelConstants];
    return { id, value, unit, limits };
  });
}
