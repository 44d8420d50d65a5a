import { realpath } from "node:fs/promises";
import { join, relative } from "node:path";
import { Command } from "commander";
import type { LimiterConfig } from "../../system/limiter/config.ts";
import type { RawOptions } from "../config/resolve-options.ts";
import { ReportError } from "../report/report-error.ts";
import type { Check, Result } from "../report/result.ts";
import { writeFolder } from "../report/write-folder.ts";
import { phasesOf } from "../run/phases-of.ts";
import { checkKey, chooseCheck } from "../shrink/same-check.ts";
import { shrinkRun, type Shrunk } from "../shrink/shrink-run.ts";
import { describeCase, type RunCase } from "../shrink/shrunk-case.ts";
import { smallRun } from "../shrink/small-run.ts";
import { prepareTrial } from "../trial/trial-inputs.ts";
import { TrialPool } from "../trial/trial-pool.ts";
import { listScenarios } from "./choose-scenarios.ts";
import type { CliCommand, CliContext } from "./context.ts";
import { UserError } from "./errors.ts";
import { EXIT_CODES, type ExitCode } from "./exit-codes.ts";
import { watchInterrupts } from "./interrupts.ts";
import { createRunOutput, type RunOutput } from "./progress.ts";
import { rawOptions, readVirtualRun, savedLimiter } from "./saved-run.ts";

const SHRINK_FILE = "shrink.json";

export function createShrinkCommand(context: CliContext): CliCommand {
  const command = new Command("shrink")
    .summary("reduce a failing virtual run to the smallest that still fails")
    .description(
      "Reduce a run on a virtual clock that failed, from its report, to the fewest users and the shortest stretch (and the fewest phases, faults, tenants, trades, lanes) that still fail the same check, and print its command.",
    )
    .argument("[report]", "the run's folder", "reports/latest")
    .option("--check <id>", "the check that must still fail (default: what broke first)")
    .option("--output <folder>", 'where its files go (default: "shrunk" in the report\'s folder)');
  return {
    command,
    run: (parsed) => shrink(String(command.processedArgs[0]), parsed, context),
  };
}

interface ShrinkOptions {
  readonly check?: string;
  readonly output?: string;
}

/** A run that is to be shrunk. */
interface Whole {
  readonly result: Result;
  readonly check: Check;
  readonly options: RawOptions;
  readonly limiterConfig: LimiterConfig;
  readonly whole: RunCase;
}

async function shrink(
  report: string,
  { check, output: folder }: ShrinkOptions,
  context: CliContext,
): Promise<ExitCode> {
  const { result } = await readVirtualRun(report, "E_SHRINK");
  const asked = failedIn(result, check);
  const whole = await wholeOf(result, asked);
  const output = createRunOutput(context.stdout, context.clock, false);
  const interrupts = watchInterrupts(context.clock, context.signals, {
    say: () => output.line("Stopping at the smallest run so far. Press Ctrl-C again to exit now."),
    exit: context.exit,
  });
  const pool = new TrialPool();
  try {
    output.phase(`Shrinking ${result.run.id}: ${describeCase(whole.whole)}`);
    output.line(`  what must still fail: ${asked.id} (${asked.figure})`);
    const shrunk = await search(whole, pool, interrupts.signal, output);
    if (shrunk === undefined) throw noLongerFails(result, asked);
    const target = folder ?? join(relative("", await realpath(report)), "shrunk");
    await writeAll(whole, shrunk, target, output);
    return shrunk.isComplete ? EXIT_CODES.pass : EXIT_CODES.inconclusive;
  } catch (error) {
    if (!interrupts.signal.aborted || error !== interrupts.signal.reason) throw error;
    output.line("Interrupted before the run was seen to fail: there is nothing to tell.");
    return EXIT_CODES.inconclusive;
  } finally {
    output.finish();
    interrupts.release();
    await pool.close();
  }
}

function failedIn(result: Result, asked: string | undefined): Check {
  const failed = result.checks.filter(({ verdict }) => verdict === "fail");
  const names = failed.map(({ id }) => id).join(", ");
  if (asked === undefined) {
    const check = chooseCheck(result);
    if (check !== undefined) return check;
    const why = `its verdict is "${result.verdict}"${failed.length === 0 ? "" : `, and what failed (${names}) failed for want of samples`}`;
    const hint = "Shrink a run that ended with exit code 99; `npm run sim -- replay` explains any.";
    throw new UserError("E_SHRINK", `${result.run.id} did not fail: ${why}.`, hint);
  }
  const check = failed.find(({ id }) => id === asked);
  if (check !== undefined) return check;
  const message = `--check: "${asked}" did not fail in ${result.run.id}. Accepted: ${names === "" ? "none, for nothing failed" : names}.`;
  throw new UserError("E_SHRINK", message, "Without --check it is what broke first.");
}

async function wholeOf(result: Result, check: Check): Promise<Whole> {
  const raw = rawOptions(result);
  const limiter = savedLimiter(result);
  const spec = { options: raw, ...(limiter === undefined ? {} : { limiterConfig: limiter }) };
  const { options, scenarios, limiterConfig, cohort } = await prepareTrial(spec);
  const { scenario: _scenario, duration: _duration, ...same } = raw;
  const whole = {
    users: options.users,
    tenants: options.tenants,
    cohort,
    scenarios: phasesOf(scenarios, options.durationMs),
  };
  return { result, check, options: same, limiterConfig, whole };
}

async function search(
  { whole, check, options, limiterConfig }: Whole,
  pool: TrialPool,
  signal: AbortSignal,
  output: RunOutput,
): Promise<Shrunk | undefined> {
  return shrinkRun({
    whole,
    spec: { options, limiterConfig },
    check: checkKey(check),
    run: (spec) => pool.run(spec, signal),
    atOnce: pool.workers,
    signal,
    onRun: (runs, smallest) => output.live(() => [`  ${runs} runs, now ${describeCase(smallest)}`]),
    onStep: ({ label, runs }) => output.line(`  ${label} (${runs} runs)`),
  });
}

function noLongerFails({ run }: Result, { id }: Check): UserError {
  return new UserError(
    "E_SHRINK",
    `${run.id} no longer fails ${id}: it was made at commit ${run.commit}`,
    `Make it anew: ${run.command}`,
  );
}

/** Writes the files of the small run and what became of it, all or none. */
async function writeAll(
  { result, check, options, limiterConfig, whole }: Whole,
  shrunk: Shrunk,
  folder: string,
  output: RunOutput,
): Promise<void> {
  const { smallest, runs, isComplete, steps } = shrunk;
  const inputs = { options, limiterConfig, known: listScenarios(), folder };
  const { command, files } = smallRun(smallest, inputs);
  const told = {
    from: { id: result.run.id, commit: result.run.commit, seed: result.run.seed, ...whole },
    check: check.id,
    smallest,
    failing: shrunk.check,
    isComplete,
    runs,
    steps,
    command,
  };
  const json = `${JSON.stringify(told, null, 2)}\n`;
  await writeAllOrNone(folder, new Map([...files, [SHRINK_FILE, json]]));
  const early = isComplete ? "" : " (ended early: a smaller one may be found)";
  output.finish();
  output.line(`Smallest after ${runs} runs: ${describeCase(smallest)}${early}`);
  output.line(`It fails ${shrunk.check.id}: ${shrunk.check.figure}. ${shrunk.check.detail}`);
  output.line(`Run it: ${command}`);
  output.line(`Written to ${folder}: ${[...files.keys(), SHRINK_FILE].join(", ")}`);
}

async function writeAllOrNone(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  try {
    await writeFolder(folder, files);
  } catch (error) {
    if (!(error instanceof ReportError)) throw error;
    const message = `--output: "${folder}" cannot be written: ${error.message}`;
    throw new UserError("E_SHRINK", message, "Name a folder that can be made.", { cause: error });
  }
}
