import type { Check, HotSubject, Result } from "../report/result.ts";
import { costOf } from "../measure/price-table.ts";

/** A check that a trial alone could not decide. */
export interface Undecided {
  readonly id: string;
  readonly value: number | null;
  readonly bound: number | null;
  readonly samples: number;
}

/** How near what a limit of production guards came to what it takes. */
export interface Heat {
  readonly subject: string;
  readonly limit: string;
  /** 1: as much as it takes. */
  readonly utilisation: number;
}

/** What is kept of one trial. */
export interface Outcome {
  readonly seed: number;
  /** Ids of the checks that failed, and of those that passed. */
  readonly failed: readonly string[];
  readonly passed: number;
  readonly undecided: readonly Undecided[];
  /** From the moment an update was due to its commit. Never committed: as long as it waited. */
  readonly freshnessP50Ms: number;
  readonly freshnessP99Ms: number;
  /** Attempts that production's limits refused, of all. */
  readonly refusedAttempts: number;
  readonly attempts: number;
  /** Document writes of the pulse and its clients, committed a second. */
  readonly committedPerSecond: number;
  /** US dollars that the service's operations come to, for a million writes committed. */
  readonly costPerMillion: number;
  /** Jain's index of the tenants' mean waits, 1 is even; null without samples. */
  readonly fairness: number | null;
  readonly hottest: Heat | null;
  /** Why the first check that failed did; null when none did. */
  readonly brokeFirst: string | null;
}

/** Longer than any trial: what a trial without a single commit comes to. */
const NEVER_MS = 86_400_000;

/** What a trial came to, over all of its phases. */
export function outcomeOf(result: Result): Outcome {
  const { checks, phases, histograms } = result;
  const fresh = histograms.filter(({ metric }) => metric === "pnl-commit");
  const limits = phases.flatMap((phase) => (phase.limits === undefined ? [] : [phase.limits]));
  const committed = sum(phases.map(({ writesCommitted }) => writesCommitted));
  const cost = sum(phases.map(({ billed }) => (billed ? costOf(billed.service) : 0)));
  const seconds = sum(phases.map(({ durationMs }) => durationMs)) / 1000;
  const fairness = phases.flatMap(({ fairness: { jain } }) => (jain === null ? [] : [jain]));
  return {
    seed: result.run.seed,
    failed: checks.filter(({ verdict }) => verdict === "fail").map(({ id }) => id),
    passed: checks.filter(({ verdict }) => verdict === "pass").length,
    undecided: checks.filter(({ verdict }) => verdict === "inconclusive").map(undecided),
    freshnessP50Ms: fresh.length === 0 ? NEVER_MS : Math.max(...fresh.map(({ p50 }) => p50)),
    freshnessP99Ms: fresh.length === 0 ? NEVER_MS : Math.max(...fresh.map(({ p99 }) => p99)),
    refusedAttempts: sum(limits.map(({ refusedAttempts }) => refusedAttempts)),
    attempts: sum(limits.map(({ commits, queries }) => commits + queries)),
    committedPerSecond: committed / Math.max(1, seconds),
    costPerMillion: committed === 0 ? 0 : (cost / committed) * 1_000_000,
    fairness: fairness.length === 0 ? null : Math.min(...fairness),
    hottest: hottestOf(limits.flatMap(({ hottest }) => hottest)),
    brokeFirst: result.brokeFirst?.message ?? null,
  };
}

function undecided({ id, value, bound, samples }: Check): Undecided {
  return { id, value, bound, samples };
}

function hottestOf(subjects: readonly HotSubject[]): Heat | null {
  const [worst] = [...subjects].sort((left, right) => right.utilisation - left.utilisation);
  if (worst === undefined) return null;
  const { subject, limit, utilisation } = worst;
  return { subject, limit, utilisation };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
