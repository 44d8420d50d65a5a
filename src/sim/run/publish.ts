import { relative } from "node:path";
import type { RunOutput } from "../cli/progress.ts";
import { reported } from "../cli/reported.ts";
import type { SimulationRequest } from "../cli/simulate.ts";
import { quoteWord } from "./replay-command.ts";
import { ReportError } from "../report/report-error.ts";
import { replayWords } from "../report/replay-words.ts";
import type { Result } from "../report/result.ts";
import { renderTerminalTable } from "../report/terminal-table.ts";
import { renderSummaryMarkdown } from "../report/summary-markdown.ts";
import { appendSummary, writeReport } from "../report/write-report.ts";

/** Prints the table, writes the report's files, and says where they are. Returns their folder. */
export async function publish(
  result: Result,
  { options, output }: SimulationRequest,
): Promise<string> {
  output.finish();
  const columns = process.stdout.columns ?? 110;
  const colour = process.stdout.isTTY && process.env["NO_COLOR"] === undefined;
  output.line(renderTerminalTable(result, { columns, colour }));
  const { folder, files } = await reported(writeReport(result, options.reports));
  output.line(
    `Report: ${relative(process.cwd(), folder)}/ (${files.length} files; open report.html)`,
  );
  for (const [what, command] of replayWords(result, quoteWord(relative(process.cwd(), folder)))) {
    output.line(`${what.padEnd(8)}${command}`);
  }
  await summarizeStep(result, output);
  return folder;
}

/** In GitHub Actions the summary is shown with the job; the verdict does not depend on it. */
async function summarizeStep(result: Result, output: RunOutput): Promise<void> {
  const path = process.env["GITHUB_STEP_SUMMARY"];
  if (path === undefined || path === "") return;
  try {
    await appendSummary(path, renderSummaryMarkdown(result));
  } catch (error) {
    if (!(error instanceof ReportError)) throw error;
    output.line(`Warning: ${error.message}`);
  }
}
