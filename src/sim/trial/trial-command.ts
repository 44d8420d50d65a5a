import { replayCommand } from "../run/replay-command.ts";
import { trialOptions } from "./trial-inputs.ts";
import type { TrialSpec } from "./trial-spec.ts";

/**
 * The command that makes the same run with a report; undefined when the spec says what no option
 * can. Throws the UserError of options that are not accepted.
 */
export function trialCommand(spec: TrialSpec): string | undefined {
  const { scenarios, limiterConfig, indexes, untilMs } = spec;
  const isPlain = [scenarios, limiterConfig, indexes, untilMs].every((one) => one === undefined);
  return isPlain ? replayCommand(trialOptions(spec)) : undefined;
}

/** How to make the run again: by the command where there is one, else by this call. */
export function howToRepeat(spec: TrialSpec): string {
  return trialCommand(spec) ?? `runTrial(${JSON.stringify(spec)}) of src/sim/trial`;
}
