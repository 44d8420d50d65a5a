import type { WireSeries } from "../wire-types.ts";
import { Refusal } from "./refusal.ts";

/** One comparison of a filter: a field of the series, and what it must be. */
interface Term {
  readonly field: string;
  readonly operator: "=" | "starts_with";
  readonly value: string;
}

export type SeriesFilter = readonly Term[];

const TERM = /^([a-z_]+(?:\.[a-zA-Z_]+)+)\s*=\s*(starts_with\(\s*)?"((?:[^"\\]|\\.)*)"(\s*\))?$/;

/**
 * Reads the part of Monitoring's filters (https://docs.cloud.google.com/monitoring/api/v3/filters)
 * that Plimsoll writes: comparisons with "=" joined by AND. Refuses any other as the service does.
 */
export function parseFilter(text: string): SeriesFilter {
  return text
    .split(/\s+AND\s+/)
    .filter((term) => term.trim() !== "")
    .map((term) => {
      const match = TERM.exec(term.trim());
      const [, field, opens, value, closes] = match ?? [];
      if (
        field === undefined ||
        value === undefined ||
        (opens === undefined) !== (closes === undefined)
      ) {
        throw new Refusal(
          "INVALID_ARGUMENT",
          `Field filter had an invalid value of "${text}": Could not parse filter.`,
        );
      }
      return {
        field: field.replace(".label.", ".labels."),
        operator: opens === undefined ? "=" : "starts_with",
        value: value.replaceAll(/\\(.)/g, "$1"),
      };
    });
}

/** The one metric type that a filter for series must name. */
export function metricTypeOf(filter: SeriesFilter): string {
  const types = filter.filter(({ field }) => field === "metric.type");
  const [only] = types;
  if (types.length !== 1 || only === undefined || only.operator !== "=") {
    throw new Refusal(
      "INVALID_ARGUMENT",
      "Field filter had an invalid value: The filter must specify a single metric type.",
    );
  }
  return only.value;
}

export function matches(filter: SeriesFilter, series: WireSeries): boolean {
  return filter.every(({ field, operator, value }) => {
    const actual = fieldOf(series, field);
    return operator === "=" ? actual === value : actual.startsWith(value);
  });
}

/** A label that a series does not have is empty, as the service has it. */
function fieldOf({ metric, resource }: WireSeries, field: string): string {
  const [of, part, label] = field.split(".");
  const side = of === "metric" ? metric : of === "resource" ? resource : undefined;
  if (part === "type") return side?.type ?? "";
  if (part === "labels" && label !== undefined) return side?.labels?.[label] ?? "";
  throw new Refusal("INVALID_ARGUMENT", `Field filter had an invalid value: unknown "${field}".`);
}
