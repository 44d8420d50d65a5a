import { MINIMUM_SAMPLES } from "../verify/benchmark-table.ts";
import type { Heat, Outcome, Undecided } from "./outcome.ts";

/** What a candidate came to over several seeds. */
export interface Assessment {
  readonly seeds: readonly number[];
  /** Seeds on which a check failed, each with the checks. */
  readonly broken: readonly { readonly seed: number; readonly checks: readonly string[] }[];
  /** Checks that all the seeds together cannot decide. */
  readonly undecided: readonly string[];
  /** Mean over the seeds, and the worst of them. */
  readonly freshnessP99Ms: number;
  readonly freshnessP99WorstMs: number;
  /** Share of all attempts. */
  readonly refusedShare: number;
  readonly committedPerSecond: number;
  readonly costPerMillion: number;
  /** Mean of Jain's indices; 0 where no seed has one. */
  readonly fairness: number;
  /** The hottest of all seeds. */
  readonly hottest: Heat | null;
}

export function assess(outcomes: readonly Outcome[]): Assessment {
  const fairness = outcomes.flatMap(({ fairness: one }) => (one === null ? [] : [one]));
  const attempts = outcomes.reduce((total, one) => total + one.attempts, 0);
  const refused = outcomes.reduce((total, one) => total + one.refusedAttempts, 0);
  return {
    seeds: outcomes.map(({ seed }) => seed),
    broken: outcomes
      .filter(({ failed }) => failed.length > 0)
      .map(({ seed, failed }) => ({ seed, checks: failed })),
    undecided: stillUndecided(outcomes),
    freshnessP99Ms: mean(outcomes.map((one) => one.freshnessP99Ms)),
    freshnessP99WorstMs: Math.max(...outcomes.map((one) => one.freshnessP99Ms)),
    refusedShare: attempts === 0 ? 0 : refused / attempts,
    committedPerSecond: mean(outcomes.map((one) => one.committedPerSecond)),
    costPerMillion: mean(outcomes.map((one) => one.costPerMillion)),
    fairness: fairness.length === 0 ? 0 : mean(fairness),
    hottest: hottestOf(outcomes),
  };
}

/** Whether no check failed on any seed. */
export function isAccepted({ broken }: Assessment): boolean {
  return broken.length === 0;
}

/**
 * One short trial has too few samples for some checks, such as sign-ups for their p99. All trials
 * together decide such a check when they have enough and the worst of them is within the bound: the
 * quantile of all samples is no higher than the highest of the trials'.
 */
function stillUndecided(outcomes: readonly Outcome[]): readonly string[] {
  const byId = new Map<string, Undecided[]>();
  for (const { undecided } of outcomes) {
    for (const check of undecided) byId.set(check.id, [...(byId.get(check.id) ?? []), check]);
  }
  return [...byId].filter(([, checks]) => !isDecided(checks)).map(([id]) => id);
}

function isDecided(checks: readonly Undecided[]): boolean {
  const samples = checks.reduce((total, check) => total + check.samples, 0);
  const isWithin = checks.every(
    ({ value, bound }) => value !== null && bound !== null && value < bound,
  );
  return isWithin && samples >= MINIMUM_SAMPLES.p99;
}

function hottestOf(outcomes: readonly Outcome[]): Heat | null {
  const all = outcomes.flatMap(({ hottest }) => (hottest === null ? [] : [hottest]));
  const [worst] = all.sort((left, right) => right.utilisation - left.utilisation);
  return worst ?? null;
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / Math.max(1, values.length);
}
