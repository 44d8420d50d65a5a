import { provenanceOf } from "./basis.ts";
import { formatRate, formatShare } from "./format-figures.ts";
import type { PhaseLimits, Result } from "./result.ts";

/** A phase in which production's limits were asked. */
export interface LimitedPhase {
  readonly name: string;
  readonly limits: PhaseLimits;
}

export function limitedPhases({ phases }: Result): readonly LimitedPhase[] {
  return phases.flatMap(({ name, limits }) => (limits === undefined ? [] : [{ name, limits }]));
}

/** What was in force, in a sentence or two. */
export function limitsInWords({ target }: Result): string {
  const latency =
    target.latency === "off"
      ? ""
      : ` Latencies of ${target.latency} were added (${provenanceOf(target.calibration, "latency")}).`;
  switch (target.limits) {
    case "on":
      return `The gateway delayed and refused as a model of production's limits would (${provenanceOf(target.calibration, "limits")} where nothing is published); a database's own speed was its own.${latency}`;
    case "observe":
      return `Production's limits were only observed: nothing was delayed or refused, and what is shown here is what would have been.${latency}`;
    case "off":
      if (target.kind === "staging") {
        return "The project's own limits were in force; no gateway stood in front of it to count what they did.";
      }
      return "The limits were off: nobody was asked whether production would have taken this load.";
  }
}

/** One line for places with room for no more: "on; 12 attempts refused; hottest: collection users at 84%". */
export function limitsInShort(result: Result): string {
  const { limits: mode } = result.target;
  if (result.target.kind === "staging") {
    return "the project's own were in force; nobody stood in front of it to count them";
  }
  if (mode === "off") return "off: nobody was asked whether production would take this load";
  const phases = limitedPhases(result);
  const refused = phases.reduce((total, { limits }) => total + limits.refusedAttempts, 0);
  const [hottest] = phases
    .flatMap(({ limits }) => limits.hottest.slice(0, 1))
    .sort((left, right) => right.utilisation - left.utilisation);
  const heat =
    hottest === undefined
      ? "nothing was warm"
      : `hottest: ${hottest.subject} at ${formatShare(hottest.utilisation)} of ${formatRate(hottest.allowedPerSecond)}`;
  return `${mode}; ${refused} attempts refused; ${heat}`;
}
