import type { Assessment } from "./assessment.ts";
import type { Scores } from "./pareto.ts";

/** What `--objective` accepts: what is best among the configurations that break nothing. */
export const OBJECTIVES = ["freshness", "throughput", "cost"] as const;
export type Objective = (typeof OBJECTIVES)[number];

/**
 * Differences smaller than this share are noise: other seeds turn them around. Figures are compared
 * by the step they fall on, so that better-than stays transitive.
 */
const NOISE = { freshness: 0.03, throughput: 0.005, cost: 0.005 } as const;
/** Steps of Jain's index, and of the share of attempts refused, that are told apart. */
const FAIRNESS_STEP = 0.02;
const REFUSALS_STEP = 0.0005;

interface Steps {
  readonly freshness: number;
  readonly throughput: number;
  readonly cost: number;
  readonly refusals: number;
  readonly fairness: number;
}

/** All figures so that the smaller is the better, in steps that are more than noise. */
function stepsOf(assessment: Assessment): Steps {
  return {
    freshness: logStep(assessment.freshnessP99Ms, NOISE.freshness),
    throughput: -logStep(assessment.committedPerSecond, NOISE.throughput),
    cost: logStep(assessment.costPerMillion, NOISE.cost),
    refusals: Math.ceil(assessment.refusedShare / REFUSALS_STEP),
    fairness: -Math.round(assessment.fairness / FAIRNESS_STEP),
  };
}

function logStep(value: number, share: number): number {
  return Math.round(Math.log(Math.max(value, 1e-9)) / Math.log(1 + share));
}

/** The axes of the front that is shown: freshness, refusals, cost, fairness over tenants. */
export function frontScores(assessment: Assessment): Scores {
  const { freshness, refusals, cost, fairness } = stepsOf(assessment);
  return [freshness, refusals, cost, fairness];
}

/**
 * The order in which candidates are preferred: first how many checks fail over all seeds, then the
 * objective, then what else matters. Compare by `compareRanks`, with ties left to the caller.
 */
export function rankOf(assessment: Assessment, objective: Objective): Scores {
  const { freshness, throughput, cost, refusals, fairness } = stepsOf(assessment);
  const failed = assessment.broken.reduce((total, { checks }) => total + checks.length, 0);
  switch (objective) {
    case "freshness":
      return [failed, freshness, refusals, fairness, cost];
    case "throughput":
      return [failed, throughput, freshness, refusals, fairness];
    case "cost":
      return [failed, cost, freshness, refusals, fairness];
  }
}

/** Negative when the left one is preferred; 0 when they are alike. */
export function compareRanks(left: Scores, right: Scores): number {
  for (const [index, score] of left.entries()) {
    const difference = score - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
