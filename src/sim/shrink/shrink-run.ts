import type { Check, Result } from "../report/result.ts";
import type { TrialSpec } from "../trial/trial-spec.ts";
import { RUN_ASPECTS } from "./run-aspects.ts";
import { failedCheck } from "./same-check.ts";
import { shrinkCase } from "./shrink-search.ts";
import type { RunCase } from "./shrunk-case.ts";

/** A step that was taken, and how many runs it had cost until then. */
export interface ShrinkStep {
  readonly label: string;
  readonly runs: number;
}

export interface Shrunk {
  readonly smallest: RunCase;
  /** The check as it failed in the smallest run. */
  readonly check: Check;
  readonly runs: number;
  readonly steps: readonly ShrinkStep[];
  /** False when it was ended early: a smaller one may be found. */
  readonly isComplete: boolean;
}

export interface ShrinkRequest {
  readonly whole: RunCase;
  /** All that stays as it is; its users, tenants and scenarios are those of each case. */
  readonly spec: TrialSpec;
  /** Which check must fail in every smaller run as well: see checkKey. */
  readonly check: string;
  readonly run: (spec: TrialSpec) => Promise<Result>;
  /** Runs that may be under way at once; it changes what is tried for nothing, and no result. */
  readonly atOnce: number;
  /** Ends the search: the smallest case so far is the result. */
  readonly signal: AbortSignal;
  readonly onRun?: (runs: number, smallest: RunCase) => void;
  readonly onStep?: (step: ShrinkStep, smallest: RunCase) => void;
}

/**
 * The smallest run that fails the same check; undefined when the whole one does not fail it either.
 * Rejects with the signal's reason when it was ended before that was known.
 */
export async function shrinkRun(request: ShrinkRequest): Promise<Shrunk | undefined> {
  const { whole, spec, check, run, atOnce, signal, onRun, onStep } = request;
  let smallest = whole;
  let runs = 0;
  const steps: ShrinkStep[] = [];
  const failures = new Map<RunCase, Check>();
  const fails = async (one: RunCase): Promise<boolean> => {
    signal.throwIfAborted();
    const failed = failedCheck(await run(specOf(one, spec)), check);
    if (failed !== undefined) failures.set(one, failed);
    return failed !== undefined;
  };
  // Of those that ran at once, what came after the first that failed was for nothing: not counted.
  const firstFailing = async (cases: readonly RunCase[]): Promise<number | undefined> => {
    for (let from = 0; from < cases.length; from += atOnce) {
      const verdicts = await Promise.all(cases.slice(from, from + atOnce).map(fails));
      const index = verdicts.indexOf(true);
      runs += index === -1 ? verdicts.length : index + 1;
      onRun?.(runs, smallest);
      if (index !== -1) return from + index;
    }
    return undefined;
  };
  if ((await firstFailing([whole])) === undefined) return undefined;
  const outcome = (isComplete: boolean): Shrunk | undefined => {
    const failed = failures.get(smallest);
    return failed && { smallest, check: failed, runs, steps, isComplete };
  };
  try {
    await shrinkCase(whole, {
      aspects: RUN_ASPECTS,
      firstFailing,
      onStep: ({ label, smaller }) => {
        smallest = smaller;
        const step = { label, runs };
        steps.push(step);
        onStep?.(step, smallest);
      },
    });
    return outcome(true);
  } catch (error) {
    if (signal.aborted) return outcome(false);
    throw error;
  }
}

export function specOf({ users, tenants, cohort, scenarios }: RunCase, spec: TrialSpec): TrialSpec {
  const options = { ...spec.options, users, tenants, cohort };
  return { ...spec, options, scenarios: [...scenarios] };
}
