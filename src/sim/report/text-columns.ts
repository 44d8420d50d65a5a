import { assert } from "../../std/assert.ts";

/** A column of a text table. */
export interface TextColumn {
  readonly title: string;
  readonly align: "left" | "right";
  /** How narrow it may be squeezed; its cells are wrapped then. null: it is never squeezed. */
  readonly widthMin: number | null;
}

/**
 * Widths that fit the columns into a line: natural widths when there is room; else columns give
 * way a character at a time, first the one in which the fewest cells have to be wrapped for it.
 * null when even the narrowest do not fit.
 */
export function fitColumns(
  columns: readonly TextColumn[],
  rows: readonly (readonly string[])[],
  widthMax: number,
): readonly number[] | null {
  const cellWidths = columns.map((column, index) => [
    textWidth(column.title),
    ...rows.map((row) => textWidth(row[index] ?? "")),
  ]);
  const widths = cellWidths.map((cells) => Math.max(...cells));
  const sum = widths.reduce((total, width) => total + width, 0);
  for (let excess = sum - widthMax; excess > 0; excess -= 1) {
    const chosen = cheapestToSqueeze(columns, cellWidths, widths);
    if (chosen === null) return null;
    widths[chosen] = (widths[chosen] ?? 0) - 1;
  }
  return widths;
}

function cheapestToSqueeze(
  columns: readonly TextColumn[],
  cellWidths: readonly (readonly number[])[],
  widths: readonly number[],
): number | null {
  let chosen: number | null = null;
  let wrappedMin = Infinity;
  for (const [index, column] of columns.entries()) {
    const width = widths[index] ?? 0;
    if (column.widthMin === null || width <= column.widthMin) continue;
    const wrapped = (cellWidths[index] ?? []).filter((cell) => cell >= width).length;
    const isWider = chosen === null || width > (widths[chosen] ?? 0);
    if (wrapped < wrappedMin || (wrapped === wrappedMin && isWider)) {
      chosen = index;
      wrappedMin = wrapped;
    }
  }
  return chosen;
}

/** The text in lines no wider than the width: broken between words, a longer word anywhere. */
export function wrapText(text: string, width: number): readonly string[] {
  assert(width > 0, `wrapText to a width of ${width}`);
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").flatMap((word) => splitWord(word, width))) {
    const joined = line === "" ? word : `${line} ${word}`;
    if (textWidth(joined) <= width) {
      line = joined;
    } else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

function splitWord(word: string, width: number): readonly string[] {
  const letters = Array.from(word);
  const parts = [letters.slice(0, width).join("")];
  for (let from = width; from < letters.length; from += width) {
    parts.push(letters.slice(from, from + width).join(""));
  }
  return parts;
}

/** Pads a cell to its column's width. */
export function padCell(text: string, width: number, align: TextColumn["align"]): string {
  const blanks = " ".repeat(Math.max(0, width - textWidth(text)));
  return align === "right" ? blanks + text : text + blanks;
}

/** Columns a text takes, one for each code point: reports use no wide characters of their own. */
function textWidth(text: string): number {
  return Array.from(text).length;
}
