import { CsvError, parse } from "csv-parse/sync";
import { MarketFileError } from "./market-file-error.ts";

/** One second of a recorded market. */
export interface MarketRow {
  /** Seconds on any scale, such as since midnight; only differences count. */
  readonly second: number;
  /** Price updates in that second. */
  readonly updates: number;
  /** The last price of the second, on any scale; only ratios count. */
  readonly lastPrice: number;
}

const HEADER = "second,updates,last_price";
const HINT = `A market file is a CSV file with the header ${HEADER} and one row for each second.`;
const ROWS_MIN = 2;
const UPDATES_MAX = 100_000;

interface CsvRow {
  readonly fields: readonly string[];
  /** File name and line, for messages. */
  readonly place: string;
}

/** Reads a recorded market from CSV text. Throws a MarketFileError that names the line at fault. */
export function parseMarketCsv(text: string, fileName: string): readonly MarketRow[] {
  const [header, ...csvRows] = csvRowsOf(text, fileName);
  if (header === undefined) throw new MarketFileError(`${fileName}: the file is empty`, HINT);
  const got = header.fields.join(",");
  if (got !== HEADER) {
    throw new MarketFileError(
      `${header.place}: got the header "${got}", expected "${HEADER}"`,
      HINT,
    );
  }
  const rows: MarketRow[] = [];
  for (const csvRow of csvRows) rows.push(marketRow(csvRow, rows.at(-1)));
  if (rows.length < ROWS_MIN) {
    const message = `${fileName}: got ${rows.length} rows, expected at least ${ROWS_MIN}`;
    throw new MarketFileError(message, HINT);
  }
  return rows;
}

function csvRowsOf(text: string, fileName: string): readonly CsvRow[] {
  try {
    const parsed = parse(text, {
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    });
    // With `info` each row comes with its place; csv-parse's types do not say so.
    const rows = parsed as unknown as readonly { record: string[]; info: { lines: number } }[];
    return rows.map(({ record, info }) => ({ fields: record, place: `${fileName}:${info.lines}` }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new MarketFileError(`${fileName}: not a CSV file: ${error.message}`, HINT, {
      cause: error,
    });
  }
}

function marketRow({ fields, place }: CsvRow, before: MarketRow | undefined): MarketRow {
  const [second, updates, lastPrice] = fields;
  if (fields.length !== 3 || second === undefined || updates === undefined) {
    throw new MarketFileError(`${place}: got ${fields.length} fields, expected 3: ${HEADER}`, HINT);
  }
  const row: MarketRow = {
    second: numberOf(second, `${place}: second`, isWhole, "a whole number of 0 or more"),
    updates: numberOf(
      updates,
      `${place}: updates`,
      (value) => isWhole(value) && value <= UPDATES_MAX,
      `a whole number from 0 to ${UPDATES_MAX}`,
    ),
    lastPrice: numberOf(
      lastPrice ?? "",
      `${place}: last_price`,
      (value) => value > 0 && value < Infinity,
      "a number above 0",
    ),
  };
  if (before !== undefined && row.second <= before.second) {
    const message = `${place}: second: got ${row.second} after ${before.second}`;
    throw new MarketFileError(`${message}, expected a later second on every row`, HINT);
  }
  return row;
}

function isWhole(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** Reads plain decimal notation only: Number() alone would take "", "0x10" and "1e3" too. */
function numberOf(
  text: string,
  place: string,
  isAllowed: (value: number) => boolean,
  allowed: string,
): number {
  const value = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (isAllowed(value)) return value;
  throw new MarketFileError(`${place}: got ${JSON.stringify(text)}, expected ${allowed}`, HINT);
}
