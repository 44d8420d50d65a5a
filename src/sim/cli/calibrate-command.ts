import { join, relative } from "node:path";
import { Command } from "commander";
import { createRng } from "../../std/rng.ts";
import type { CalibrationFile } from "../calibrate/calibration-file.ts";
import type { OpenTarget } from "../calibrate/open-target.ts";
import { WARMING_UP, type ProbeRecord } from "../calibrate/probe/run-probe.ts";
import { ProbeDocuments } from "../calibrate/probe/probe-documents.ts";
import { planProbe, operationsOf, type ProbePlan } from "../calibrate/probe/probe-plan.ts";
import { writeProbe, type SavedProbe } from "../calibrate/probe/probe-record.ts";
import { loadGatewayConstants } from "../gateway/gateway-constants.ts";
import { formatCount, formatDuration } from "../report/format-figures.ts";
import { writeFolder } from "../report/write-folder.ts";
import { commitName } from "../run/machine-facts.ts";
import { requireAllowed } from "../staging/guard.ts";
import { openProject } from "../staging/project-file.ts";
import { runIdAt } from "../staging/run-scope.ts";
import {
  declareCalibrateOptions,
  PROBE_FILE,
  readCalibrateOptions,
  type CalibrateOptions,
  type CalibrationSource,
} from "./calibrate-options.ts";
import type { CliCommand, CliContext } from "./context.ts";
import { UserError } from "./errors.ts";
import { EXIT_CODES, type ExitCode } from "./exit-codes.ts";
import { watchInterrupts } from "./interrupts.ts";
import { requireWritable } from "./load-inputs.ts";
import { createRunOutput, type RunOutput } from "./progress.ts";
import { reported } from "./reported.ts";

const EXPLAINED = `
Examples:
  npm run sim -- calibrate --from reports/latest            # the project of that staging run
  npm run sim -- calibrate --project my-staging --config staging.json
  npm run sim -- calibrate --virtual --constants truth.json # how well would it be found?
  npm run sim -- --clock virtual --calibration reports/calibration-my-staging-2026-11-26/calibration.json

Exit codes:
  0   the model's constants were fitted
  99  they were, but the model is of another shape than what was measured
  3   interrupted: no file was written
  2   bad usage, or the project refuses
`;

export function createCalibrateCommand(context: CliContext): CliCommand {
  const command = new Command("calibrate")
    .summary("measure what Firestore does not publish, and fit the model to it")
    .description(
      "Probe a project for a few minutes and fit the model's assumed constants to what is seen.\n" +
        "What it will cost is printed before it starts. docs/calibration.md explains it.",
    )
    .addHelpText("after", EXPLAINED);
  declareCalibrateOptions(command);
  return {
    command,
    run: async (parsed) => calibrate(await readCalibrateOptions(parsed), context),
  };
}

interface Session {
  readonly options: CalibrateOptions;
  readonly context: CliContext;
  readonly output: RunOutput;
  readonly signal: AbortSignal;
}

async function calibrate(options: CalibrateOptions, context: CliContext): Promise<ExitCode> {
  await requireWritable(options.output ?? "reports", "--output");
  const output = createRunOutput(context.stdout, context.clock, false);
  const interrupts = watchInterrupts(context.clock, context.signals, {
    say: (text) => output.line(text),
    exit: context.exit,
  });
  try {
    const session = { options, context, output, signal: interrupts.signal };
    const probe = await probeOf(options.source, session);
    output.finish();
    if (interrupts.signal.aborted) {
      output.line("Interrupted: nothing is fitted to a part of a probe, and no file was written.");
      return EXIT_CODES.inconclusive;
    }
    return await fitAndWrite(probe, session);
  } catch (error) {
    if (!interrupts.signal.aborted || error !== interrupts.signal.reason) throw error;
    output.line("Interrupted before the probe began: no file was written.");
    return EXIT_CODES.inconclusive;
  } finally {
    output.finish();
    interrupts.release();
  }
}

function probeOf(source: CalibrationSource, session: Session): Promise<SavedProbe> {
  switch (source.kind) {
    case "probe":
      return Promise.resolve(source.probe);
    case "virtual":
      return probeTheModel(source.constantsFile, session);
    case "endpoint":
    case "project":
      return probeDatabase(source, session);
  }
}

async function probeTheModel(file: string | null, session: Session): Promise<SavedProbe> {
  const { options, context, output, signal } = session;
  const { constants } = await loadGatewayConstants(context.machine, file);
  const { probeVirtually } = await import("../calibrate/probe/probe-virtually.ts");
  const record = await probeVirtually({
    size: options.size,
    rng: createRng(options.seed),
    constants,
    roundTripMs: 0,
    signal,
    onStage: (title) => output.phase(`Probing: ${title}`),
    onProgress: (done, total) => showProgress(output, done, total),
  });
  const origin = {
    project: "the-model-itself",
    database: "(default)",
    region: "nowhere",
    target: `the model itself, on a virtual clock${file === null ? "" : `, with the figures of ${file}`}`,
  };
  return { origin: { ...origin, ...dayAndSeed(session) }, record, deleted: 0 };
}

function dayAndSeed({ context, options }: Session): { date: string; seed: number } {
  const date = new Date(context.clock.wallMs()).toISOString().slice(0, 10);
  return { date, seed: options.seed };
}

function showProgress(output: RunOutput, doneMs: number, totalMs: number): void {
  const [done, total] = [doneMs, totalMs].map((ms) => Math.round(ms / 1000));
  output.progress(Math.min(done ?? 0, total ?? 0), total ?? 0, "seconds");
}

type DatabaseSource = Extract<CalibrationSource, { kind: "endpoint" | "project" }>;

/** Probes it, and deletes again what the probe wrote, however it ended. */
async function probeDatabase(source: DatabaseSource, session: Session): Promise<SavedProbe> {
  const { options, context, output, signal: interrupted } = session;
  const rng = createRng(options.seed);
  const plan = planProbe(options.size, rng.fork("plan"));
  announce(plan, session);
  const open = await openSource(source, plan, session);
  const { clearAway } = await import("../calibrate/probe/clear-away.ts");
  const documents = new ProbeDocuments(open.prefix, rng.fork("documents"));
  const signal = open.signal ?? interrupted;
  let left = documents.written.length;
  let record: ProbeRecord;
  try {
    record = await probeOpened(plan, documents, open, { ...session, signal });
  } finally {
    open.enter("seeding");
    output.phase(`Deleting the probe's ${formatCount(documents.written.length)} documents`);
    // A second Ctrl-C ends the process; the first one is no reason to leave anything behind.
    const watch = {
      clock: context.clock,
      signal: new AbortController().signal,
      onProgress: (done: number, total: number) => output.progress(done, total, "documents"),
    };
    left = await clearAway(documents.written, open.patientStore, watch).catch(
      () => documents.written.length,
    );
    await open.close(left);
  }
  if (signal.aborted && !interrupted.aborted) {
    throw new UserError("E_CALIBRATE", messageOf(signal.reason), "Nothing was fitted to a part.");
  }
  const origin = { ...open.origin, ...dayAndSeed(session) };
  return { origin, record, deleted: documents.written.length - left };
}

function announce(plan: ProbePlan, { output }: Session): void {
  const { reads, writes, deletes, writesPerSecond, durationMs } = operationsOf(plan);
  output.line(
    `The probe takes ${formatDuration(durationMs)} and asks for ${formatCount(reads)} reads, ${formatCount(writes)} writes ` +
      `(at most ${formatCount(writesPerSecond)} in a second) and ${formatCount(deletes)} deletes, all of documents of its own.`,
  );
}

async function openSource(
  source: DatabaseSource,
  plan: ProbePlan,
  { options, context, output, signal }: Session,
): Promise<OpenTarget> {
  const { clock, machine } = context;
  const runId = runIdAt(clock.wallMs());
  if (source.kind === "endpoint") {
    const { openLocalTarget } = await import("../calibrate/open-local-target.ts");
    return openLocalTarget(clock, source.endpoint, runId);
  }
  const { allowed, projectFile: file, projectId: named } = source;
  const { environment } = machine;
  const projectId = requireAllowed({ flag: "calibrate", projectId: named, environment }, allowed);
  const project = await openProject({ projectId, file }, machine);
  const { openStagingTarget } = await import("../calibrate/open-staging-target.ts");
  const { maxCost, command } = options;
  const planned = operationsOf(plan);
  return openStagingTarget(clock, { project, runId, planned, maxCost, command, output, signal });
}

async function probeOpened(
  plan: ProbePlan,
  documents: ProbeDocuments,
  open: OpenTarget,
  { context, output, signal }: Session,
): Promise<ProbeRecord> {
  const { runProbe, ProbeFailed } = await import("../calibrate/probe/run-probe.ts");
  open.enter("seeding");
  try {
    return await runProbe(plan, documents, open.target, {
      clock: context.clock,
      signal,
      onStage: (title) => {
        output.phase(`Probing: ${title}`);
        if (title !== WARMING_UP) open.enter("load");
      },
      onProgress: (done, total) => showProgress(output, done, total),
    });
  } catch (error) {
    if (!(error instanceof ProbeFailed)) throw error;
    const hint = "Is the database there, and may it be written? What was written is deleted again.";
    throw new UserError("E_CALIBRATE", error.message, hint, { cause: error });
  }
}

async function fitAndWrite(probe: SavedProbe, session: Session): Promise<ExitCode> {
  const { options, output } = session;
  output.phase("Fitting the model's constants");
  const [{ fitProbe }, { buildCalibration }, render] = await Promise.all([
    import("../calibrate/fit/fit-probe.ts"),
    import("../calibrate/build-calibration.ts"),
    import("../calibrate/render-calibration.ts"),
  ]);
  const fit = fitProbe(probe.record.samples, createRng(probe.origin.seed).fork("fit"));
  const file: CalibrationFile = buildCalibration(fit, probe, commitName());
  const { project, date } = file;
  const folder = options.output ?? join("reports", `calibration-${project}-${date}`);
  const files = new Map([
    ["calibration.json", `${JSON.stringify(file, null, 2)}\n`],
    ["calibration.md", render.renderCalibrationMarkdown(file)],
    [PROBE_FILE, writeProbe(probe)],
  ]);
  await reported(writeFolder(folder, files));
  output.line(render.renderCalibrationText(file));
  output.line(
    `\nCalibration: ${relative(process.cwd(), folder)}/ (${[...files.keys()].join(", ")})`,
  );
  return file.lackOfFit.length > 0 ? EXIT_CODES.checkFailed : EXIT_CODES.pass;
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
