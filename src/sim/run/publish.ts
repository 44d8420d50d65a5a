import { relative } from "node:path";
import type { SimulationRequest } from "../cli/simulate.ts";
import type { Result } from "../report/result.ts";
import { renderTerminalTable } from "../report/terminal-table.ts";
import { writeReport } from "../report/write-report.ts";

/** Prints the table, writes the report's files, and says where they are. Returns their folder. */
export async function publish(
  result: Result,
  { options, output }: SimulationRequest,
): Promise<string> {
  output.finish();
  const columns = process.stdout.columns ?? 110;
  const colour = process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined;
  output.line(renderTerminalTable(result, { columns, colour }));
  const stepSummary = process.env["GITHUB_STEP_SUMMARY"];
  const { folder, files } = await writeReport(result, options.reports, {
    ...(stepSummary === undefined ? {} : { stepSummaryPath: stepSummary }),
  });
  output.line(`Report: ${relative(process.cwd(), folder)}/ (${files.length} files; open report.html)`);
  return folder;
}
