import { Command, Option } from "commander";
import { COLLECT_OPTION_SPECS, resolveCollectOptions } from "../k6/collect/collect-options.ts";
import { verdictOf, type Collected } from "../k6/collect/collected-report.ts";
import { VERDICT_WORDS } from "../report/check-groups.ts";
import type { CliCommand, CliContext } from "./context.ts";
import type { ExitCode } from "./exit-codes.ts";
import { watchInterrupts } from "./interrupts.ts";
import { takenOnce } from "./taken-once.ts";
import { VERDICT_EXIT_CODES } from "./verdict-exit-codes.ts";

export function createK6CollectCommand(context: CliContext): CliCommand {
  const command = new Command("collect")
    .summary("merge the counts of a divided load, and judge it")
    .description(
      "Take the counts that each segment of a load sends at its end (k6 export, or several k6 by hand),\n" +
        "add them up and judge them. A segment that does not report fails the run.",
    );
  for (const { flag, describe } of COLLECT_OPTION_SPECS) {
    command.addOption(new Option(flag, describe).argParser(takenOnce(flag)));
  }
  command.addHelpText(
    "after",
    "\nExit codes:\n  0   all checks passed\n  99  a check failed, or a segment is missing\n" +
      "  3   inconclusive: too few samples, or k6 was late\n  2   bad usage",
  );
  return { command, run: (parsed) => collect(parsed, context) };
}

async function collect(
  parsed: Readonly<Record<string, unknown>>,
  context: CliContext,
): Promise<ExitCode> {
  const { clock, stdout } = context;
  const options = resolveCollectOptions(parsed);
  const say = (line: string): void => void stdout.write(`${line}\n`);
  const interrupts = watchInterrupts(clock, context.signals, {
    say: () => say("Ending with what has come."),
    exit: context.exit,
  });
  try {
    const { collectCounts } = await import("../k6/collect/collect-counts.ts");
    const collected = await collectCounts(options, clock, say, interrupts.signal);
    tell(collected, say);
    say(`Report: ${options.output}/summary.md`);
    return VERDICT_EXIT_CODES[verdictOf(collected)];
  } finally {
    interrupts.release();
  }
}

function tell(collected: Collected, say: (line: string) => void): void {
  for (const { verdict, title, figure, target, detail } of collected.checks) {
    say(`  ${VERDICT_WORDS[verdict].padEnd(12)} ${title}: ${figure} (target ${target})`);
    if (verdict !== "pass" && detail !== "") say(`               ${detail}`);
  }
  say(VERDICT_WORDS[verdictOf(collected)]);
}
