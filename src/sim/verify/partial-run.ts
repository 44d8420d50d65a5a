import type { Check } from "../report/result.ts";

/** In a run that ended early, what was never reached is undecided and not a failure. */
export function softenUnreached(checks: readonly Check[]): readonly Check[] {
  return checks.map((check) =>
    check.samples > 0
      ? check
      : {
          ...check,
          verdict: "inconclusive",
          detail: "The run ended before this could be measured.",
        },
  );
}
