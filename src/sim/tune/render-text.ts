import { padCell } from "../report/text-columns.ts";
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

/** What a search came to, for the terminal. */
export function renderTuneText(report: TuneReport): string {
  const { recommended } = report;
  return [
    report.headline,
    "",
    ...textTable(frontTable(report)),
    ...textTable(presetsTable(report)),
    ...(recommended === null ? [] : textTable(seedsTable(report))),
    ...searchNotes(report),
    ...(recommended === null
      ? []
      : [
          "",
          `Recommended, for --limiter ${recommended.strategy}:`,
          JSON.stringify(recommended.config, null, 2),
        ]),
  ].join("\n");
}

export function renderValidationText(validation: Validation): string {
  const { verdict, detail, target } = validation;
  return [
    ...textTable(validationTable(validation)),
    `Validation ${verdict}: ${detail} Measured on ${target}, seed ${validation.seed}.`,
  ].join("\n");
}

function textTable({ title, columns, rows }: TextTable): readonly string[] {
  const widths = columns.map((column, index) =>
    Math.max(column.title.length, ...rows.map((row) => (row[index] ?? "").length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => padCell(cell, widths[index] ?? 0, columns[index]?.align ?? "left"))
      .join("  ")
      .trimEnd();
  return [
    title,
    `  ${line(columns.map((column) => column.title))}`,
    ...rows.map((row) => `  ${line(row)}`),
    "",
  ];
}
