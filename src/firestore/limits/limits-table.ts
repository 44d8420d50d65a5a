import type { Limit } from "./limit.ts";
import { LIMIT_GROUPS } from "./limits.ts";
import { type ProductionError, PRODUCTION_ERRORS } from "./production-errors.ts";

/** The table of docs/capacity.md, in Markdown: one table a group, then the production texts. */
export function renderLimits(): string {
  const groups = Object.entries(LIMIT_GROUPS).map(([title, limits]) =>
    [
      `### ${title}`,
      "",
      "| id | value | limits | sure | source |",
      "|---|---|---|---|---|",
      ...Object.entries(limits).map(([id, limit]) => limitRow(id, limit)),
    ].join("\n"),
  );
  const errors = [
    "### Production's texts",
    "",
    "| id | code | text | sure | source |",
    "|---|---|---|---|---|",
    ...Object.entries(PRODUCTION_ERRORS).map(([id, error]) => errorRow(id, error)),
  ].join("\n");
  return [...groups, errors].join("\n\n");
}

function limitRow(id: string, limit: Limit): string {
  const value = `${limit.value.toLocaleString("en-US")} ${limit.unit}`;
  const sureness = limit.tunable ? `${limit.sureness}, tunable` : limit.sureness;
  return `| \`${id}\` | ${value} | ${limit.limits} | ${sureness} | ${sourceCell(limit.source)} |`;
}

function errorRow(id: string, error: ProductionError): string {
  return `| \`${id}\` | ${error.code} | ${error.text} | ${error.sureness} | ${sourceCell(error.source)} |`;
}

function sourceCell(source: Limit["source"]): string {
  if (source.url.startsWith("docs/capacity.md")) return source.title;
  return `[${source.title}](${source.url}), ${source.read}`;
}
