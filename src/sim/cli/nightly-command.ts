import { join, relative } from "node:path";
import { Command, Option } from "commander";
import { compareHistory, type Comparison } from "../compare/comparison.ts";
import { DEFAULT_RULES } from "../compare/judge-history.ts";
import { renderCompareText } from "../compare/render-text.ts";
import { entryOfResult } from "../history/entry-of-result.ts";
import { addToHistory, pruneHistory, readHistory } from "../history/history-folder.ts";
import { findLanes, type FoundLane } from "../nightly/find-lanes.ts";
import { fullForm, SHORT_FORM } from "../nightly/lanes.ts";
import { laneWord, nightVerdict, type Night, type NightVerdict } from "../nightly/night.ts";
import { laneLine, renderNightJunit, renderNightMarkdown } from "../nightly/render-night.ts";
import { runLane, type LaneEnd } from "../nightly/run-lane.ts";
import { formatDuration } from "../report/format-figures.ts";
import { writeFolder } from "../report/write-folder.ts";
import { appendSummary } from "../report/write-report.ts";
import { commitName } from "../run/machine-facts.ts";
import type { CliCommand, CliContext } from "./context.ts";
import { UserError } from "./errors.ts";
import { EXIT_CODES, type ExitCode } from "./exit-codes.ts";
import { inHistory } from "./in-history.ts";
import { watchInterrupts } from "./interrupts.ts";
import { NIGHTLY_OPTIONS, readNightlyOptions, type NightlyOptions } from "./nightly-options.ts";
import { createRunOutput, type RunOutput } from "./progress.ts";
import { reported } from "./reported.ts";
import { several, single } from "./run-options-parser.ts";
import { VERDICT_EXIT_CODES } from "./verdict-exit-codes.ts";

const HELP = `
Examples:
  npm run nightly
      every lane that can run here, the history, and what has changed
  npm run nightly -- --lane gateway --lane virtual --users 500
      two lanes only
  npm run nightly -- --short
      a minute to see that it all works; its figures mean nothing and are not kept

Exit codes:
  0   every lane passed, and no regression is open; short: everything did its work
  99  a check failed, or a regression is open; short: data was lost
  3   a lane was inconclusive
  2   bad usage, or a lane that was asked for cannot run here
  1   a lane did not get far enough to tell

docs/nightly.md explains lanes, history and comparison.
`;

export function createNightlyCommand(context: CliContext): CliCommand {
  const command = new Command("nightly")
    .summary("run every lane that can run here, keep the figures, compare")
    .description(
      "Run the lanes of the nightly workflow on this machine one after the other, add them to the\n" +
        "history, and judge them by the nights before.",
    )
    .option("--short", "only see that everything works, within some 90 seconds");
  for (const [flag, describe] of NIGHTLY_OPTIONS) {
    const option = new Option(flag, describe);
    if (flag.startsWith("--lane ")) command.addOption(option.argParser(several("--lane")));
    else command.addOption(option.argParser(single(flag.split(" ")[0] ?? flag)));
  }
  command.addHelpText("after", HELP);
  return { command, run: (parsed) => nightly(readNightlyOptions(parsed), context) };
}

async function nightly(options: NightlyOptions, context: CliContext): Promise<ExitCode> {
  const { clock, machine } = context;
  const found = await findLanes(options.lane, options.stagingConfig, machine);
  refuseMissing(options, found);
  const startedAt = new Date(clock.wallMs()).toISOString();
  const id = `nightly-${startedAt.slice(0, 19).replaceAll(":", "-")}${options.short ? "-short" : ""}`;
  const folder = join(options.reports, id);
  const output = createRunOutput(context.stdout, clock, false);
  const interrupts = watchInterrupts(clock, context.signals, {
    say: (text) => output.line(text),
    exit: context.exit,
  });
  const startedMs = clock.monotonicMs();
  try {
    const lanes = await runLanes(
      found,
      { options, folder, output, signal: interrupts.signal },
      context,
    );
    const historyFolder = options.history ?? defaultHistory(options, folder);
    const comparison = await keepAndCompare(lanes, historyFolder, startedAt, options);
    const night: Night = {
      id,
      startedAt,
      durationMs: Math.round(clock.monotonicMs() - startedMs),
      commit: commitName(),
      command: commandOf(options),
      isShort: options.short,
      lanes,
      skipped: found.flatMap(({ lane, missing }) =>
        missing === null ? [] : [{ lane: lane.name, why: missing }],
      ),
      comparison,
      historyFolder,
    };
    await tell(night, folder, output, context);
    return NIGHT_EXIT_CODES[nightVerdict(night)];
  } finally {
    output.finish();
    interrupts.release();
  }
}

/** A lane that somebody asked for by its name is not skipped. */
function refuseMissing({ lane: asked }: NightlyOptions, found: readonly FoundLane[]): void {
  const missing = found.filter(
    ({ lane, missing: why }) => why !== null && asked.includes(lane.name),
  );
  if (missing.length === 0) return;
  throw new UserError(
    "E_LANE",
    missing
      .map(({ lane, missing: why }) => `--lane: ${lane.name} cannot run here: ${why}`)
      .join("\n"),
    "`npm run sim -- doctor` says how to get what is missing. Nothing was run.",
  );
}

/** The short form's figures mean nothing: they go where nobody compares with them. */
function defaultHistory({ short, reports }: NightlyOptions, folder: string): string {
  return join(short ? folder : reports, "history");
}

interface LanesRequest {
  readonly options: NightlyOptions;
  readonly folder: string;
  readonly output: RunOutput;
  readonly signal: AbortSignal;
}

async function runLanes(
  found: readonly FoundLane[],
  { options, folder, output, signal }: LanesRequest,
  { machine, clock }: CliContext,
): Promise<readonly LaneEnd[]> {
  const form = options.short ? SHORT_FORM : fullForm(options.users);
  const ends: LaneEnd[] = [];
  for (const { lane, missing } of found) {
    if (missing !== null) output.line(`Lane ${lane.name}: skipped: ${missing}`);
    if (missing !== null || signal.aborted) continue;
    output.line(`Lane ${lane.name}: ${lane.about}`);
    const end = await runLane(
      {
        lane,
        form,
        stagingConfig: options.stagingConfig,
        reports: join(folder, "lanes", lane.name),
        signal,
        onSecond: (ms) => output.live(() => [`  ${lane.name}: ${Math.round(ms / 1000)} s`]),
      },
      machine,
      clock,
    );
    output.finish();
    output.line(`  ${laneWord(end)} after ${formatDuration(end.durationMs)}: ${laneLine(end)}`);
    ends.push(end);
  }
  return ends;
}

async function keepAndCompare(
  lanes: readonly LaneEnd[],
  history: string,
  at: string,
  { keep }: NightlyOptions,
): Promise<Comparison | null> {
  const left = lanes.filter(({ result }) => result !== undefined);
  if (left.length === 0) return null;
  return inHistory(history, async () => {
    for (const { lane, result } of left) {
      if (result === undefined) continue;
      await addToHistory(history, entryOfResult(result, { lane: lane.name, at }));
    }
    await pruneHistory(history, keep);
    const names = left.map(({ lane }) => lane.name);
    return compareHistory(await readHistory(history), { ...DEFAULT_RULES, lanes: names });
  });
}

function commandOf({ short, lane, users }: NightlyOptions): string {
  const words = short ? ["--short"] : ["--users", String(users)];
  const lanes = lane.flatMap((name) => ["--lane", name]);
  return ["npm run nightly --", ...words, ...lanes].join(" ");
}

async function tell(
  night: Night,
  folder: string,
  output: RunOutput,
  { machine }: CliContext,
): Promise<void> {
  const markdown = renderNightMarkdown(night);
  const lanes = night.lanes.map(({ result, ...end }) => ({
    ...end,
    run: result?.run.id ?? null,
    verdict: laneWord({ ...end, result }),
  }));
  const verdict = nightVerdict(night);
  const files = new Map([
    ["nightly.json", `${JSON.stringify({ ...night, verdict, lanes }, null, 2)}\n`],
    ["summary.md", markdown],
    ["junit.xml", renderNightJunit(night)],
  ]);
  await reported(writeFolder(folder, files));
  const step = machine.environment["GITHUB_STEP_SUMMARY"];
  if (step) await reported(appendSummary(step, markdown));
  output.finish();
  if (night.comparison !== null) {
    output.line(renderCompareText(night.comparison, (_state, text) => text).trimEnd());
  }
  output.line(`\nNightly: ${verdict}${night.isShort ? " (of the machinery only)" : ""}`);
  output.line(
    `Report: ${relative(process.cwd(), folder)}/ (${[...files.keys()].join(", ")}, lanes/)`,
  );
}

const NIGHT_EXIT_CODES: Readonly<Record<NightVerdict, ExitCode>> = {
  ...VERDICT_EXIT_CODES,
  broken: EXIT_CODES.internal,
};
