import type { Check } from "../report/result.ts";

/**
 * In a run that ended early, what was never reached is undecided and not a failure, and so is what
 * a phase that was cut had not got round to. A phase that ran to its end is judged as in any run.
 */
export function softenUnreached(
  checks: readonly Check[],
  cutPhases: ReadonlySet<string>,
): readonly Check[] {
  return checks.map((check) => {
    const isOfAll = check.group === "throughput" || check.id === "benchmark.concurrent-users";
    const cut = isOfAll && check.phase !== undefined && cutPhases.has(check.phase);
    if (check.samples > 0 && !cut) return check;
    const detail = cut
      ? "The run ended in the middle of this phase."
      : "The run ended before this could be measured.";
    return { ...check, verdict: "inconclusive", detail };
  });
}
