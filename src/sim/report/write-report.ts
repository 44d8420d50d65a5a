import { appendFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { renderJunitXml } from "./junit-xml.ts";
import { renderLatencyCsv } from "./latency-csv.ts";
import { readReportAssets } from "./report-assets.ts";
import { ReportError } from "./report-error.ts";
import { renderReportHtml, type ReportAssets } from "./report-html.ts";
import { renderResultJson } from "./result-json.ts";
import type { Result } from "./result.ts";
import { renderSeriesCsv } from "./series-csv.ts";
import { renderSummaryMarkdown } from "./summary-markdown.ts";
import { attempt, writeFolder } from "./write-folder.ts";

export interface ReportOptions {
  /** Scripts and styles of report.html; read from the installation when absent. */
  readonly assets?: ReportAssets;
}

export interface WrittenReport {
  /** <reports folder>/<run id>. */
  readonly folder: string;
  /** Names of the files in it. */
  readonly files: readonly string[];
}

/**
 * Writes a run's six report files into a folder named after the run, and points `latest` at it.
 * Nothing half-written is ever seen there: files are made in a hidden folder beside it, which is
 * renamed when whole and removed when anything goes wrong. Writing a run's report again replaces
 * these files and keeps what else is in its folder. Throws ReportError.
 */
export async function writeReport(
  result: Result,
  reportsFolder: string,
  options: ReportOptions = {},
): Promise<WrittenReport> {
  const runId = checkRunId(result.run.id);
  const files = renderFiles(result, options.assets ?? (await readReportAssets()));
  const folder = join(reportsFolder, runId);
  await writeFolder(folder, files);
  await pointLatest(reportsFolder, runId);
  return { folder, files: [...files.keys()] };
}

/** The id becomes a folder's name, so it must not lead elsewhere or hide. */
function checkRunId(runId: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/u.test(runId) && runId !== "latest") return runId;
  throw new ReportError({
    what: "cannot name a report folder after this run",
    where: `run "${runId}"`,
    why: 'a run id has 1 to 200 letters, digits, ".", "_" or "-", starts with a letter or digit, and is not "latest"',
    hint: "Choose another run id",
  });
}

function renderFiles(result: Result, assets: ReportAssets): ReadonlyMap<string, string> {
  return new Map([
    ["result.json", renderResultJson(result)],
    ["series.csv", renderSeriesCsv(result)],
    ["latency.csv", renderLatencyCsv(result)],
    ["summary.md", renderSummaryMarkdown(result)],
    ["junit.xml", renderJunitXml(result)],
    ["report.html", renderReportHtml(result, assets)],
  ]);
}

/**
 * `latest` is a link to the newest run, replaced in one step. Where the file system has no links,
 * or something else is called so, latest.txt holds the run's id.
 */
async function pointLatest(reportsFolder: string, runId: string): Promise<void> {
  const draft = join(reportsFolder, ".latest.writing");
  const textPath = join(reportsFolder, "latest.txt");
  try {
    await rm(draft, { force: true });
    await symlink(runId, draft, "dir");
    await rename(draft, join(reportsFolder, "latest"));
    await rm(textPath, { force: true });
  } catch {
    await rm(draft, { force: true });
    await attempt("cannot note the latest run", textPath, () => writeFile(textPath, `${runId}\n`));
  }
}

/** Appends to GitHub's $GITHUB_STEP_SUMMARY file. Throws ReportError. */
export async function appendSummary(path: string, summary: string): Promise<void> {
  await attempt("the report is written, but its summary cannot be appended", path, () =>
    appendFile(path, summary),
  );
}
