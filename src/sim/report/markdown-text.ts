import { cutTo, onOneLine } from "./plain-text.ts";

/** Longest text a cell or paragraph repeats; the whole of it is in result.json. */
const LENGTH_MAX = 2000;

/** Plain text as GitHub Markdown that shows exactly it, on one line and also inside a table. */
export function escapeMarkdown(text: string): string {
  return cutTo(onOneLine(text), LENGTH_MAX)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replace(/[\\`*_~[\]|#@$]/gu, "\\$&");
}

/** A fenced block; the fence is longer than any run of backticks in the text. */
export function markdownCode(text: string): string {
  const runs = (text.match(/`+/gu) ?? []).map((run) => run.length);
  const fence = "`".repeat(Math.max(2, ...runs) + 1);
  return `${fence}\n${cutTo(onOneLine(text), LENGTH_MAX)}\n${fence}`;
}

/** A table of plain texts. */
export function markdownTable(
  columns: readonly { readonly title: string; readonly align?: "right" }[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    line(columns.map(({ title }) => escapeMarkdown(title))),
    line(columns.map(({ align }) => (align === "right" ? "---:" : "---"))),
    ...rows.map((row) => line(row.map(escapeMarkdown))),
  ].join("\n");
}

/** A block that opens on a click. */
export function markdownFold(summary: string, body: string): string {
  return `<details>\n<summary>${escapeMarkdown(summary)}</summary>\n\n${body}\n\n</details>`;
}
