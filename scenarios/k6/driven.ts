/*
 * What `npm run sim -- --driver k6` runs: the client traffic of one phase, from a plan that it
 * wrote (PLIMSOLL_PLAN), told line by line on the log.
 */
import { begin, carryOutNext as next, drivenOptions, type Begun } from "./lib/driven-run.ts";
import { openPlan } from "./lib/plan-file.ts";

const plan = openPlan(__ENV["PLIMSOLL_PLAN"] ?? "");

export const options = drivenOptions(plan);

export function setup(): Begun {
  return begin(plan);
}

export function carryOutNext(begun: Begun): void {
  next(plan, begun);
}

/** The harness takes a run without this file for one that did not come to its end. */
export function handleSummary(data: {
  readonly metrics: Readonly<
    Record<string, { readonly values: Readonly<Record<string, number>> } | undefined>
  >;
}): Record<string, string> {
  const count = (metric: string): number => data.metrics[metric]?.values["count"] ?? 0;
  const summary = {
    format: "plimsoll-k6-summary/1",
    iterations: count("iterations"),
    droppedIterations: count("dropped_iterations"),
  };
  return { [__ENV["PLIMSOLL_SUMMARY"] ?? "stdout"]: `${JSON.stringify(summary)}\n` };
}
