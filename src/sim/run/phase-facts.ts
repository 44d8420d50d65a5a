import type { Scenario } from "../config/scenario.ts";
import { weighEach, weighFacts } from "../cohort/weigh-facts.ts";
import type { Billed } from "../measure/billed-operations.ts";
import { Histogram } from "../measure/histogram.ts";
import { isQuery } from "../measure/client-queries.ts";
import type { PhaseRecorder } from "../measure/phase-recorder.ts";
import type { HistogramSummary, Phase, PhaseLimits, Second } from "../report/result.ts";
import type { PhaseFacts } from "../verify/facts.ts";
import { clientRates } from "./client-rates.ts";

/** A phase as it ended: its recorder, and what it was to do. */
export interface EndedPhase {
  readonly scenario: Scenario;
  readonly recorder: PhaseRecorder;
  readonly durationMs: number;
  /** The run ended in the middle of it. */
  readonly cut: boolean;
  readonly users: number;
  readonly openTrades: number;
  /** Wall time at which it began, for placing commit times in it. */
  readonly startedWallMs: number;
  readonly series: readonly Second[];
  /** undefined when the limits were off. */
  readonly limits: PhaseLimits | undefined;
  readonly billed: { readonly service: Billed; readonly clients: Billed };
}

/** What is kept of a phase once it is over: figures, and none of what they were made from. */
export interface MeasuredPhase {
  readonly facts: PhaseFacts;
  readonly result: Phase;
  /** Every distribution that has samples. */
  readonly histograms: readonly HistogramSummary[];
  readonly series: readonly Second[];
  readonly startedWallMs: number;
}

/** `cohort`: how many alike users each simulated one stands for. */
export function measuredPhase(ended: EndedPhase, cohort: number): MeasuredPhase {
  const facts = weighFacts(phaseFacts(ended), cohort);
  return {
    facts,
    result: phaseResult(ended, facts, cohort),
    histograms: phaseHistograms(ended, facts),
    series: facts.series,
    startedWallMs: ended.startedWallMs,
  };
}

const LABELS = {
  "pnl-commit": "from the moment a user's update was due (quotes are taken) to each of its commits",
  "pnl-listener": "from the moment a user's update was due to a listener's view of it",
  "direct-commit": "from the moment a direct write was due to its commit; refused ones have none",
  "commit-call": "one commit call of the pulse, limiter and retries left out",
  query: "any read of a client, from its intended start to its answer",
  onboarding: "from a sign-up's intended start to the commit of all seven groups",
} as const;

function phaseFacts(ended: EndedPhase): PhaseFacts {
  const { scenario, recorder, durationMs, cut, users, startedWallMs, series } = ended;
  const worst = recorder.sent.worstSecond();
  return {
    name: scenario.name,
    durationMs,
    cut,
    users,
    enabledUsers: users,
    documentWritesPerUserPerMinute: scenario.documentWritesPerUserPerMinute,
    hasPulse: scenario.pulse !== null,
    hasClients: scenario.clients !== null,
    hasSignUps: scenario.clients?.perUserPerMinute["sign-up"] !== undefined,
    directWritesPerSecond: scenario.directWrites?.writesPerSecond ?? null,
    counts: recorder.counts,
    usersDue: recorder.updates.usersDue,
    usersServed: recorder.updates.usersServed,
    worstSecond: {
      writes: worst.writes,
      atSecond: worst.writes === 0 ? 0 : (worst.atMs - startedWallMs) / 1000,
    },
    worstSecondApplied: recorder.applied.worstSecond().writes,
    worstDocument: recorder.sent.worstDocument(),
    pnlCommit: summary(recorder.pnlCommit, "pnl-commit", scenario),
    pnlListener: summary(recorder.listeners.histogram, "pnl-listener", scenario),
    queries: summary(recorder.queries(), "query", scenario),
    queryKinds: queryKinds(ended),
    onboarding: summary(signUps(recorder), "onboarding", scenario),
    limiterUses: recorder.limiterWatches.map((watch) => watch.use()),
    retries: {
      due: recorder.retries.count,
      skipped: recorder.retries.skipped,
      reason: recorder.retries.firstReason,
    },
    limiterWaits: byCount(recorder.limiterWaits),
    failures: byCount(recorder.failures),
    directCommit: summary(recorder.directCommit, "direct-commit", scenario),
    generator: recorder.generator,
    limits: ended.limits ?? null,
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

function queryKinds({ scenario, recorder }: EndedPhase): ReadonlyMap<string, HistogramSummary> {
  const kinds = [...recorder.operations].filter(([name]) => isQuery(name));
  return new Map(kinds.map(([name, histogram]) => [name, summary(histogram, "query", scenario)]));
}

function signUps(recorder: PhaseRecorder): Histogram {
  return recorder.operations.get("sign-up") ?? new Histogram();
}

function byCount(counts: ReadonlyMap<string, number>): readonly (readonly [string, number])[] {
  return [...counts].sort((left, right) => right[1] - left[1]);
}

function phaseHistograms(ended: EndedPhase, facts: PhaseFacts): readonly HistogramSummary[] {
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
    facts.directCommit,
    ...operations,
  ].filter(({ count }) => count > 0);
}

/** Different failures that a result holds: the rest are rare, and the log has them. */
const FAILURES_KEPT = 20;

/** A phase as the report shows it. */
function phaseResult(ended: EndedPhase, facts: PhaseFacts, cohort: number): Phase {
  const { counts } = facts;
  // A phase may be ended before it has begun.
  const seconds = Math.max(1000, facts.durationMs) / 1000;
  const offered = counts.writesOffered + counts.directDue;
  const committed = counts.writesCommitted + counts.directCommitted;
  return {
    name: facts.name,
    summary: ended.scenario.summary,
    durationMs: facts.durationMs,
    users: facts.users,
    openTrades: ended.openTrades * cohort,
    sweeps: counts.sweeps,
    overlappingSweeps: counts.overlappingSweeps,
    usersSwept: counts.usersSwept,
    usersFailed: counts.usersFailed,
    writesOffered: offered,
    writesCommitted: committed,
    offeredPerSecond: offered / seconds,
    committedPerSecond: committed / seconds,
    retriedCommits: counts.retriedCommits,
    abortedCommits: counts.abortedCommits,
    worstSecond: facts.worstSecond,
    worstDocument: facts.worstDocument,
    clientOperations: counts.clientOperations,
    clientErrors: counts.clientErrors,
    lateArrivals: counts.lateArrivals,
    droppedArrivals: counts.droppedArrivals,
    worstLatenessMs: counts.worstLatenessMs,
    wakes: counts.wakes,
    lateWakes: counts.lateWakes,
    worstWakeMs: counts.worstWakeMs,
    cut: facts.cut,
    failedSweeps: counts.failedSweeps,
    usersDue: facts.usersDue,
    usersServed: facts.usersServed,
    pnlUnfinished: counts.pnlUnfinished,
    staleReads: counts.staleReads,
    contendedCommits: counts.contendedCommits,
    clientRetries: counts.clientRetries,
    listenersEnded: counts.listenersEnded,
    ...clientsPerSecond(ended, cohort),
    ...directWrites(ended),
    ...generatorResult(facts),
    ...(facts.limits === null ? {} : { limits: facts.limits }),
    billed: {
      service: weighEach(ended.billed.service, cohort),
      clients: weighEach(ended.billed.clients, cohort),
    },
    limiterWaitMs: counts.limiterWaitMs,
    limiterWaits: Object.fromEntries(facts.limiterWaits),
    failures: Object.fromEntries(facts.failures.slice(0, FAILURES_KEPT)),
    fairness: ended.recorder.tenants.fairness(),
  };
}

function generatorResult({ generator }: PhaseFacts): Pick<Phase, "generator"> {
  if (generator === null) return {};
  return { generator: { ...generator, faults: [...generator.faults] } };
}

function directWrites({ scenario, recorder: { counts } }: EndedPhase): Pick<Phase, "direct"> {
  if (scenario.directWrites === null) return {};
  return {
    direct: {
      due: counts.directDue,
      committed: counts.directCommitted,
      failed: counts.directFailed,
      dropped: counts.directDropped,
    },
  };
}

/** What the users of a scenario would start in a second, and what its bound lets them start. */
function clientsPerSecond(
  { scenario: { clients }, users }: EndedPhase,
  cohort: number,
): Pick<Phase, "clientsAskedPerSecond" | "clientsStartedPerSecond"> {
  if (clients === null) return {};
  const { asked, started } = clientRates(clients, users);
  return {
    clientsAskedPerSecond: asked * cohort,
    clientsStartedPerSecond: started * cohort,
  };
}
