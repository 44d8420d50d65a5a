import { escapeMarkdown, markdownTable } from "../report/markdown-text.ts";
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

/** summary.md: for a pull request. */
export function renderTuneSummary(report: TuneReport, validation: Validation | null): string {
  const { recommended, headline, command } = report;
  const parts = [
    `# ${escapeMarkdown(headline)}`,
    ...(recommended === null
      ? ["No configuration is recommended."]
      : [
          `Recommended, for \`--limiter ${recommended.strategy}\`:`,
          codeBlock("json", JSON.stringify(recommended.config, null, 2)),
        ]),
    "![the front](front.svg)",
    section(frontTable(report)),
    section(presetsTable(report)),
    ...(recommended === null ? [] : [section(seedsTable(report))]),
    ...(validation === null ? [] : [section(validationTable(validation)), describe(validation)]),
    "## The search",
    searchNotes(report)
      .map((note) => `- ${escapeMarkdown(note)}`)
      .join("\n"),
    `Repeat: \`${command}\``,
  ];
  return `${parts.join("\n\n")}\n`;
}

function section(table: TextTable): string {
  return `## ${escapeMarkdown(table.title)}\n\n${markdownTable(table.columns, table.rows)}`;
}

function codeBlock(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

function describe({ target, measuredBy, verdict, detail }: Validation): string {
  return escapeMarkdown(`${verdict}: ${detail} Measured on ${target}: ${measuredBy}`);
}
