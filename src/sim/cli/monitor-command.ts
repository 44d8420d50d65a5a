import { Command, Option } from "commander";
import type { Span } from "../monitoring/compare/compare-counts.ts";
import { windowOf } from "../monitoring/compare/compare-reading.ts";
import {
  MONITOR_FORMATS,
  readMonitorOptions,
  type MonitorOptions,
} from "../monitoring/monitor/monitor-options.ts";
import { monitorReport, type RunToCompare } from "../monitoring/monitor/monitor-report.ts";
import { renderMonitor } from "../monitoring/monitor/render-monitor.ts";
import type { CliCommand, CliContext } from "./context.ts";
import { UserError } from "./errors.ts";
import { EXIT_CODES, type ExitCode } from "./exit-codes.ts";
import { watchInterrupts } from "./interrupts.ts";
import { createRunOutput, type RunOutput } from "./progress.ts";
import { readRun } from "./saved-run.ts";
import { takenOnce } from "./taken-once.ts";
import { VERDICT_EXIT_CODES } from "./verdict-exit-codes.ts";
import { writeOutput, writeWhole } from "./write-output.ts";

const OPTIONS = [
  { flag: "--project <id>", describe: "whose metrics" },
  {
    flag: "--project-file <file>",
    describe: "where the project is (default: Google's own hosts; docs/staging.md)",
  },
  {
    flag: "--since <time>",
    describe: "how long ago, or a time (default: 30m, or when the run began)",
  },
  { flag: "--until <time>", describe: "likewise (default: now, or when the run ended)" },
  { flag: "--run <folder>", describe: "report of a staging run to compare with" },
  { flag: "--format <format>", describe: `${MONITOR_FORMATS.join(", ")} (default: text)` },
  { flag: "--output <file>", describe: "write there instead of on standard output" },
] as const;

const EXAMPLES = `
Examples:
  npm run sim -- monitor --project my-staging --since 30m
      reads, writes, deletes, requests and latencies of the last half hour
  npm run sim -- monitor --project my-staging --run reports/latest
      the same of a run's time, beside what the run counted itself

Exit codes:
  0   the counts agree; without --run: there are points
  99  they disagree
  3   too little was seen to say, or it was interrupted
  2   bad usage, no permission, or Monitoring cannot be read
`;

/** Without --run. */
const SINCE_MS = 30 * 60_000;

export function createMonitorCommand(context: CliContext): CliCommand {
  const command = new Command("monitor")
    .summary("what Cloud Monitoring counted of a project, beside a run's own count")
    .description(
      "Read what Cloud Monitoring counted of a project's Firestore: documents, requests, refusals,\n" +
        "latencies. With --run, hold it against what a staging run counted (docs/monitoring.md).",
    );
  for (const { flag, describe } of OPTIONS) {
    command.addOption(new Option(flag, describe).argParser(takenOnce(flag)));
  }
  command.option("--wait", "wait until the samples of the last moment must be there");
  command.addHelpText("after", EXAMPLES);
  return {
    command,
    run: (parsed) => monitor(readMonitorOptions(parsed, context.clock.wallMs()), context),
  };
}

async function monitor(options: MonitorOptions, context: CliContext): Promise<ExitCode> {
  const { clock, stderr, signals, exit } = context;
  const run = options.run === null ? null : await runToCompare(options.run, options.project);
  const span = spanOf(options, run, clock.wallMs());
  // What is read goes to standard output alone, so that it can be piped.
  const output = createRunOutput(stderr, clock, false);
  const interrupts = watchInterrupts(clock, signals, {
    say: () => output.line("Stopping. Nothing was changed."),
    exit,
  });
  try {
    const report = await read(options, { run, span, output, signal: interrupts.signal }, context);
    output.finish();
    await write(renderMonitor(report, options.format), options.output, context);
    return VERDICT_EXIT_CODES[report.verdict];
  } catch (error) {
    if (!interrupts.signal.aborted || error !== interrupts.signal.reason) throw error;
    return EXIT_CODES.inconclusive;
  } finally {
    interrupts.release();
  }
}

interface Reading {
  readonly run: RunToCompare | null;
  readonly span: Span;
  readonly output: RunOutput;
  readonly signal: AbortSignal;
}

async function read(
  options: MonitorOptions,
  { run, span, output, signal }: Reading,
  { clock, machine }: CliContext,
) {
  // Google's client is heavy, and the faults above need none of it.
  const { readProject } = await import("../monitoring/read/read-project.ts");
  const { openProject } = await import("../staging/project-file.ts");
  const project = await openProject(
    { projectId: options.project, file: options.projectFile },
    machine,
  );
  const reading = await readProject(
    project,
    { span, isPatient: run !== null || options.wait },
    {
      clock,
      signal,
      say: (text) => output.line(text),
      onWait: (leftMs, totalMs) => {
        const [left, total] = [leftMs, totalMs].map((ms) => Math.ceil(ms / 1000));
        output.progress((total ?? 0) - (left ?? 0), total ?? 0, "s until the last sample is there");
      },
    },
  );
  return monitorReport(reading, span, run);
}

async function runToCompare(folder: string, project: string): Promise<RunToCompare> {
  const { result } = await readRun(folder, "E_MONITOR_RUN");
  const { counted, monitoring, run } = result;
  if (counted === undefined) {
    throw new UserError(
      "E_MONITOR_RUN",
      `--run: "${folder}" has no count of its own traffic with a project`,
      "Give the report of a run with --target staging.",
    );
  }
  if (monitoring !== undefined && monitoring.project !== project) {
    throw new UserError(
      "E_MONITOR_RUN",
      `--run: "${folder}" was made against ${monitoring.project}, and --project is ${project}`,
      "Name the project of the run.",
    );
  }
  return { id: run.id, counted };
}

/** What is asked about: of a run, no more than its own time. */
function spanOf(options: MonitorOptions, run: RunToCompare | null, nowMs: number): Span {
  const { sinceMs, untilMs } = options;
  if (run === null) {
    const toMs = untilMs ?? nowMs;
    return { fromMs: sinceMs ?? toMs - SINCE_MS, toMs };
  }
  const own = windowOf(run.counted) ?? { fromMs: 0, toMs: 0 };
  const fromMs = Math.max(own.fromMs, sinceMs ?? -Infinity);
  const toMs = Math.min(own.toMs, untilMs ?? Infinity);
  if (fromMs < toMs) return { fromMs, toMs };
  throw new UserError(
    "E_MONITOR_RUN",
    `--run: nothing of ${run.id} lies in the time asked about`,
    "Leave out --since and --until for all of the run.",
  );
}

async function write(text: string, output: string | null, { stdout }: CliContext): Promise<void> {
  const fault = (what: string, cause: Error): UserError =>
    new UserError("E_MONITOR_OUTPUT", what, "Nothing was changed; run it again.", { cause });
  if (output === null) return await writeWhole(stdout, text, fault);
  await writeOutput(output, text, fault);
  stdout.write(`${output}\n`);
}
