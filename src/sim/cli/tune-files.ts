import { writeFolder } from "../report/write-folder.ts";
import { renderFrontPlot } from "../tune/front-plot.ts";
import { renderTunePage } from "../tune/render-page.ts";
import { renderTuneSummary } from "../tune/render-summary.ts";
import type { TuneReport } from "../tune/tune-report.ts";
import type { Validation } from "../tune/validation.ts";
import { reported } from "./reported.ts";

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
  await reported(writeFolder(folder, files));
  return files.size;
}
