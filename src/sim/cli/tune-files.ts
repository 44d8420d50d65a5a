import { UserError } from "./errors.ts";
import { ReportError } from "../report/report-error.ts";
import { writeFolder } from "../report/write-folder.ts";
import { renderFrontPlot } from "../tune/front-plot.ts";
import { renderTunePage } from "../tune/render-page.ts";
import { renderTuneSummary } from "../tune/render-summary.ts";
import type { TuneReport } from "../tune/tune-report.ts";
import type { Validation } from "../tune/validation.ts";

/** The recommended configuration, as --limiter-config takes it. */
export const RECOMMENDED_FILE = "recommended.json";

/** Writes a search's files, whole or not at all. Returns how many. */
export async function writeTuneReport(
  folder: string,
  report: TuneReport,
  validation: Validation | null,
): Promise<number> {
  const { recommended } = report;
  const json = (data: unknown): string => `${JSON.stringify(data, null, 2)}\n`;
  const files = new Map([
    ["tune.json", json(report)],
    ["summary.md", renderTuneSummary(report, validation)],
    ["report.html", renderTunePage(report, validation)],
    ["front.svg", renderFrontPlot(report)],
    ...(recommended === null ? [] : [[RECOMMENDED_FILE, json(recommended.config)] as const]),
    ...(validation === null ? [] : [["validation.json", json(validation)] as const]),
  ]);
  try {
    await writeFolder(folder, files);
  } catch (error) {
    if (!(error instanceof ReportError)) throw error;
    throw new UserError("E_REPORT_NOT_WRITTEN", error.message, error.hint, { cause: error });
  }
  return files.size;
}
