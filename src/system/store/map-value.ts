import type { DocumentData, FieldValue } from "./store.ts";

/** Whether a value has fields of its own; times and lists have none. */
export function isMap(value: FieldValue | undefined): value is DocumentData {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date)
  );
}
