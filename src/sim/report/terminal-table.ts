import {
  brokeFirstMessage,
  groupChecks,
  NO_CHECKS,
  partialNotice,
  tallyChecks,
  VERDICT_WORDS,
  type CheckGroup,
} from "./check-groups.ts";
import { formatCount, formatDuration } from "./format-figures.ts";
import { limitsInShort } from "./limits-met.ts";
import { modelOf } from "./model-words.ts";
import { onOneLine } from "./plain-text.ts";
import type { Check, Result, Verdict } from "./result.ts";
import { machineText, rulesUnseen } from "./run-facts.ts";
import { fitColumns, padCell, wrapText, type TextColumn } from "./text-columns.ts";

export interface TerminalOptions {
  /** Width of the terminal in columns; use about 100 where there is no terminal. */
  readonly columns: number;
  /** Whether verdict words are coloured as well. */
  readonly colour: boolean;
}

const COLUMNS: readonly TextColumn[] = [
  { title: "Metric", align: "left", widthMin: 12 },
  { title: "Target", align: "left", widthMin: 10 },
  { title: "Figure", align: "left", widthMin: 10 },
  { title: "Samples", align: "right", widthMin: null },
  { title: "Basis", align: "left", widthMin: 9 },
  { title: "Verdict", align: "left", widthMin: null },
];
const VERDICT_COLUMN = 5;
const INDENT = "  ";
const GAP = "  ";
const FACT_WIDTH = 12;
/** No line is narrower, whatever the terminal claims. */
const WIDTH_MIN = 24;

/** SGR colours: bold green, bold red, bold yellow. */
const COLOUR_CODES: Readonly<Record<Verdict, string>> = {
  pass: "1;32",
  fail: "1;31",
  inconclusive: "1;33",
};

/**
 * The end of a run on a terminal: verdict and headline, the table of all checks, then what broke
 * first and the facts the figures depend on. Ends with a line break.
 */
export function renderTerminalTable(result: Result, options: TerminalOptions): string {
  const width = Math.max(WIDTH_MIN, options.columns);
  const lines = [
    ...headline(result, width, options.colour),
    "",
    ...checkTable(result.checks, width, options.colour),
    "",
    ...facts(result).flatMap(([name, text]) => factLines(name, text, width)),
    // Never wrapped, so that it can be copied.
    "Repeat".padEnd(FACT_WIDTH) + onOneLine(result.run.command),
  ];
  return `${lines.join("\n")}\n`;
}

function headline(result: Result, width: number, colour: boolean): readonly string[] {
  const word = VERDICT_WORDS[result.verdict];
  const [first = "", ...others] = wrapText(`${word}  ${onOneLine(result.headline)}`, width);
  const notice = partialNotice(result);
  return [
    paint(word, result.verdict, colour) + first.slice(word.length),
    ...others,
    ...(notice === null ? [] : wrapText(onOneLine(notice), width)),
  ];
}

function checkTable(checks: readonly Check[], width: number, colour: boolean): readonly string[] {
  if (checks.length === 0) return wrapText(NO_CHECKS, width);
  const gaps = INDENT.length + GAP.length * (COLUMNS.length - 1);
  const widths = fitColumns(COLUMNS, checks.map(cellsOf), width - gaps);
  if (widths === null) return groupChecks(checks).flatMap((group) => stack(group, width, colour));
  const titles = COLUMNS.map((column) => column.title);
  const rule = widths.map((columnWidth) => "─".repeat(columnWidth));
  return [
    ...tableRow(titles, widths),
    ...tableRow(rule, widths),
    ...groupChecks(checks).flatMap((group) => [
      group.title,
      ...group.checks.flatMap((check) => [
        ...tableRow(cellsOf(check), widths, colour ? check.verdict : undefined),
        ...detailLines(check, width),
      ]),
    ]),
  ];
}

function cellsOf(check: Check): readonly string[] {
  return [
    onOneLine(check.title),
    onOneLine(check.target),
    onOneLine(check.figure),
    formatCount(check.samples),
    check.basis,
    VERDICT_WORDS[check.verdict],
  ];
}

/** One row of the table, on as many lines as its fullest cell needs. */
function tableRow(
  cells: readonly string[],
  widths: readonly number[],
  painted?: Verdict,
): readonly string[] {
  const wrapped = cells.map((cell, column) => wrapText(cell, widths[column] ?? 1));
  const height = Math.max(...wrapped.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) => {
    const padded = COLUMNS.map(({ align }, column) => {
      const text = wrapped[column]?.[line] ?? "";
      const isPainted = painted !== undefined && column === VERDICT_COLUMN && text !== "";
      return isPainted ? paint(text, painted, true) : padCell(text, widths[column] ?? 1, align);
    });
    return `${INDENT}${padded.join(GAP)}`.trimEnd();
  });
}

/** What a reader must know about a check that did not pass. */
function detailLines(check: Check, width: number): readonly string[] {
  if (check.verdict === "pass" || check.detail === "") return [];
  const indent = INDENT.repeat(2);
  return wrapText(onOneLine(check.detail), width - indent.length).map((line) => indent + line);
}

/** The checks one below the other, for terminals too narrow for a table. */
function stack(group: CheckGroup, width: number, colour: boolean): readonly string[] {
  return [
    group.title,
    ...group.checks.flatMap((check) => {
      const [title, target, figure, samples, basis, word = ""] = cellsOf(check);
      const text = `target ${target}; figure ${figure}; ${samples} samples; ${basis}`;
      const [first = "", ...others] = wrapText(`${word} ${title}`, width - INDENT.length);
      return [
        INDENT + paint(word, check.verdict, colour) + first.slice(word.length),
        ...others.map((line) => INDENT + line),
        ...wrapText(text, width - 4).map((line) => INDENT.repeat(2) + line),
        ...detailLines(check, width),
      ];
    }),
  ];
}

function facts(result: Result): readonly (readonly [name: string, text: string])[] {
  const { run, limiter, target, population } = result;
  return [
    ["Checks", tallyChecks(result.checks)],
    ["Broke first", brokeFirstMessage(result)],
    ["Limits", limitsInShort(result)],
    ["Model", modelOf(result)],
    ["Limiter", `${limiter.strategy} (${limiter.preset})`],
    [
      "Load",
      `${formatCount(population.users)} users in ${formatCount(population.tenants)} tenants, ` +
        `${formatCount(population.openTrades)} open trades, ${formatDuration(run.durationMs)}`,
    ],
    ["Target", `${target.description}; ${target.reason}`],
    ...(target.evaluatesRules ? [] : [["Rules", rulesUnseen(target)] as const]),
    ["Machine", machineText(run.machine)],
  ];
}

function factLines(name: string, text: string, width: number): readonly string[] {
  const [first = "", ...others] = wrapText(onOneLine(text), width - FACT_WIDTH);
  const blanks = " ".repeat(FACT_WIDTH);
  return [name.padEnd(FACT_WIDTH) + first, ...others.map((line) => blanks + line)];
}

function paint(text: string, verdict: Verdict, colour: boolean): string {
  return colour ? `\u001b[${COLOUR_CODES[verdict]}m${text}\u001b[0m` : text;
}
