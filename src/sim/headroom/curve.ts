import { stringify } from "csv-stringify/sync";
import type { HeadroomResult } from "./headroom-result.ts";
import type { TrialSummary } from "./trial-summary.ts";

/** curve.csv: one row for each load and seed, loads growing. */
export function renderCurveCsv({ varied, curve }: HeadroomResult): string {
  const rows = sorted(curve ?? []).map((trial) => ({
    [varied]: trial.load,
    seed: trial.seed,
    meets: trial.meets,
    p99_ms: trial.figures.p99Ms,
    p99_of: trial.figures.p99Of,
    queueing_p99_ms: trial.figures.queueingP99Ms,
    attempts: trial.figures.attempts,
    refused_attempts: trial.figures.refusedAttempts,
    refused_share: refusedShare(trial),
    writes_per_second: trial.figures.writesPerSecond,
    failed_checks: trial.failed.join(" "),
  }));
  const columns = [
    varied,
    "seed",
    "meets",
    "p99_ms",
    "p99_of",
    "queueing_p99_ms",
    "attempts",
    "refused_attempts",
    "refused_share",
    "writes_per_second",
    "failed_checks",
  ];
  return stringify(rows, { header: true, columns, cast: { boolean: String } });
}

/** Of all attempts that reached the database, those it refused: 0 to 1. */
export function refusedShare({ figures }: TrialSummary): number {
  const { attempts, refusedAttempts } = figures;
  return attempts === 0 ? 0 : Math.round((refusedAttempts / attempts) * 1e6) / 1e6;
}

function sorted(trials: readonly TrialSummary[]): readonly TrialSummary[] {
  return [...trials].sort((left, right) => left.load - right.load || left.seed - right.seed);
}

/** A load, and what its seeds came to. */
export interface CurvePoint {
  readonly load: number;
  readonly p99Ms: readonly number[];
  readonly refusedShares: readonly number[];
}

/** By load, growing. */
export function curvePoints(trials: readonly TrialSummary[]): readonly CurvePoint[] {
  const loads = [...new Set(sorted(trials).map(({ load }) => load))];
  return loads.map((load) => {
    const of = trials.filter((trial) => trial.load === load);
    return {
      load,
      p99Ms: of.flatMap(({ figures }) => figures.p99Ms ?? []),
      refusedShares: of.map(refusedShare),
    };
  });
}

export function medianOf(values: readonly number[]): number {
  const ordered = [...values].sort((left, right) => left - right);
  return ordered[Math.floor((ordered.length - 1) / 2)] ?? 0;
}
