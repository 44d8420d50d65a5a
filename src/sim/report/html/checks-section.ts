import { groupChecks, NO_CHECKS, type CheckGroup } from "../check-groups.ts";
import { formatCount, formatMargin } from "../format-figures.ts";
import type { Check } from "../result.ts";
import { markup, type Markup } from "./markup.ts";
import { verdictBadge } from "./verdict-badge.ts";

const COLUMN_COUNT = 7;

/** The table of all checks; what did not pass is explained beneath its row. */
export function checksSection(checks: readonly Check[]): Markup {
  return markup`<section id="checks" aria-labelledby="checks-title">
    <h2 id="checks-title">Benchmark table</h2>
    ${checks.length === 0 ? markup`<p class="empty">${NO_CHECKS}</p>` : checkTable(checks)}
    ${passedNotes(checks)}
  </section>`;
}

function checkTable(checks: readonly Check[]): Markup {
  return markup`<div class="scroll" role="region" aria-label="Benchmark table" tabindex="0">
    <table class="checks">
      <thead>
        <tr>
          <th scope="col">Verdict</th>
          <th scope="col">Metric</th>
          <th scope="col">Target</th>
          <th scope="col">Figure</th>
          <th scope="col">Against the bound</th>
          <th scope="col" class="number">Samples</th>
          <th scope="col">Basis</th>
        </tr>
      </thead>
      ${groupChecks(checks).map(groupBody)}
    </table>
  </div>`;
}

function groupBody(group: CheckGroup): Markup {
  return markup`<tbody>
    <tr class="group">
      <th scope="rowgroup" colspan="${COLUMN_COUNT}">${group.title}</th>
    </tr>
    ${group.checks.map(checkRow)}
  </tbody>`;
}

function checkRow(check: Check): Markup {
  const isExplained = check.verdict !== "pass" && check.detail !== "";
  return markup`<tr id="check-${check.id}" class="${isExplained ? "explained" : "plain"}">
      <td>${verdictBadge(check.verdict)}</td>
      <th scope="row">${check.title} <span class="section">${origin(check)}</span></th>
      <td data-label="Target">${check.target}</td>
      <td data-label="Figure" class="figure">${check.figure}</td>
      <td data-label="Bound" class="margin">${gauge(check)}${formatMargin(check)}</td>
      <td data-label="Samples" class="number">${formatCount(check.samples)}</td>
      <td data-label="Basis" class="basis">${check.basis}</td>
    </tr>
    ${
      isExplained
        ? markup`<tr class="detail ${check.verdict}">
            <td class="indent"></td>
            <td colspan="${COLUMN_COUNT - 1}"><p>${check.detail}</p></td>
          </tr>`
        : null
    }`;
}

/** Which part of the service's document states the target, and which phase decided. */
function origin({ section, phase, title }: Check): string {
  const decided = phase === undefined || title.includes(phase) ? null : phase;
  return [section, decided].filter((part) => part !== null).join(", ");
}

/** Where the bound's line is drawn, as a share of the gauge; figures run beyond it to the right. */
const BOUND_SHARE = 0.6;
const GAUGE_WIDTH = 56;

/** The figure as a bar against the line of its bound; a bar with an open end goes on beyond it. */
function gauge({ value, bound, verdict }: Check): Markup | null {
  if (value === null || bound === null || bound <= 0 || value < 0) return null;
  const share = (value / bound) * BOUND_SHARE;
  const length = Math.round(Math.min(1, share) * GAUGE_WIDTH * 10) / 10;
  const boundAt = GAUGE_WIDTH * BOUND_SHARE;
  const arrow = markup`<path class="beyond" d="M${GAUGE_WIDTH - 7} 4.5l4 3.5-4 3.5" />`;
  return markup`<svg
    class="gauge ${verdict}"
    viewBox="0 0 ${GAUGE_WIDTH} 16"
    width="${GAUGE_WIDTH}"
    height="16"
    aria-hidden="true"
  >
    <rect class="track" y="5" width="${GAUGE_WIDTH}" height="6" />
    <rect class="fill" y="5" width="${length}" height="6" />
    <path class="line" d="M${boundAt} 1v14" />
    ${share > 1 ? arrow : null}
  </svg>`;
}

/** What the passing checks have to say, for those who ask. */
function passedNotes(checks: readonly Check[]): Markup | null {
  const passed = checks.filter(({ verdict, detail }) => verdict === "pass" && detail !== "");
  if (passed.length === 0) return null;
  return markup`<details>
    <summary>Notes on the checks that passed</summary>
    <dl class="notes">
      ${passed.map(
        ({ title, detail }) =>
          markup`<dt>${title}</dt>
            <dd>${detail}</dd>`,
      )}
    </dl>
  </details>`;
}
