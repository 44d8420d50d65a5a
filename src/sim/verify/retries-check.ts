import type { Check } from "../report/result.ts";
import { formatCount, plural } from "./check.ts";
import type { PhaseFacts, RunFacts } from "./facts.ts";

/**
 * Whether every try that failed with an error worth a repeat was repeated: an update whose repeat
 * is skipped is lost, and a share of all updates hides a few of them. Left out where none was due.
 */
export function retriesCheck(run: RunFacts, pulsed: readonly PhaseFacts[]): readonly Check[] {
  const due = pulsed.reduce((total, { retries }) => total + retries.due, 0);
  if (due === 0) return [];
  const skipped = pulsed.reduce((total, { retries }) => total + retries.skipped, 0);
  const first = pulsed.find(({ retries }) => retries.skipped > 0);
  return [
    {
      id: "throughput.retries",
      group: "throughput",
      ...(first === undefined ? {} : { phase: first.name }),
      title: "Failed commits tried again",
      section: "8",
      target: "0 repeats skipped",
      figure: `${formatCount(skipped)} of ${formatCount(due)} skipped`,
      value: skipped,
      bound: 0,
      unit: "repeats",
      samples: due,
      basis: run.basis,
      verdict: skipped === 0 ? "pass" : "fail",
      detail:
        first === undefined
          ? "Each was tried again until it was committed, had failed for good, or the phase ended."
          : `In ${first.name} ${plural(first.retries.skipped, "commit")} failed with an error that a repeat makes good, and had none: ${first.retries.reason ?? "unknown"}.`,
    },
  ];
}
