import { StoreError, type DocumentData, type FieldValue } from "./store.ts";

/*
 * The wire form of google.firestore.v1.Value as the generated client takes and gives it, and its
 * translation to plain data.
 * https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#value
 */

export interface WireTimestamp {
  readonly seconds: string | number;
  readonly nanos: number;
}

export interface WireValue {
  /** Which of the fields is set; in answers only. */
  readonly valueType?: string;
  readonly nullValue?: "NULL_VALUE";
  readonly booleanValue?: boolean;
  readonly integerValue?: string | number;
  readonly doubleValue?: number;
  readonly stringValue?: string;
  readonly timestampValue?: WireTimestamp;
  readonly referenceValue?: string;
  readonly arrayValue?: { readonly values?: readonly WireValue[] };
  readonly mapValue?: { readonly fields?: WireFields };
}

export type WireFields = { readonly [field: string]: WireValue };

export function encodeFields(data: DocumentData): WireFields {
  const fields: { [field: string]: WireValue } = {};
  for (const [field, value] of Object.entries(data)) fields[field] = encodeValue(value);
  return fields;
}

export function encodeValue(value: FieldValue): WireValue {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "number") return encodeNumber(value);
  if (typeof value === "boolean") return { booleanValue: value };
  return encodeObject(value);
}

/** Whole numbers are integers to Firestore, as with its SDKs; -0 exists only as a double. */
function encodeNumber(value: number): WireValue {
  return Number.isSafeInteger(value) && !Object.is(value, -0)
    ? { integerValue: value }
    : { doubleValue: value };
}

function encodeObject(value: object | null): WireValue {
  if (value === null) return { nullValue: "NULL_VALUE" };
  if (value instanceof Date) return { timestampValue: encodeTime(value.getTime()) };
  if (Array.isArray(value)) {
    return { arrayValue: { values: (value as readonly FieldValue[]).map(encodeValue) } };
  }
  return { mapValue: { fields: encodeFields(value as DocumentData) } };
}

function encodeTime(timeMs: number): WireTimestamp {
  const seconds = Math.floor(timeMs / 1000);
  return { seconds, nanos: (timeMs - seconds * 1000) * 1_000_000 };
}

/** Throws a StoreError when a field holds a kind of value the port does not know. */
export function decodeFields(fields: WireFields, path: string): DocumentData {
  const data: { [field: string]: FieldValue } = {};
  for (const [field, value] of Object.entries(fields)) data[field] = decodeValue(value, path);
  return data;
}

function decodeValue(value: WireValue, path: string): FieldValue {
  switch (value.valueType ?? "value of no type") {
    case "nullValue":
      return null;
    case "booleanValue":
      return value.booleanValue ?? false;
    case "integerValue":
      return Number(value.integerValue ?? 0);
    case "doubleValue":
      return value.doubleValue ?? 0;
    case "stringValue":
      return value.stringValue ?? "";
    case "timestampValue":
      return new Date(timeMsOf(value.timestampValue));
    case "arrayValue":
      return (value.arrayValue?.values ?? []).map((item) => decodeValue(item, path));
    case "mapValue":
      return decodeFields(value.mapValue?.fields ?? {}, path);
    default:
      throw new StoreError(
        "UNIMPLEMENTED",
        "read",
        path,
        `holds a ${value.valueType} the store does not read`,
      );
  }
}

/** Truncates to whole milliseconds, as the port says. */
export function timeMsOf(time: WireTimestamp | null | undefined): number {
  if (!time) return 0;
  return Number(time.seconds) * 1000 + Math.floor(time.nanos / 1_000_000);
}

/** An update time as the port's opaque version: "1700000000.000123000", to the nanosecond. */
export function versionOf(time: WireTimestamp | null | undefined): string {
  return `${time?.seconds ?? 0}.${String(time?.nanos ?? 0).padStart(9, "0")}`;
}

export function timeOfVersion(version: string): WireTimestamp {
  const [seconds = "0", nanos = "0"] = version.split(".");
  return { seconds, nanos: Number(nanos) };
}
