import type { Check } from "../report/result.ts";

/**
 * In a run that ended early, what was never reached is undecided and not a failure, and so is the
 * throughput of the phase it was ended in.
 */
export function softenUnreached(
  checks: readonly Check[],
  endedIn: string | undefined,
): readonly Check[] {
  return checks.map((check) => {
    const cut = check.group === "throughput" && check.phase === endedIn;
    if (check.samples > 0 && !cut) return check;
    const detail = cut
      ? "The run ended in the middle of this phase."
      : "The run ended before this could be measured.";
    return { ...check, verdict: "inconclusive", detail };
  });
}
