import type { Second } from "../result.ts";

/** Most points a plot is given: more than its pixels show, and a page that stays small. */
const POINTS_MAX = 7200;

export interface ThinnedSeries {
  /** Seconds that each point stands for. */
  readonly step: number;
  readonly seconds: readonly Second[];
}

/**
 * The series with at most POINTS_MAX points. Longer ones are cut into stretches of equal length:
 * rates become the stretch's mean, latencies, backlog and troubles its worst. A stretch never
 * reaches across a phase's end.
 */
export function thinSeries(series: readonly Second[], pointsMax = POINTS_MAX): ThinnedSeries {
  const step = Math.max(1, Math.ceil(series.length / pointsMax));
  if (step === 1) return { step, seconds: series };
  const stretches = new Map<string, Second[]>();
  for (const second of series) {
    const key = `${second.phase} ${Math.floor(second.second / step)}`;
    const stretch = stretches.get(key);
    if (stretch === undefined) stretches.set(key, [second]);
    else stretch.push(second);
  }
  return { step, seconds: [...stretches.values()].map(summarise) };
}

function summarise(stretch: readonly Second[]): Second {
  const first = stretch[0] as Second;
  const mean = (field: NumberField): number =>
    stretch.reduce((sum, second) => sum + (second[field] ?? 0), 0) / stretch.length;
  const worst = (field: NumberField): number =>
    Math.max(...stretch.map((each) => each[field] ?? 0));
  const worstSampled = (field: NumberField): number | null =>
    stretch.every((second) => second[field] === null) ? null : worst(field);
  return {
    second: first.second,
    phase: first.phase,
    regime: first.regime,
    marketUpdates: mean("marketUpdates"),
    writesOffered: mean("writesOffered"),
    writesCommitted: mean("writesCommitted"),
    commits: mean("commits"),
    retries: worst("retries"),
    refusals: worst("refusals"),
    clientOperations: mean("clientOperations"),
    clientErrors: worst("clientErrors"),
    pnlP50Ms: worstSampled("pnlP50Ms"),
    pnlP99Ms: worstSampled("pnlP99Ms"),
    queryP95Ms: worstSampled("queryP95Ms"),
    limiterRate: worstSampled("limiterRate"),
    limiterBacklogMs: worstSampled("limiterBacklogMs"),
  };
}

type NumberField = Exclude<keyof Second, "phase" | "regime" | "second">;
