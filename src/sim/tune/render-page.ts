import { markup, trustedMarkup, type Markup } from "../report/html/markup.ts";
import { frontPlot } from "./front-plot.ts";
import {
  frontTable,
  presetsTable,
  searchNotes,
  seedsTable,
  validationTable,
  type TextTable,
} from "./report-tables.ts";
import type { TuneReport } from "./tune-report.ts";
import type { Validation } from "./validation.ts";

/** Nothing is loaded from anywhere and nothing runs. */
const CONTENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

const STYLE = `
  :root { color-scheme: light dark; }
  body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 68rem; padding: 0 1rem; }
  h1 { font-size: 1.35rem; line-height: 1.35; }
  h2 { font-size: 1.1rem; margin-top: 2.2rem; }
  svg { max-width: 100%; height: auto; }
  pre { overflow-x: auto; padding: 0.8rem 1rem; border: 1px solid #8886; border-radius: 8px; }
  .wide { overflow-x: auto; }
  table { border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
  th, td { padding: 0.3rem 0.7rem; border-bottom: 1px solid #8884; text-align: left; vertical-align: top; }
  .number { text-align: right; white-space: nowrap; }
`;

/** report.html of a search: one file with everything in it. Any text is escaped. */
export function renderTunePage(report: TuneReport, validation: Validation | null): string {
  const { headline, recommended, id, command } = report;
  return markup`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${CONTENT_POLICY}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Plimsoll tune ${id}</title>
    <style>${trustedMarkup(STYLE)}</style>
  </head>
  <body>
    <main>
      <h1>${headline}</h1>
      ${recommended === null ? markup`<p>No configuration is recommended.</p>` : recommendation(recommended)}
      ${frontPlot(report)}
      ${section(frontTable(report))}
      ${section(presetsTable(report))}
      ${recommended === null ? null : section(seedsTable(report))}
      ${validation === null ? null : validated(validation)}
      <h2>The search</h2>
      <ul>${searchNotes(report).map((note) => markup`<li>${note}</li>`)}</ul>
      <p>Repeat: <code>${command}</code></p>
    </main>
  </body>
</html>
`.source;
}

function recommendation({ strategy, config }: NonNullable<TuneReport["recommended"]>): Markup {
  return markup`<p>Recommended, for <code>--limiter ${strategy}</code>:</p>
      <pre>${JSON.stringify(config, null, 2)}</pre>`;
}

function validated(validation: Validation): Markup {
  const { verdict, detail, target, measuredBy } = validation;
  return markup`${section(validationTable(validation))}
      <p>${verdict}: ${detail} Measured on ${target}: <code>${measuredBy}</code></p>`;
}

function section({ title, columns, rows }: TextTable): Markup {
  const numeric = columns.map(({ align }) => (align === "right" ? "number" : ""));
  return markup`<h2>${title}</h2>
      <div class="wide"><table>
        <thead><tr>${columns.map((column, index) => markup`<th class="${numeric[index] ?? ""}">${column.title}</th>`)}</tr></thead>
        <tbody>${rows.map((row) => markup`<tr>${row.map((cell, index) => markup`<td class="${numeric[index] ?? ""}">${cell}</td>`)}</tr>`)}</tbody>
      </table></div>`;
}
