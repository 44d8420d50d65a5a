import type { PhaseCounts } from "../measure/phase-counts.ts";
import type { PhaseLimits, Second } from "../report/result.ts";
import type { PhaseFacts } from "../verify/facts.ts";

/**
 * What a phase counted, for all the users whom its simulated ones stand for. Here and nowhere else:
 * whatever counts while a run goes on counts simulated users and their doings. Durations, rates of
 * key ranges and single documents stay as they are, and so do distributions, of which each sample
 * stands for as many.
 */
export function weighFacts(facts: PhaseFacts, cohort: number): PhaseFacts {
  if (cohort === 1) return facts;
  const { limits } = facts;
  return {
    ...facts,
    users: facts.users * cohort,
    enabledUsers: facts.enabledUsers * cohort,
    counts: weighCounts(facts.counts, cohort),
    usersDue: facts.usersDue * cohort,
    usersServed: facts.usersServed * cohort,
    retries: {
      ...facts.retries,
      due: facts.retries.due * cohort,
      skipped: facts.retries.skipped * cohort,
    },
    limiterWaits: facts.limiterWaits.map(([reason, times]) => [reason, times * cohort]),
    failures: facts.failures.map(([cause, times]) => [cause, times * cohort]),
    limits: limits === null ? null : weighLimits(limits, cohort),
    series: facts.series.map((second) => weighSecond(second, cohort)),
  };
}

/** The workers' own writes are counted as parts of a simulated user's. */
function whole(count: number, cohort: number): number {
  return Math.round(count * cohort);
}

/** Sweeps, workers' wakes and listeners are as many as there would be with all the users. */
const NOT_OF_USERS: ReadonlySet<keyof PhaseCounts> = new Set([
  "sweeps",
  "overlappingSweeps",
  "failedSweeps",
  "completeSweeps",
  "worstLatenessMs",
  "wakes",
  "lateWakes",
  "worstWakeMs",
  "listenersEnded",
]);

/** Counts of which each is of users and their doings. */
export function weighEach<Name extends string>(
  counts: Readonly<Record<Name, number>>,
  cohort: number,
): Record<Name, number> {
  const weighed = Object.entries<number>(counts).map(([name, count]) => [name, count * cohort]);
  return Object.fromEntries(weighed) as Record<Name, number>;
}

export function weighCounts(counts: PhaseCounts, cohort: number): PhaseCounts {
  if (cohort === 1) return counts;
  const weighed = Object.entries(counts).map(([name, count]: [string, number | null]) => {
    const isOfUsers = !NOT_OF_USERS.has(name as keyof PhaseCounts);
    return [name, count === null || !isOfUsers ? count : whole(count, cohort)];
  });
  return {
    ...(Object.fromEntries(weighed) as PhaseCounts),
    limiterWaitMs: counts.limiterWaitMs * cohort,
  };
}

function weighSecond(second: Second, cohort: number): Second {
  return {
    ...second,
    writesOffered: whole(second.writesOffered, cohort),
    writesCommitted: whole(second.writesCommitted, cohort),
    commits: second.commits * cohort,
    retries: second.retries * cohort,
    refusals: second.refusals * cohort,
    clientOperations: second.clientOperations * cohort,
    clientErrors: second.clientErrors * cohort,
    limiterRate: second.limiterRate === null ? null : second.limiterRate * cohort,
  };
}

/** Its rates are those of ranges, which were charged for everybody. */
function weighLimits(limits: PhaseLimits, cohort: number): PhaseLimits {
  return {
    ...limits,
    commits: limits.commits * cohort,
    queries: limits.queries * cohort,
    writes: limits.writes * cohort,
    indexEntries: limits.indexEntries * cohort,
    commitsSent: limits.commitsSent * cohort,
    refusedAttempts: limits.refusedAttempts * cohort,
    refusedWrites: limits.refusedWrites * cohort,
    delayedWrites: limits.delayedWrites * cohort,
    refusals: limits.refusals.map((refusal) => ({
      ...refusal,
      attempts: refusal.attempts * cohort,
    })),
    hottest: limits.hottest.map((hot) => ({
      ...hot,
      delayed: hot.delayed * cohort,
      refused: hot.refused * cohort,
    })),
    missingIndexes: limits.missingIndexes.map((missing) => ({
      ...missing,
      queries: missing.queries * cohort,
    })),
  };
}
