import { ReportError } from "./report-error.ts";
import { resultSchema, type Result } from "./result.ts";

/**
 * result.json as text. The same result gives the same bytes: fields stand in the order of the
 * schema, and the keys of free-form records are sorted.
 */
export function renderResultJson(result: Result): string {
  const parsed = parseResult(result);
  return withSeriesRows({
    ...parsed,
    run: {
      ...parsed.run,
      versions: sortKeys(parsed.run.versions),
      options: sortKeys(parsed.run.options),
    },
    limiter: { ...parsed.limiter, config: sortKeys(parsed.limiter.config) },
    phases: parsed.phases.map((phase) => ({
      ...phase,
      limiterWaits: sortKeys(phase.limiterWaits),
    })),
  });
}

/**
 * Indented, but for the seconds of the series and of the run's own count, which take one line each:
 * hours of them stay readable.
 */
function withSeriesRows(result: Result): string {
  const { counted, series } = result;
  const bare = counted === undefined ? {} : { counted: { ...counted, stretches: [] } };
  const text = JSON.stringify({ ...result, ...bare, series: [] }, null, 2);
  // The series is the schema's last field, so the last empty list is its place.
  const whole = withRows(text, text.lastIndexOf("[]"), series, "  ");
  if (counted === undefined) return `${whole}\n`;
  const name = '"stretches": ';
  return `${withRows(whole, whole.indexOf(`${name}[]`) + name.length, counted.stretches, "    ")}\n`;
}

/** The list that is empty there, filled. */
function withRows(text: string, place: number, rows: readonly object[], indent: string): string {
  if (rows.length === 0) return text;
  const lines = rows.map((row) => `${indent}  ${JSON.stringify(row)}`).join(",\n");
  return `${text.slice(0, place)}[\n${lines}\n${indent}]${text.slice(place + 2)}`;
}

function parseResult(result: Result): Result {
  const parsed = resultSchema.safeParse(result);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join(".") || "the result"}: ${issue.message}`);
  throw new ReportError({
    what: "the result does not fit its schema",
    where: "result.json",
    why: faults.join("; "),
    hint: "This is a fault of Plimsoll; please report it with this message",
  });
}

/** A record with its keys in order, at every depth. */
function sortKeys<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  const entries = Object.entries(record).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([key, value]) => [key, sortNested(value) as T]));
}

function sortNested(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortNested);
  if (value === null || typeof value !== "object") return value;
  return sortKeys(value as Record<string, unknown>);
}
