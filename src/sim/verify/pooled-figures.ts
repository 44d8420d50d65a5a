import { Histogram } from "../measure/histogram.ts";
import type { HistogramSummary } from "../report/result.ts";
import { MINIMUM_SAMPLES } from "./benchmark-table.ts";
import type { LatencyTarget, Measured } from "./latency-check.ts";

type Quantile = Pick<LatencyTarget, "quantile">;

/**
 * The figures to judge where a phase alone may have too few samples: each part that carries the
 * quantile by itself, so that a slow phase cannot hide among fast ones, and all parts together.
 */
export function pooledFigures(
  target: Quantile,
  name: string,
  parts: readonly Measured[],
): readonly Measured[] {
  return [...parts.filter((part) => carries(target, part)), ...poolsOf(target, name, parts)];
}

/** All parts together; those in which the harness was late apart, or they would taint the others. */
export function poolsOf(
  target: Quantile,
  name: string,
  parts: readonly Measured[],
): readonly Measured[] {
  const timely = parts.filter(({ late }) => !late);
  const late = parts.filter((part) => part.late);
  const pools = [pool(name, timely), pool(`${name} in which the harness was late`, late)];
  const deciding = pools.filter((figure) => carries(target, figure));
  return deciding.length > 0 ? deciding : [pool(name, parts)];
}

/** Whether there are samples enough for the quantile. */
export function carries({ quantile }: Quantile, { histogram }: Measured): boolean {
  return histogram.count >= MINIMUM_SAMPLES[quantile];
}

/** Several figures as one, from all their samples. */
function pool(where: string, parts: readonly Measured[]): Measured {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  return {
    where,
    histogram: merge(parts.map(({ histogram }) => histogram)),
    late: parts.some(({ late }) => late),
    worstLatenessMs: Math.max(0, ...parts.map(({ worstLatenessMs }) => worstLatenessMs)),
    cut: parts.every(({ cut }) => cut),
    explain: () => slowest(parts)?.explain() ?? "",
  };
}

function slowest(parts: readonly Measured[]): Measured | undefined {
  return [...parts].sort((left, right) => right.histogram.p99 - left.histogram.p99)[0];
}

function merge(summaries: readonly HistogramSummary[]): HistogramSummary {
  const merged = new Histogram();
  for (const { count, encoded } of summaries) {
    if (count > 0) merged.add(Histogram.decode(encoded));
  }
  return merged.summarize({
    metric: summaries[0]?.metric ?? "pooled",
    phase: null,
    describes: "several phases together",
  });
}
