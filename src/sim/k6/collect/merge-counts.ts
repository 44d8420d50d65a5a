import type { ClientOperation } from "../../config/scenario.ts";
import { Histogram } from "../../measure/histogram.ts";
import { bucketEndMs } from "../workloads/latency-buckets.ts";
import type { WorkloadName } from "../workloads/workload-file.ts";
import type { K6Counts } from "./counts-file.ts";
import { segmentFaults } from "./segments.ts";

export interface MergedOperation {
  readonly name: ClientOperation;
  /** Arrivals of the whole load. */
  readonly planned: number;
  readonly ended: number;
  /** By status, without "OK"; the most frequent first. */
  readonly failures: readonly (readonly [string, number])[];
  readonly latency: Histogram;
}

/** A load of several processes as if it had been one's. */
export interface MergedCounts {
  /** null when nothing has come. */
  readonly workload: WorkloadName | null;
  readonly segments: readonly string[];
  /** What of the load is missing or there twice. */
  readonly segmentFaults: readonly string[];
  readonly durationMs: number;
  readonly iterations: number;
  readonly dropped: number;
  readonly faults: number;
  readonly late: number;
  readonly worstLatenessMs: number;
  readonly operations: readonly MergedOperation[];
}

/** Adds up what the segments counted: sums only, so that it does not matter how many there are. */
export function mergeCounts(all: readonly K6Counts[]): MergedCounts {
  const sum = (of: (counts: K6Counts) => number): number =>
    all.reduce((total, counts) => total + of(counts), 0);
  const segments = all.map(({ segment }) => segment);
  const names = new Set(all.flatMap(({ operations }) => operations.map(({ name }) => name)));
  return {
    workload: all[0]?.workload ?? null,
    segments,
    segmentFaults: segmentFaults(segments),
    durationMs: Math.max(0, ...all.map(({ durationMs }) => durationMs)),
    iterations: sum(({ iterations }) => iterations),
    dropped: sum(({ dropped }) => dropped),
    faults: sum(({ faults }) => faults),
    late: sum(({ late }) => late),
    worstLatenessMs: Math.max(0, ...all.map(({ worstLatenessMs }) => worstLatenessMs)),
    operations: [...names].map((name) => mergeOperation(name, all)),
  };
}

function mergeOperation(name: ClientOperation, all: readonly K6Counts[]): MergedOperation {
  const shares = all.flatMap(({ operations }) => operations.filter((one) => one.name === name));
  const outcomes = new Map<string, number>();
  const latency = new Histogram();
  for (const share of shares) {
    for (const [code, count] of Object.entries(share.outcomes)) {
      outcomes.set(code, (outcomes.get(code) ?? 0) + count);
    }
    for (const [bucket, count] of share.buckets) latency.record(bucketEndMs(bucket), count);
  }
  return {
    name,
    planned: Math.max(0, ...shares.map(({ planned }) => planned)),
    ended: [...outcomes.values()].reduce((total, count) => total + count, 0),
    failures: [...outcomes]
      .filter(([code]) => code !== "OK")
      .sort(([, one], [, other]) => other - one),
    latency,
  };
}
