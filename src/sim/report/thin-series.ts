import type { Second } from "./result.ts";

/** Most rows kept of one phase: an hour by the second; of a day, one for every 24 seconds. */
export const PHASE_ROWS_MAX = 3600;

/**
 * Each phase's rows, or of a long phase, one for each stretch of equal length, the last one shorter
 * if need be: at most `rowsMax` a phase.
 */
export function thinPhases(series: readonly Second[], rowsMax = PHASE_ROWS_MAX): Second[] {
  return phasesOf(series).flatMap((rows) => mergeRows(rows, Math.ceil(rows.length / rowsMax)));
}

/**
 * Joins every `count` neighbouring rows of a phase, thinned before or not. Counts are summed, so that
 * no sum over the series changes; of p50 the median row's stays, of everything else the worst.
 */
export function thinSeries(series: readonly Second[], count: number): Second[] {
  return phasesOf(series).flatMap((rows) => mergeRows(rows, count));
}

/** How many seconds a row stands for. */
export function secondsOf({ seconds }: Second): number {
  return seconds ?? 1;
}

function phasesOf(series: readonly Second[]): readonly (readonly Second[])[] {
  const phases = new Map<string, Second[]>();
  for (const row of series) {
    const rows = phases.get(row.phase);
    if (rows === undefined) phases.set(row.phase, [row]);
    else rows.push(row);
  }
  return [...phases.values()];
}

function mergeRows(rows: readonly Second[], count: number): readonly Second[] {
  if (count <= 1) return rows;
  return Array.from({ length: Math.ceil(rows.length / count) }, (_, index) =>
    merge(rows.slice(index * count, (index + 1) * count)),
  );
}

type Count =
  | "marketUpdates"
  | "writesOffered"
  | "writesCommitted"
  | "commits"
  | "retries"
  | "refusals"
  | "clientOperations"
  | "clientErrors";

type Figure = "pnlP99Ms" | "queryP95Ms" | "limiterRate" | "limiterBacklogMs";

function merge(rows: readonly Second[]): Second {
  const [first, ...more] = rows as readonly [Second, ...Second[]];
  if (more.length === 0) return first;
  const sum = (field: Count): number => rows.reduce((total, row) => total + row[field], 0);
  const most = (figures: readonly number[]): number => figures.reduce((a, b) => Math.max(a, b), 0);
  const worst = (field: Figure): number | null => {
    const sampled = rows.flatMap((row) => row[field] ?? []);
    return sampled.length === 0 ? null : most(sampled);
  };
  return {
    second: first.second,
    seconds: rows.reduce((total, row) => total + secondsOf(row), 0),
    phase: first.phase,
    regime: longestRegime(rows),
    marketUpdates: sum("marketUpdates"),
    writesOffered: sum("writesOffered"),
    writesCommitted: sum("writesCommitted"),
    commits: sum("commits"),
    retries: sum("retries"),
    refusals: sum("refusals"),
    clientOperations: sum("clientOperations"),
    clientErrors: sum("clientErrors"),
    pnlP50Ms: median(rows.flatMap(({ pnlP50Ms }) => pnlP50Ms ?? [])),
    pnlP99Ms: worst("pnlP99Ms"),
    queryP95Ms: worst("queryP95Ms"),
    limiterRate: worst("limiterRate"),
    limiterBacklogMs: worst("limiterBacklogMs"),
    writesOfferedMax: most(rows.map((row) => row.writesOfferedMax ?? row.writesOffered)),
    writesCommittedMax: most(rows.map((row) => row.writesCommittedMax ?? row.writesCommitted)),
  };
}

/** By nearest rank. */
function median(figures: readonly number[]): number | null {
  const sorted = [...figures].sort((left, right) => left - right);
  return sorted[Math.ceil(sorted.length / 2) - 1] ?? null;
}

/** Of several as long, the earliest. */
function longestRegime(rows: readonly Second[]): string {
  const seconds = new Map<string, number>();
  for (const row of rows) {
    seconds.set(row.regime, (seconds.get(row.regime) ?? 0) + secondsOf(row));
  }
  const longest = Math.max(...seconds.values());
  return [...seconds].find(([, length]) => length === longest)?.[0] ?? "";
}
