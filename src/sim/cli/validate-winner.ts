import { join } from "node:path";
import { resolveOptions } from "../config/resolve-options.ts";
import type { Result } from "../report/result.ts";
import { writeReport } from "../report/write-report.ts";
import { compareRuns, type Validation } from "../tune/validation.ts";
import type { CliContext } from "./context.ts";
import { loadInputs } from "./load-inputs.ts";
import { prepareReal } from "./prepare-real.ts";
import type { RunOutput } from "./progress.ts";
import { RECOMMENDED_FILE } from "./tune-files.ts";
import type { TuneOptions, ValidationTarget } from "./tune-options.ts";

interface Winner {
  readonly options: TuneOptions;
  readonly target: ValidationTarget;
  readonly strategy: string;
  /** The search's report, where the recommended configuration lies. */
  readonly folder: string;
  /** What the model says of the same load and seed. */
  readonly predicted: Result;
}

interface Watch {
  readonly context: CliContext;
  readonly output: RunOutput;
  readonly signal: AbortSignal;
}

/**
 * Runs the recommended configuration as anybody would, from the file in the report, in real time
 * through the gateway; its own report lies beside. null when it was interrupted.
 */
export async function validateWinner(
  { options, target, strategy, folder, predicted }: Winner,
  { context, output, signal }: Watch,
): Promise<Validation | null> {
  const { run } = options;
  const realOptions = resolveOptions(
    {
      users: run.users,
      tenants: run.tenants,
      seed: run.seed,
      scenario: run.scenarios,
      ...(run.durationMs === null ? {} : { duration: run.durationMs }),
      ...(run.indexes === null ? {} : { indexes: run.indexes }),
      latency: run.latency,
      ...(run.calibration === undefined ? {} : { calibration: run.calibration }),
      limiter: strategy,
      limiterConfig: join(folder, RECOMMENDED_FILE),
      target,
      reports: join(folder, "validation"),
      quiet: run.quiet,
    },
    undefined,
  );
  const inputs = await loadInputs(realOptions);
  const start = await prepareReal(realOptions, context);
  let measured: Result | undefined;
  await start({
    options: realOptions,
    ...inputs,
    output,
    signal,
    publish: (result) => {
      measured = result;
    },
  });
  if (measured === undefined || signal.aborted) return null;
  await writeReport(measured, realOptions.reports);
  return compareRuns(predicted, measured);
}
