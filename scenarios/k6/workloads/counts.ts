import { Counter } from "k6/metrics";
import { bucketOf, LATENCY_BUCKETS } from "../../../src/sim/k6/workloads/latency-buckets.ts";
import { STATUS_CODES } from "../../../src/system/store/status.ts";
import type { WorkloadOperation } from "../../../src/sim/k6/workloads/workload-file.ts";

/*
 * Virtual users share no memory, and the summary sees metrics only. So where several processes make one load,
 * each latency is counted by the tag `bucket` of a counter, and each bucket is declared beforehand, by a
 * threshold that nothing can miss: only then is it in the summary. (0.13 ms of processor an operation for 2,304 buckets,
 * measured on v1.8.1 and v2.2.0 on 2026-11-26; without a collector nothing of it is done.)
 */

export const IS_COLLECTED = (__ENV["PLIMSOLL_COLLECT"] ?? "") !== "";

const OPERATIONS = [
  "open-trades",
  "sell-trades-24h",
  "tenant-ledger",
  "account-snapshot",
  "recent-signals",
  "ledger-create",
  "sign-up",
] as const satisfies readonly WorkloadOperation["name"][];

type OperationName = (typeof OPERATIONS)[number];

const OK = "OK";
const CODES = [OK, ...STATUS_CODES];
const BUCKETS = Array.from({ length: LATENCY_BUCKETS }, (_, bucket) => ({ bucket: `${bucket}` }));

const latencies: Partial<Record<OperationName, Counter>> = {};
const outcomes: Partial<Record<OperationName, Counter>> = {};
if (IS_COLLECTED) {
  for (const name of OPERATIONS) {
    latencies[name] = new Counter(latencyMetric(name));
    outcomes[name] = new Counter(outcomeMetric(name));
  }
}

function latencyMetric(operation: OperationName): string {
  return `plimsoll_buckets_${operation.replace(/-/g, "_")}`;
}

function outcomeMetric(operation: OperationName): string {
  return `plimsoll_outcomes_${operation.replace(/-/g, "_")}`;
}

/** Counts one operation that has ended; `code` is "OK" or a status. */
export function count(operation: OperationName, code: string, latencyMs: number): void {
  outcomes[operation]?.add(1, { code });
  if (code === OK) latencies[operation]?.add(1, BUCKETS[bucketOf(latencyMs)] ?? { bucket: "0" });
}

export function countThresholds(
  operations: readonly WorkloadOperation[],
): Record<string, string[]> {
  const thresholds: Record<string, string[]> = {};
  if (!IS_COLLECTED) return thresholds;
  for (const { name } of operations) {
    for (const { bucket } of BUCKETS)
      thresholds[`${latencyMetric(name)}{bucket:${bucket}}`] = ALWAYS;
    for (const code of CODES) thresholds[`${outcomeMetric(name)}{code:${code}}`] = ALWAYS;
  }
  return thresholds;
}

const ALWAYS = ["count>=0"];

/** A metric of handleSummary's. */
interface SummaryMetric {
  readonly values: Readonly<Record<string, number | undefined>>;
  readonly thresholds?: Readonly<Record<string, { readonly ok: boolean }>>;
}
export type SummaryMetrics = Readonly<Record<string, SummaryMetric | undefined>>;

/** What the counters of an operation came to. */
export function countsOf(metrics: SummaryMetrics, operation: OperationName) {
  const at = (metric: string): number => metrics[metric]?.values["count"] ?? 0;
  const codes = CODES.map(
    (code) => [code, at(`${outcomeMetric(operation)}{code:${code}}`)] as const,
  );
  const buckets = BUCKETS.map(({ bucket }, index): [number, number] => [
    index,
    at(`${latencyMetric(operation)}{bucket:${bucket}}`),
  ]);
  return {
    outcomes: Object.fromEntries(codes.filter(([, times]) => times > 0)),
    buckets: buckets.filter(([, times]) => times > 0),
  };
}
