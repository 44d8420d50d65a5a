import { formatShare } from "../format-figures.ts";
import { markup, type Content, type Markup } from "./markup.ts";

export interface DataColumn {
  readonly title: string;
  readonly align?: "right";
  /** Its cells may be broken into lines: for texts of any length. */
  readonly wraps?: boolean;
}

/**
 * A table that scrolls inside its own frame when it is wider than the page; the frame can be
 * focused, so that arrow keys scroll it. The first cell of each row is its heading.
 */
export function dataTable(
  label: string,
  columns: readonly DataColumn[],
  rows: readonly (readonly Content[])[],
): Markup {
  const classOf = (index: number): string => {
    const column = columns[index];
    if (column?.wraps === true) return "text wraps";
    return column?.align === "right" ? "number" : "text";
  };
  return markup`<div class="scroll" role="region" aria-label="${label}" tabindex="0">
    <table>
      <thead>
        <tr>
          ${columns.map(({ title }, index) => markup`<th scope="col" class="${classOf(index)}">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([heading = null, ...cells]) =>
            markup`<tr>
              <th scope="row">${heading}</th>
              ${cells.map((cell, index) => markup`<td class="${classOf(index + 1)}">${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** A share of 1 as a percentage, with a bar that shows it. */
export function shareFigure(share: number): Markup {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 1000) / 10;
  return markup`<span class="share">
    <span class="bar" aria-hidden="true"><span style="width:${percent}%"></span></span>
    ${formatShare(share)}
  </span>`;
}
