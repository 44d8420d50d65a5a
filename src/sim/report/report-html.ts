import { VERDICT_WORDS } from "./check-groups.ts";
import { checksSection } from "./html/checks-section.ts";
import { definitionsSection } from "./html/definitions-section.ts";
import { distributionSection } from "./html/distribution-section.ts";
import { limiterSection } from "./html/limiter-section.ts";
import { limitsSection } from "./html/limits-section.ts";
import { markup, jsonMarkup, scriptMarkup, trustedMarkup, type Markup } from "./html/markup.ts";
import { monitoringSection } from "./html/monitoring-section.ts";
import { phasesSection } from "./html/phases-section.ts";
import { plotData } from "./html/plot-data.ts";
import { latencyPlotsSection, ratesSection } from "./html/plots-section.ts";
import { runSection } from "./html/run-section.ts";
import { throughputSection } from "./html/throughput-section.ts";
import { verdictSection } from "./html/verdict-section.ts";
import type { Result } from "./result.ts";

/** Texts put into the page, read by the writer so that rendering stays a pure function. */
export interface ReportAssets {
  readonly uplotScript: string;
  readonly uplotStyle: string;
  readonly plotsScript: string;
  readonly copyScript: string;
  readonly pageStyle: string;
}

/**
 * Nothing may be loaded from anywhere: the page works from disk, and showing it tells nobody.
 */
const CONTENT_POLICY =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:";

const NAVIGATION: readonly (readonly [id: string, title: string])[] = [
  ["checks", "Benchmark table"],
  ["throughput", "Throughput"],
  ["rates", "Write rate"],
  ["latency", "Latency"],
  ["distributions", "Distributions"],
  ["limits", "Limits met"],
  ["monitoring", "Cloud Monitoring"],
  ["limiter", "Limiter"],
  ["phases", "Phases"],
  ["run", "This run"],
  ["definitions", "Definitions"],
];

/** To what is there: only a staging run has a witness. */
function navigation({ monitoring }: Result): typeof NAVIGATION {
  return NAVIGATION.filter(([id]) => id !== "monitoring" || monitoring !== undefined);
}

/** report.html: one file with everything in it. Any text of the result is escaped. */
export function renderReportHtml(result: Result, assets: ReportAssets): string {
  const { step, ...data } = plotData(result);
  const page = markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${CONTENT_POLICY}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${VERDICT_WORDS[result.verdict]}: Plimsoll report ${result.run.id}</title>
        <style>
          ${trustedMarkup(assets.uplotStyle)}
          ${trustedMarkup(assets.pageStyle)}
        </style>
      </head>
      <body>
        <a class="skip" href="#verdict">To the verdict</a>
        ${masthead(result)}
        <main>
          ${verdictSection(result)}
          <nav aria-label="Sections">
            ${navigation(result).map(([id, title]) => markup`<a href="#${id}">${title}</a>`)}
          </nav>
          ${checksSection(result.checks)}
          ${throughputSection(result.phases)}
          <noscript>
            <p class="banner">The plots over time need JavaScript; series.csv has their figures.</p>
          </noscript>
          ${ratesSection(data, step)}
          ${latencyPlotsSection(data, step)}
          ${distributionSection(result)}
          ${limitsSection(result)} ${monitoringSection(result)}
          ${limiterSection(result)}
          ${phasesSection(result.phases)}
          ${runSection(result)}
          ${definitionsSection(result)}
        </main>
        <script type="application/json" id="plot-data">${jsonMarkup(data)}</script>
        <script>${scriptMarkup(assets.uplotScript)}</script>
        <script type="module">${scriptMarkup(assets.plotsScript)}</script>
        <script type="module">${scriptMarkup(assets.copyScript)}</script>
      </body>
    </html>
`;
  return page.source;
}

function masthead({ run }: Result): Markup {
  return markup`<header>
    <svg class="mark" viewBox="0 0 32 20" aria-hidden="true">
      <circle cx="16" cy="10" r="8" />
      <path d="M2 10h28" />
    </svg>
    <strong>Plimsoll</strong>
    <span>run ${run.id}</span>
    <time datetime="${run.startedAt}">${printMoment(run.startedAt)}</time>
  </header>`;
}

/** "2026-11-23 10:15 UTC" for a moment in ISO 8601 and UTC; anything else as it is. */
function printMoment(moment: string): string {
  const parts = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)\S*Z$/u.exec(moment);
  return parts === null ? moment : `${parts[1]} ${parts[2]} UTC`;
}
