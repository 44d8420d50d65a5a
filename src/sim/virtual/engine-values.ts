import type { Document } from "../../firestore/data/document.ts";
import { mapOfObject, ShapedMap } from "../../firestore/data/shaped-map.ts";
import { Timestamp } from "../../firestore/data/timestamp.ts";
import type { MapValue, Value } from "../../firestore/data/value.ts";
import { isMap } from "../../firestore/data/value-type.ts";
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
  return mapOfObject(data, toValue);
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
  return { path, data: dataOf(fields, path), version: versionAt(updateTime) };
}

let lastTime: Timestamp | undefined;
let lastVersion = "";

/** Documents of one commit share their time. */
function versionAt(time: Timestamp): string {
  if (time !== lastTime) {
    lastVersion = versionOf(time);
    lastTime = time;
  }
  return lastVersion;
}

/**
 * A document's data is made once, and most of it is what it was before the last update: whoever
 * compares two readings of a document finds the values that no update touched to be the same.
 */
function dataOf(fields: MapValue, path: string): DocumentData {
  if (!(fields instanceof ShapedMap)) return fromFields(fields, path);
  if (fields.reading === undefined) {
    fields.reading = newData(fields, path);
    fields.origin = undefined;
  }
  return fields.reading as DocumentData;
}

function newData({ shape, slots, origin }: ShapedMap, path: string): DocumentData {
  const { names } = shape;
  const isAlike = origin !== undefined && origin.shape === shape;
  const data: { [field: string]: FieldValue } = isAlike ? { ...origin.reading } : {};
  for (let slot = 0; slot < slots.length; slot += 1) {
    const value = slots[slot] as Value;
    if (isAlike && origin.slots[slot] === value) continue;
    data[names[slot] as string] = fromValue(value, path);
  }
  return data;
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
  if (isMap(value)) return fromFields(value, path);
  const kind = value.constructor.name;
  throw new StoreError("UNIMPLEMENTED", "read", path, `holds a ${kind} the store does not read`);
}
