import { join, relative } from "node:path";
import { Command } from "commander";
import { hashName } from "../../std/rng.ts";
import { findHeadroom, type HeadroomPlan } from "../headroom/find-headroom.ts";
import type { HeadroomResult } from "../headroom/headroom-result.ts";
import { headlineOf } from "../headroom/headroom-words.ts";
import type { RunTrial } from "../headroom/measure-stage.ts";
import { renderHeadroomFiles } from "../headroom/headroom-files.ts";
import { renderHeadroomText } from "../headroom/render-headroom.ts";
import { VARIED_FACTS } from "../headroom/situation.ts";
import { modelInWords } from "../report/model-words.ts";
import { writeFolder } from "../report/write-folder.ts";
import { commitName } from "../run/machine-facts.ts";
import type { CliCommand, CliContext } from "./context.ts";
import { EXIT_CODES, type ExitCode } from "./exit-codes.ts";
import {
  HEADROOM_SPECS,
  readHeadroomOptions,
  RUN_SPECS,
  type HeadroomOptions,
} from "./headroom-options.ts";
import { headroomCommand, planHeadroom, shapingOptions } from "./headroom-plan.ts";
import { HeadroomProgress } from "./headroom-progress.ts";
import { watchInterrupts } from "./interrupts.ts";
import { createRunOutput, type RunOutput } from "./progress.ts";
import { reported } from "./reported.ts";
import { toOption } from "./run-options-parser.ts";

/** Runs trials until it is closed. */
export interface OpenTrials {
  readonly run: RunTrial;
  readonly close: () => Promise<void>;
}

export function createHeadroomCommand(
  context: CliContext,
  openTrials: (workers: number | undefined) => Promise<OpenTrials> = openPool,
): CliCommand {
  const command = new Command("headroom")
    .summary("find how much load fits, what binds first, and what next")
    .description(
      "Find the largest load that still meets every check, over several seeds on a virtual clock; name what binds there, lift it, and look again.",
    );
  for (const spec of HEADROOM_SPECS)
    command.addOption(toOption({ ...spec, group: "Load" }).helpGroup("Search:"));
  for (const spec of RUN_SPECS)
    command.addOption(toOption(spec).helpGroup("The service and its load:"));
  return {
    command,
    run: (parsed) => run(readHeadroomOptions(parsed), context, openTrials),
  };
}

async function openPool(workers: number | undefined): Promise<OpenTrials> {
  const { TrialPool } = await import("../trial/trial-pool.ts");
  const pool = new TrialPool(workers === undefined ? {} : { workers });
  return { run: (spec, signal) => pool.run(spec, signal), close: () => pool.close() };
}

async function run(
  options: HeadroomOptions,
  context: CliContext,
  openTrials: (workers: number | undefined) => Promise<OpenTrials>,
): Promise<ExitCode> {
  const plan = await planHeadroom(options);
  const { noun } = VARIED_FACTS[plan.situation.varied];
  const output = createRunOutput(context.stdout, context.clock, options.quiet);
  const interrupts = watchInterrupts(context.clock, context.signals, {
    say: (text) => output.line(text),
    exit: context.exit,
  });
  const { signal } = interrupts;
  const trials = await openTrials(options.workers);
  try {
    const progress = new HeadroomProgress(output, plan, options.quiet);
    const found = await findHeadroom(plan, {
      runTrial: trials.run,
      signal,
      onStage: (lifted) => progress.stage(lifted),
      onTrialBegun: (load, seed) => progress.begun(load, seed),
      onTrial: (trial) => progress.trial(trial),
      onSeed: (seed) => progress.seed(seed),
    });
    output.finish();
    const shaping = shapingOptions(options, plan);
    const scenario = plan.situation.scenario.name;
    const result: HeadroomResult = {
      schemaVersion: 1,
      id: idOf(plan, shaping),
      command: headroomCommand(shaping),
      commit: commitName(),
      status: signal.aborted ? "partial" : "complete",
      partialReason: signal.aborted ? messageOf(signal.reason) : null,
      scenario,
      varied: plan.situation.varied,
      noun,
      range: plan.range,
      model: modelInWords(plan.calibration),
      options: shaping,
      headline: headlineOf(scenario, noun, found.stages),
      ...found,
    };
    output.line(renderHeadroomText(result));
    await write(result, options, output);
    return exitCodeOf(result);
  } finally {
    output.finish();
    interrupts.release();
    await trials.close();
  }
}

/** Of all that shapes it: the same question at the same commit finds its own files. */
function idOf(
  { situation, calibration }: HeadroomPlan,
  shaping: Readonly<Record<string, unknown>>,
): string {
  const { scenario, varied, indexes, limiterConfig } = situation;
  const figures = calibration === undefined ? [] : [calibration.hash];
  const hash = hashName([shaping, indexes, limiterConfig, commitName(), ...figures]);
  const seed = String(shaping["seed"]);
  return `headroom-${scenario.name}-${varied}-seed${seed}-${hash}`;
}

async function write(
  result: HeadroomResult,
  options: HeadroomOptions,
  output: RunOutput,
): Promise<void> {
  const folder = options.output ?? join(options.run.reports, result.id);
  const files = renderHeadroomFiles(result);
  await reported(writeFolder(folder, files));
  output.line(`\nReport: ${relative(process.cwd(), folder)}/ (${[...files.keys()].join(", ")})`);
}

function exitCodeOf({ stages: [first] }: HeadroomResult): ExitCode {
  const median = first?.headroom?.median;
  if (median === undefined) return EXIT_CODES.inconclusive;
  return median.kind === "below" ? EXIT_CODES.checkFailed : EXIT_CODES.pass;
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
