import { stringify } from "csv-stringify/sync";
import { secondSchema, type Result } from "./result.ts";
import { secondsOf } from "./thin-series.ts";

/**
 * series.csv: a row for each of result.json's series, with the same columns; no sample, no value. How
 * many seconds a row stands for is always said.
 */
export function renderSeriesCsv(result: Result): string {
  const rows = result.series.map((row) => ({ ...row, seconds: secondsOf(row) }));
  return stringify(rows, {
    header: true,
    columns: Object.keys(secondSchema.shape),
    escape_formulas: true,
  });
}
