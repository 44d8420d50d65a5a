import type { Document } from "../../firestore/data/document.ts";
import { Timestamp } from "../../firestore/data/timestamp.ts";
import type { MapValue, Value } from "../../firestore/data/value.ts";
import { timeMsOf, versionOf } from "../../system/store/admin-values.ts";
import {
  StoreError,
  type DocumentData,
  type FieldValue,
  type Snapshot,
} from "../../system/store/store.ts";

/*
 * The values of the service's port as the engine keeps them, and back: what the Admin SDK and the
 * wire do between them, without the bytes.
 */

export function toFields(data: DocumentData): MapValue {
  const fields = new Map<string, Value>();
  for (const field in data) fields.set(field, toValue(data[field] as FieldValue));
  return fields;
}

export function toValue(value: FieldValue): Value {
  if (typeof value === "string") return value;
  if (typeof value === "number") return toNumber(value);
  if (value === null || typeof value === "boolean") return value;
  if (value instanceof Date) return Timestamp.fromMillis(value.getTime());
  if (Array.isArray(value)) return (value as readonly FieldValue[]).map(toValue);
  return toFields(value as DocumentData);
}

/** Whole numbers are integers to Firestore, as with its SDKs; -0 exists only as a double. */
function toNumber(value: number): Value {
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? BigInt(value) : value;
}

export function toSnapshot({ path, fields, updateTime }: Document): Snapshot {
  return { path, data: fromFields(fields, path), version: versionOf(updateTime) };
}

function fromFields(fields: MapValue, path: string): DocumentData {
  const data: { [field: string]: FieldValue } = {};
  for (const [field, value] of fields) data[field] = fromValue(value, path);
  return data;
}

/** Throws a StoreError when a field holds a kind of value the port does not know. */
function fromValue(value: Value, path: string): FieldValue {
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Timestamp) return new Date(timeMsOf(value));
  if (Array.isArray(value)) {
    return (value as readonly Value[]).map((item) => fromValue(item, path));
  }
  if (value instanceof Map) return fromFields(value as MapValue, path);
  const kind = value.constructor.name;
  throw new StoreError("UNIMPLEMENTED", "read", path, `holds a ${kind} the store does not read`);
}
