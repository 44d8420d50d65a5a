import { stringify } from "csv-stringify/sync";
import { secondSchema, type Result } from "./result.ts";

/** series.csv: one row a second, with the columns of result.json's series; no sample, no value. */
export function renderSeriesCsv(result: Result): string {
  return stringify([...result.series], {
    header: true,
    columns: Object.keys(secondSchema.shape),
    escape_formulas: true,
  });
}
