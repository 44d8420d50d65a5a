import { assert } from "../../std/assert.ts";
import type { RunOutput } from "../cli/progress.ts";
import type { StandIns } from "../cli/simulate.ts";
import { createRealClock } from "../clock/real-clock.ts";
import type { Result } from "../report/result.ts";
import type { SeenCommit } from "../virtual/in-process-database.ts";
import { simulateVirtually } from "../virtual/simulate-virtually.ts";
import { howToRepeat } from "./trial-command.ts";
import { prepareTrial } from "./trial-inputs.ts";
import type { TrialSpec } from "./trial-spec.ts";

export interface TrialWatch {
  /** Ends the trial, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Hears of every commit that reaches the database. */
  readonly onCommit?: (seen: SeenCommit) => void;
  /** Faulty things at the service's ports, to see them found out. */
  readonly standIns?: StandIns;
}

const SILENT: RunOutput = {
  phase: () => undefined,
  progress: () => undefined,
  live: () => undefined,
  line: () => undefined,
  finish: () => undefined,
};

/**
 * A virtual run that leaves nothing behind but its result: the run of `--clock virtual` itself, with
 * what it would write to files handed over. Throws a UserError when the spec asks for what cannot be
 * run, and what ended the run when that was a fault.
 */
export async function runTrial(spec: TrialSpec, watch: TrialWatch = {}): Promise<Result> {
  const { signal = new AbortController().signal, onCommit, standIns } = watch;
  const inputs = await prepareTrial(spec);
  let result: Result | undefined;
  await simulateVirtually(
    {
      ...inputs,
      output: SILENT,
      signal,
      untilMs: spec.untilMs,
      onCommit,
      standIns,
      publish: (published) => {
        result = published;
      },
    },
    createRealClock(),
  );
  signal.throwIfAborted();
  assert(result !== undefined, "a run on a virtual clock ended without a result");
  return lighten(result, spec);
}

function lighten(result: Result, spec: TrialSpec): Result {
  const { keep = [] } = spec;
  return {
    ...result,
    run: { ...result.run, command: howToRepeat(spec) },
    histograms: keep.includes("histograms")
      ? result.histograms
      : result.histograms.map((histogram) => ({ ...histogram, encoded: "" })),
    series: keep.includes("series") ? result.series : [],
  };
}
