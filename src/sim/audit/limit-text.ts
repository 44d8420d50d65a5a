import { LIMITS, type LimitId } from "../../firestore/limits/limits.ts";

/** "500 writes/second (Best practices, https://…)": a limit as findings name it. */
export function limitText(id: LimitId): string {
  const { value, unit, source } = LIMITS[id];
  const figure = value.toLocaleString("en-US");
  const measure = unit === "count" ? "" : ` ${unit}`;
  return `${figure}${measure} (${source.title}: ${source.url})`;
}

export function figureText(value: number): string {
  return value.toLocaleString("en-US");
}
