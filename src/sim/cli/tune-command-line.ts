import type { TuneRequest } from "../tune/tune.ts";
import type { TuneOptions } from "./tune-options.ts";
import { formatDuration } from "../config/duration.ts";
import { quoteWord } from "../run/replay-command.ts";

/** The command that finds the same again, with every option that shapes it spelled out. */
export function tuneCommand(options: TuneOptions, { load, seed }: TuneRequest): string {
  const { run, limiter, objective, budget, seeds } = options;
  return [
    "npm run sim -- tune",
    `--users ${load.users}`,
    `--tenants ${load.tenants}`,
    `--scenario ${quoteWord(run.scenarios[0] ?? load.scenario.name)}`,
    `--duration ${formatDuration(load.durationMs)}`,
    `--limiter ${limiter}`,
    `--objective ${objective}`,
    `--budget ${budget}`,
    `--seed ${seed}`,
    `--seeds ${seeds}`,
    `--latency ${run.latency}`,
    ...(run.calibration === undefined ? [] : [`--calibration ${quoteWord(run.calibration)}`]),
    ...(run.indexes === null ? [] : [`--indexes ${quoteWord(run.indexes)}`]),
  ].join(" ");
}
