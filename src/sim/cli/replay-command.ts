import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { createLimiter } from "../../system/limiter/create-limiter.ts";
import type { WriteLimiter } from "../../system/limiter/limiter.ts";
import { parseDurationMs } from "../config/duration.ts";
import { resolveOptions } from "../config/resolve-options.ts";
import type { FaultMet } from "../drivers/fault-injector.ts";
import type { Result } from "../report/result.ts";
import { inputsHash } from "../run/inputs-hash.ts";
import { commitName } from "../run/machine-facts.ts";
import { CommitExplainer } from "../virtual/commit-explainer.ts";
import { OverheardLimiter } from "../virtual/overheard-limiter.ts";
import type { SeenCommit } from "../virtual/in-process-database.ts";
import type { CliCommand, CliContext } from "./context.ts";
import { UserError } from "./errors.ts";
import { EXIT_CODES, type ExitCode } from "./exit-codes.ts";
import { formatTime } from "./format-time.ts";
import { watchInterrupts } from "./interrupts.ts";
import { loadInputs } from "./load-inputs.ts";
import { createRunOutput, type RunOutput } from "./progress.ts";
import { rawOptions, readVirtualRun, RESULT_FILE, savedLimiter } from "./saved-run.ts";

export function createReplayCommand(context: CliContext): CliCommand {
  const command = new Command("replay")
    .summary("repeat a run on a virtual clock from its report, and explain it")
    .description(
      "Repeat a run that was made on a virtual clock, from the options and the seed in its report, and say whether it came out the same.",
    )
    .argument("[report]", "the run's folder", "reports/latest")
    .option("--until <time>", 'stop at this time of the run, such as "90s" or "1h"')
    .option(
      "--explain <what>",
      'tell what commits met: of a document or all beneath a path, of a tenant, or of a second ("62s")',
    );
  return {
    command,
    run: (parsed) => replay(String(command.processedArgs[0]), parsed, context),
  };
}

interface ReplayOptions {
  readonly until?: string;
  readonly explain?: string;
}

async function replay(
  folder: string,
  { until, explain }: ReplayOptions,
  context: CliContext,
): Promise<ExitCode> {
  const { text, result } = await readVirtualRun(folder, "E_REPLAY");
  const untilMs = until === undefined ? endOf(result) : momentOf(until);
  const reports = await mkdtemp(join(tmpdir(), "plimsoll-replay-"));
  const output = createRunOutput(context.stdout, context.clock, false);
  const interrupts = watchInterrupts(context.clock, context.signals, {
    say: (line) => output.line(line),
    exit: context.exit,
  });
  try {
    const explainer = explain === undefined ? undefined : new CommitExplainer(explain);
    const options = resolveOptions({ ...rawOptions(result), reports }, undefined);
    const inputs = await loadInputs(options);
    const changed = changesSince(result, inputsHash(inputs));
    if (changed !== undefined) output.line(`Note: ${changed}: it may come out otherwise.`);
    const limiterConfig = savedLimiter(result) ?? inputs.limiterConfig;
    const simulate = await context.loadSimulateVirtually();
    await simulate(
      {
        ...inputs,
        options,
        limiterConfig,
        output: withoutReport(output),
        signal: interrupts.signal,
        untilMs,
        ...(explainer === undefined ? {} : heardBy(explainer)),
      },
      context.clock,
    );
    output.finish();
    for (const line of explainer?.lines() ?? []) output.line(line);
    if (until === undefined && untilMs !== undefined) {
      output.line(`Replayed ${result.run.id} up to ${formatTime(untilMs)}, where it was ended.`);
    }
    if (untilMs !== undefined || interrupts.signal.aborted) return EXIT_CODES.pass;
    const again = await readFile(join(reports, "latest", RESULT_FILE), "utf8");
    return compare(output, result, text === again, changed);
  } finally {
    output.finish();
    interrupts.release();
    await rm(reports, { recursive: true, force: true });
  }
}

/** When a run was ended early, on its own clock: what came of it is not to be compared. */
function endOf({ run }: Result): number | undefined {
  return run.status === "partial" ? Math.max(1, run.durationMs) : undefined;
}

/** Everything in a run that an explanation is made from. */
function heardBy(explainer: CommitExplainer) {
  return {
    onCommit: (seen: SeenCommit): void => explainer.see(seen),
    onFault: (met: FaultMet): void => explainer.faulted(met),
    standIns: {
      createLimiter: (...parameters: Parameters<typeof createLimiter>): WriteLimiter =>
        new OverheardLimiter(createLimiter(...parameters), (overheard) =>
          explainer.reserved(overheard),
        ),
    },
  };
}

/** What is known to be other than it was in the run, before anything is run; undefined: nothing. */
function changesSince({ run }: Result, inputs: string): string | undefined {
  const now = commitName();
  if (run.commit !== now) {
    const then = run.commit.replace("+changes", "");
    return `the run was made at commit ${run.commit}, this checkout is at ${now} (git worktree add ../then ${then} gives that one)`;
  }
  if ((run.inputs ?? inputs) !== inputs) {
    return "a scenario or the market file is no longer what it was in the run";
  }
  return now.endsWith("+changes") ? `the files changed at ${now} may have been others` : undefined;
}

function momentOf(until: string): number {
  const untilMs = parseDurationMs(until);
  if (untilMs !== undefined && untilMs > 0) return untilMs;
  throw new UserError(
    "E_REPLAY",
    `--until: "${until}" is no time of a run. Accepted: 90s, 2m, 1h, or 90000 for milliseconds.`,
    "Nothing was run.",
  );
}

/** The run's own lines and table are in the report that there is. */
function withoutReport(output: RunOutput): RunOutput {
  return {
    phase: (title) => output.phase(title),
    progress: (done, total, label) => output.progress(done, total, label),
    live: (lines, elapsed) => output.live(lines, elapsed),
    line: () => undefined,
    finish: () => output.finish(),
  };
}

function compare(
  output: RunOutput,
  { run }: Result,
  isSame: boolean,
  changed: string | undefined,
): ExitCode {
  if (isSame) {
    output.line(`Replayed ${run.id}: the same to the byte. It was: ${run.command}`);
    return EXIT_CODES.pass;
  }
  const why = changed ?? "a fault of Plimsoll: please report it with this line";
  output.line(`Replayed ${run.id}: it came out otherwise (${why}). It was: ${run.command}`);
  return EXIT_CODES.checkFailed;
}
