import type { Check, HistogramSummary } from "../report/result.ts";
import { BENCHMARK, MINIMUM_SAMPLES } from "./benchmark-table.ts";
import { plural } from "./check.ts";
import { concurrentUsers } from "./concurrent-users.ts";
import { contention } from "./contention.ts";
import { explainPhase } from "./explain.ts";
import { drives, type PhaseFacts, type RunFacts } from "./facts.ts";
import { isLate, worstLatenessMs } from "./late-phase.ts";
import { latencyCheck, type Measured } from "./latency-check.ts";
import { carries, pooledFigures, poolsOf } from "./pooled-figures.ts";

/**
 * The rows of the document's benchmark table (section 6), each from real samples or a fail. Rows of
 * a lane that no phase has are left out: a run of direct writes alone says nothing about the pulse.
 */
export function benchmarkChecks(run: RunFacts): readonly Check[] {
  const pulse = drives(run, ({ hasPulse }) => hasPulse);
  const clients = drives(run, ({ hasClients }) => hasClients);
  return [
    ...(pulse ? [concurrentUsers(run), pnlLatency(run), pnlListener(run)] : []),
    ...(pulse || clients ? [contention(run)] : []),
    ...(clients ? [queryLatency(run)] : []),
    ...(measuresSignUps(run) ? [onboarding(run)] : []),
  ];
}

/** On a virtual clock the population is loaded in no time, which is no sign-up measured. */
function measuresSignUps(run: RunFacts): boolean {
  return !run.basis.startsWith("modelled") || drives(run, ({ hasSignUps }) => hasSignUps);
}

/** Every phase with a pulse has commits enough to be judged by itself, and must be. */
function pnlLatency(run: RunFacts): Check {
  const target = {
    id: "benchmark.pnl-latency",
    title: "P&L update latency (quote to commit)",
    section: BENCHMARK.section,
    ...BENCHMARK.pnlLatency,
  };
  const figures = pulsed(run).map((phase) => measured(run, phase, phase.pnlCommit));
  return latencyCheck(target, run.basis, samplesOf(figures), figures);
}

/** A few users are watched, so a calm phase has a handful of samples: they count in the pool. */
function pnlListener(run: RunFacts): Check {
  const target = {
    id: "benchmark.pnl-listener",
    title: "P&L update latency (quote to listener)",
    section: BENCHMARK.section,
    ...BENCHMARK.pnlListener,
  };
  const parts = pulsed(run).map((phase) => measured(run, phase, phase.pnlListener));
  const figures = pooledFigures(target, "all phases", parts);
  const check = latencyCheck(target, run.basis, samplesOf(parts), figures);
  const ended = run.phases.reduce((total, { counts }) => total + counts.listenersEnded, 0);
  if (ended === 0) return check;
  const detail = `${plural(ended, "listener")} ended early, and what they would have seen is not known. See service.ndjson for the reason.`;
  return { ...check, verdict: "inconclusive", detail };
}

/** The worst kind of read over all phases, and the worst phase over all kinds, must both keep it. */
function queryLatency(run: RunFacts): Check {
  const { section, query } = BENCHMARK;
  const target = { id: "benchmark.query-latency", title: "Query performance", section, ...query };
  const driven = run.phases.filter(({ hasClients }) => hasClients);
  const all = driven.map((phase) => ({
    ...measured(run, phase, phase.queries),
    explain: () => howQueriesRan(run),
  }));
  const kinds = [...new Set(driven.flatMap(({ queryKinds }) => [...queryKinds.keys()]))];
  const byKind = kinds.flatMap((kind) => kindFigures(run, driven, kind));
  const figures = [...byKind, ...pooledFigures(target, "all phases", all)];
  return latencyCheck(target, run.basis, samplesOf(all), figures);
}

function howQueriesRan({ evaluatesRules }: RunFacts): string {
  const rules = evaluatesRules ? "through the rules" : "without rules, which cost time";
  return `Queries run as the users, ${rules}. A local database's own speed is not Firestore's.`;
}

/**
 * One kind over all phases: in one phase alone it may have two dozen samples, which is noise. A
 * kind that is too rare even so counts among all reads only.
 */
function kindFigures(
  run: RunFacts,
  phases: readonly PhaseFacts[],
  kind: string,
): readonly Measured[] {
  const parts = phases.flatMap((phase): readonly Measured[] => {
    const histogram = phase.queryKinds.get(kind);
    if (histogram === undefined) return [];
    return [{ ...measured(run, phase, histogram), explain: () => howQueriesRan(run) }];
  });
  return poolsOf(BENCHMARK.query, `${kind}, all phases`, parts)
    .filter((figure) => carries(BENCHMARK.query, figure))
    .map((figure) => ({
      ...figure,
      where: parts.length === 1 ? `${kind}, ${figure.where}` : figure.where,
    }));
}

/**
 * Where the limits hold in phases, the population was loaded past them: its sign-ups are then not
 * pooled with those of the phases, and the row's basis is that of the ones it was decided by.
 */
function onboarding(run: RunFacts): Check {
  const { section, onboarding: row } = BENCHMARK;
  const target = { id: "benchmark.onboarding", title: "User onboarding", section, ...row };
  const explain = (): string => "From the sign-up to the commit of all seven document groups.";
  const loaded: Measured = {
    where: "provisioning",
    histogram: run.provisioning,
    late: false,
    worstLatenessMs: 0,
    cut: false,
    explain,
  };
  const inPhases = run.phases.map((phase) => ({
    ...measured(run, phase, phase.onboarding),
    explain,
  }));
  if (run.basis === run.storedBasis) {
    const parts = [loaded, ...inPhases];
    const figures = pooledFigures(target, "provisioning and all phases", parts);
    return latencyCheck(target, run.basis, samplesOf(parts), figures);
  }
  const limited = pooledFigures(target, "all phases", inPhases).filter(
    (one) => carries(row, one) || isPlainlySlow(one, row.boundMs),
  );
  if (limited.length === 0) {
    return latencyCheck(target, run.storedBasis, samplesOf([loaded]), [loaded]);
  }
  return latencyCheck(target, run.basis, samplesOf([loaded, ...inPhases]), [
    { ...loaded, where: "provisioning (past the limits)" },
    ...limited,
  ]);
}

/** Too few for the row's quantile, and yet so slow that they must not be passed over. */
function isPlainlySlow({ histogram }: Measured, boundMs: number): boolean {
  return histogram.count >= MINIMUM_SAMPLES.p95 && histogram.p95 >= boundMs;
}

function pulsed(run: RunFacts): readonly PhaseFacts[] {
  return run.phases.filter(({ hasPulse }) => hasPulse);
}

function measured(run: RunFacts, phase: PhaseFacts, histogram: HistogramSummary): Measured {
  return {
    where: phase.name,
    phase: phase.name,
    histogram,
    late: isLate(phase),
    worstLatenessMs: worstLatenessMs(phase),
    cut: phase.cut,
    explain: () => explainPhase(phase, run.limits),
  };
}

function samplesOf(figures: readonly Measured[]): number {
  return figures.reduce((total, { histogram }) => total + histogram.count, 0);
}
