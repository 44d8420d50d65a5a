import { Command, Option } from "commander";
import { compareHistory, type Comparison } from "../compare/comparison.ts";
import { renderCompareJunit } from "../compare/render-junit.ts";
import { renderCompareMarkdown } from "../compare/render-markdown.ts";
import { renderCompareText } from "../compare/render-text.ts";
import { entryOfResult } from "../history/entry-of-result.ts";
import {
  addToHistory,
  pruneHistory,
  readHistory,
  type History,
} from "../history/history-folder.ts";
import { writeFolder } from "../report/write-folder.ts";
import { appendSummary } from "../report/write-report.ts";
import { commitName } from "../run/machine-facts.ts";
import {
  COMPARE_OPTIONS,
  readCompareOptions,
  REPEATED,
  type CompareOptions,
} from "./compare-options.ts";
import type { CliCommand, CliContext } from "./context.ts";
import { UserError } from "./errors.ts";
import type { ExitCode } from "./exit-codes.ts";
import { inHistory } from "./in-history.ts";
import { createPaint, type Colour } from "./paint.ts";
import { reported } from "./reported.ts";
import { several, single } from "./run-options-parser.ts";
import { readRun } from "./saved-run.ts";
import { VERDICT_EXIT_CODES } from "./verdict-exit-codes.ts";

const HELP = `
Examples:
  npm run sim -- compare
      the newest run of every lane in reports/history against the runs before it
  npm run sim -- compare --add reports/latest --lane mine
      add a run to the history as one of the lane "mine", then compare
  npm run sim -- compare --metric p99 --across machine
      only 99th percentiles, and also across a change of machine

Exit codes:
  0   no figure has become worse, or it is repaired or settled
  99  a regression is open
  3   too few comparable runs to judge anything
  2   bad usage: an option, or a history that cannot be read or written

docs/nightly.md says how it is judged, how often it is wrong, and what it can find.
`;

export function createCompareCommand(context: CliContext): CliCommand {
  const command = new Command("compare")
    .summary("judge the newest runs by the history of those before")
    .description(
      "Judge the newest runs of a history by the runs before them that may be compared: which figures\n" +
        "have changed their level, by how much, since which run, and what changed there.",
    );
  for (const [flag, describe] of COMPARE_OPTIONS) {
    const name = flag.split(" ")[0] ?? flag;
    const option = new Option(flag, describe);
    if (REPEATED.has(name)) command.addOption(option.argParser(several(name)));
    else command.addOption(option.argParser(single(name)));
  }
  command.option("--json", "print the comparison as JSON");
  command.addHelpText("after", HELP);
  return { command, run: (parsed) => compare(readCompareOptions(parsed), context) };
}

async function compare(options: CompareOptions, context: CliContext): Promise<ExitCode> {
  await addRuns(options, context);
  const history = await inHistory(options.history, () => readHistory(options.history));
  if (history.entries.length === 0) throw emptyHistory(options, history);
  const comparison = compareHistory(history, options.rules);
  show(comparison, options, context);
  await writeFiles(comparison, options, context);
  if (options.keep !== undefined) await prune(options, options.keep, context);
  return VERDICT_EXIT_CODES[comparison.verdict];
}

/** Runs are read before any is added: a folder that holds none leaves the history as it was. */
async function addRuns(
  { add, rules, history }: CompareOptions,
  { clock }: CliContext,
): Promise<void> {
  const at = new Date(clock.wallMs()).toISOString();
  const [lane = "run"] = rules.lanes;
  const runs = await Promise.all(add.map((folder) => readRun(folder, "E_HISTORY")));
  for (const { result } of runs) {
    await inHistory(history, () => addToHistory(history, entryOfResult(result, { lane, at })));
  }
}

function emptyHistory({ history }: CompareOptions, { skipped }: History): UserError {
  const [first] = skipped;
  const why =
    first === undefined
      ? "holds no run"
      : `holds no run that can be read; of ${skipped.length} files the first, ${first.path}, ${first.why}`;
  return new UserError(
    "E_HISTORY",
    `--history: "${history}" ${why}. Accepted: a folder that \`npm run nightly\` or --add has written.`,
    "Add a run: npm run sim -- compare --add reports/latest",
  );
}

const COLOURS: Readonly<Record<string, Colour>> = {
  alarm: "red",
  improved: "green",
  repaired: "green",
  settled: "yellow",
};

function show(comparison: Comparison, { json }: CompareOptions, context: CliContext): void {
  if (json) {
    context.stdout.write(`${JSON.stringify(comparison, null, 2)}\n`);
    return;
  }
  const paint = createPaint(context.stdout, context.machine.environment);
  context.stdout.write(
    renderCompareText(comparison, (state, text) => {
      const colour = COLOURS[state];
      return colour === undefined ? text : paint(colour, text);
    }),
  );
}

async function writeFiles(
  comparison: Comparison,
  { output, history }: CompareOptions,
  { clock, machine, stderr }: CliContext,
): Promise<void> {
  const markdown = renderCompareMarkdown(comparison);
  const facts = {
    seconds: 0,
    startedAt: new Date(clock.wallMs()).toISOString(),
    command: "npm run sim -- compare",
    properties: { commit: commitName(), history },
  };
  if (output !== undefined) {
    const files = new Map([
      ["compare.json", `${JSON.stringify(comparison, null, 2)}\n`],
      ["summary.md", markdown],
      ["junit.xml", renderCompareJunit(comparison, facts)],
    ]);
    await reported(writeFolder(output, files));
    stderr.write(`Written to ${output}: ${[...files.keys()].join(", ")}\n`);
  }
  const step = machine.environment["GITHUB_STEP_SUMMARY"];
  if (step) await reported(appendSummary(step, markdown));
}

async function prune(
  { history }: CompareOptions,
  keep: number,
  { stderr }: CliContext,
): Promise<void> {
  const removed = await inHistory(history, () => pruneHistory(history, keep));
  if (removed > 0) stderr.write(`Pruned ${removed} runs; ${keep} of each lane are kept.\n`);
}
