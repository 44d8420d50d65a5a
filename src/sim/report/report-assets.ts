import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { explainFileError } from "./report-error.ts";
import type { ReportAssets } from "./report-html.ts";

/** Reads the style sheets and scripts that report.html carries in itself. */
export async function readReportAssets(): Promise<ReportAssets> {
  const require = createRequire(import.meta.url);
  const [uplotScript, uplotStyle, plotsScript, copyScript, pageStyle] = await Promise.all([
    readAsset(require.resolve("uplot/dist/uPlot.iife.min.js")),
    readAsset(require.resolve("uplot/dist/uPlot.min.css")),
    readAsset(new URL("html/plots.js", import.meta.url)),
    readAsset(new URL("html/copy-command.js", import.meta.url)),
    readAsset(new URL("html/page.css", import.meta.url)),
  ]);
  return { uplotScript, uplotStyle, plotsScript, copyScript, pageStyle };
}

async function readAsset(path: string | URL): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw explainFileError("cannot read a part of report.html; run npm ci", String(path), error);
  }
}
