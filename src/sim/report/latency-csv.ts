import { stringify } from "csv-stringify/sync";
import { histogramSchema, type Result } from "./result.ts";

/** latency.csv: one row a histogram; the exact distribution (`encoded`) is in result.json only. */
export function renderLatencyCsv(result: Result): string {
  return stringify([...result.histograms], {
    header: true,
    columns: Object.keys(histogramSchema.omit({ encoded: true }).shape),
    escape_formulas: true,
  });
}
