import type { Scenario } from "../config/scenario.ts";
import { Histogram } from "../measure/histogram.ts";
import type { PhaseRecorder } from "../measure/phase-recorder.ts";
import type { HistogramSummary, Phase, Second } from "../report/result.ts";
import type { PhaseFacts } from "../verify/facts.ts";

/** A phase as it ended: its recorder, and what it was to do. */
export interface EndedPhase {
  readonly scenario: Scenario;
  readonly recorder: PhaseRecorder;
  readonly durationMs: number;
  readonly users: number;
  readonly openTrades: number;
  /** Wall time at which it began, for placing commit times in it. */
  readonly startedWallMs: number;
  readonly series: readonly Second[];
}

const LABELS = {
  "pnl-commit": "from the moment a user's update was due (quotes are taken) to its commit",
  "pnl-listener": "from the moment a user's update was due to a listener's view of it",
  "commit-call": "one commit call of the pulse, limiter and retries left out",
  query: "any query of a client, from its intended start to its answer",
  onboarding: "from a sign-up's intended start to the commit of all seven groups",
} as const;

export function phaseFacts(ended: EndedPhase): PhaseFacts {
  const { scenario, recorder, durationMs, users, startedWallMs, series } = ended;
  const worst = recorder.sent.worstSecond();
  return {
    name: scenario.name,
    durationMs,
    users,
    enabledUsers: users,
    documentWritesPerUserPerMinute: scenario.documentWritesPerUserPerMinute,
    hasPulse: scenario.pulse !== null,
    hasClients: scenario.clients !== null,
    counts: recorder.counts,
    usersDue: recorder.usersDue.size,
    usersServed: recorder.usersServed.size,
    worstSecond: { writes: worst.writes, atSecond: (worst.atMs - startedWallMs) / 1000 },
    worstSecondApplied: recorder.applied.worstSecond().writes,
    worstDocument: recorder.sent.worstDocument(),
    pnlCommit: summary(recorder.pnlCommit, "pnl-commit", scenario),
    pnlListener: summary(recorder.pnlListener, "pnl-listener", scenario),
    queries: summary(recorder.queries(), "query", scenario),
    onboarding: summary(signUps(recorder), "onboarding", scenario),
    limiterWaits: byCount(recorder.limiterWaits),
    failures: byCount(recorder.failures),
    series,
  };
}

function summary(
  histogram: Histogram,
  metric: keyof typeof LABELS,
  { name }: Scenario,
): HistogramSummary {
  return histogram.summarize({ metric, phase: name, describes: LABELS[metric] });
}

function signUps(recorder: PhaseRecorder): Histogram {
  return recorder.operations.get("sign-up") ?? new Histogram();
}

function byCount(counts: ReadonlyMap<string, number>): readonly (readonly [string, number])[] {
  return [...counts].sort((left, right) => right[1] - left[1]);
}

/** Every distribution of a phase that has samples, for the report. */
export function phaseHistograms(ended: EndedPhase, facts: PhaseFacts): readonly HistogramSummary[] {
  const { scenario, recorder } = ended;
  const operations = [...recorder.operations].map(([name, histogram]) =>
    histogram.summarize({
      metric: `client.${name}`,
      phase: scenario.name,
      describes: `client operation ${name}, from its intended start to its answer`,
    }),
  );
  return [
    facts.pnlCommit,
    facts.pnlListener,
    summary(recorder.commitCall, "commit-call", scenario),
    facts.queries,
    facts.onboarding,
    ...operations,
  ].filter(({ count }) => count > 0);
}

/** A phase as the report shows it. */
export function phaseResult(ended: EndedPhase, facts: PhaseFacts): Phase {
  const { counts } = facts;
  const seconds = facts.durationMs / 1000;
  return {
    name: facts.name,
    summary: ended.scenario.summary,
    durationMs: facts.durationMs,
    users: facts.users,
    openTrades: ended.openTrades,
    sweeps: counts.sweeps,
    overlappingSweeps: counts.overlappingSweeps,
    usersSwept: counts.usersSwept,
    usersFailed: counts.usersFailed,
    writesOffered: counts.writesOffered,
    writesCommitted: counts.writesCommitted,
    offeredPerSecond: counts.writesOffered / seconds,
    committedPerSecond: counts.writesCommitted / seconds,
    retriedCommits: counts.retriedCommits,
    abortedCommits: counts.abortedCommits,
    worstSecond: facts.worstSecond,
    worstDocument: facts.worstDocument,
    clientOperations: counts.clientOperations,
    clientErrors: counts.clientErrors,
    lateArrivals: counts.lateArrivals,
    worstLatenessMs: counts.worstLatenessMs,
    limiterWaitMs: counts.limiterWaitMs,
    limiterWaits: Object.fromEntries(facts.limiterWaits),
    fairness: ended.recorder.tenants.fairness(),
  };
}
