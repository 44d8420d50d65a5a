import type { Check, Result } from "../report/result.ts";

/** What an evenly pacing limiter promises whatever the day, and what keeps the two witnesses honest. */
const ALWAYS: ReadonlySet<string> = new Set(["limiter.rate", "limiter.waits", "harness.witness"]);

/**
 * What a run promises on any day, however bad: nothing lost, doubled or across tenants, every commit
 * counted by both witnesses, and a limiter that keeps its word. That it is slow, refused or overrun
 * is the day's fault, and no finding. (A lease is taken past the limiter, so that at limits of a few
 * writes a second `limiter.worst-second` may count one too many: no finding either.)
 */
export function brokenPromises({ run, checks, phases }: Result): readonly string[] {
  const early = run.status === "complete" ? [] : [`ended early: ${run.partialReason ?? "unknown"}`];
  const broken = checks
    .filter((check) => check.verdict === "fail" && check.samples > 0 && isPromise(check))
    .map(({ id, figure, detail }) => `${id}: ${figure}: ${detail}`);
  const faults = phases.flatMap(({ name, failures = {} }) =>
    Object.keys(failures)
      .filter((failure) => OF_THE_PROGRAM.test(failure))
      .map((failure) => `${name}: ${failure}`),
  );
  return [...early, ...broken, ...faults];
}

/** A visit of a user that ended with these: the pulse goes on with the next, and hides it well. */
const OF_THE_PROGRAM = /(Range|Type|Reference|Syntax|Assertion)Error/;

function isPromise({ id, group }: Check): boolean {
  return group === "data" || ALWAYS.has(id);
}
