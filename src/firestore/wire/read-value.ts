import { FirestoreError } from "../data/status.ts";
import { Timestamp } from "../data/timestamp.ts";
import { GeoPoint, Reference, type MapValue, type Value } from "../data/value.ts";
import type { ByteReader } from "./byte-reader.ts";
import { WireError } from "./wire-error.ts";

/**
 * Maps and arrays in each other that are read at all. Firestore allows 20
 * (https://firebase.google.com/docs/firestore/quotas), which the engine holds; this bound keeps the
 * stack of the reader.
 */
const DEEPEST_VALUE = 64;

/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z: what google.protobuf.Timestamp allows. */
const FIRST_SECOND = -62_135_596_800;
const LAST_SECOND = 253_402_300_799;

/** Kinds of google.firestore.v1.Value that only pipelines know, by their tag. */
const PIPELINE_KINDS: ReadonlyMap<number, string> = new Map([
  [(19 << 3) | 2, "FIELD_REFERENCE_VALUE"],
  [(20 << 3) | 2, "FUNCTION_VALUE"],
  [(21 << 3) | 2, "PIPELINE_VALUE"],
  [(22 << 3) | 2, "VARIABLE_REFERENCE_VALUE"],
]);

/**
 * Reads a google.firestore.v1.Value, with its length before it.
 * @throws WireError, or FirestoreError INVALID_ARGUMENT for a value of no kind
 */
export function readValue(reader: ByteReader, depth = 0): Value {
  const outer = reader.enter();
  let value: Value | undefined;
  while (reader.position < reader.limit) value = readValueField(reader, depth, value);
  reader.leave(outer);
  if (value === undefined) {
    throw new FirestoreError(
      "INVALID_ARGUMENT",
      "Cannot convert firestore.v1.Value with type unset.",
    );
  }
  return value;
}

/** The value so far, or the one of the next field: in a oneof the last one stands. */
function readValueField(
  reader: ByteReader,
  depth: number,
  current: Value | undefined,
): Value | undefined {
  const tag = reader.tag();
  switch (tag) {
    case (17 << 3) | 2:
      return reader.string();
    case (2 << 3) | 0:
      return reader.int64();
    case (3 << 3) | 1:
      return reader.double();
    case (1 << 3) | 0:
      return reader.bool();
    case (10 << 3) | 2:
      return readTimestamp(reader);
    case (6 << 3) | 2:
      return readMap(reader, deeper(depth));
    case (9 << 3) | 2:
      return readArray(reader, deeper(depth));
    case (11 << 3) | 0:
      reader.uint32();
      return null;
    case (18 << 3) | 2:
      return reader.blob();
    case (5 << 3) | 2:
      return new Reference(reader.string());
    case (8 << 3) | 2:
      return readGeoPoint(reader);
    default:
      if (PIPELINE_KINDS.has(tag)) throw unsupported(PIPELINE_KINDS.get(tag) ?? "");
      reader.skip(tag);
      return current;
  }
}

/** Reads a google.protobuf.Timestamp, with its length before it. */
export function readTimestamp(reader: ByteReader): Timestamp {
  const outer = reader.enter();
  let seconds = 0;
  let nanos = 0;
  while (reader.position < reader.limit) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | 0)) seconds = reader.int64AsNumber();
    else if (tag === ((2 << 3) | 0)) nanos = reader.int32();
    else reader.skip(tag);
  }
  reader.leave(outer);
  return checkTimestamp(seconds, nanos);
}

function checkTimestamp(seconds: number, nanos: number): Timestamp {
  if (seconds < FIRST_SECOND || seconds > LAST_SECOND) {
    throw new FirestoreError("INVALID_ARGUMENT", "Timestamp seconds exceeds limit for field.");
  }
  if (nanos < 0 || nanos > 999_999_999) {
    throw new FirestoreError("INVALID_ARGUMENT", "Timestamp nanos exceeds limit for field.");
  }
  return new Timestamp(seconds, nanos);
}

/** Reads a google.firestore.v1.ArrayValue, with its length before it. */
export function readArray(reader: ByteReader, depth = 1): readonly Value[] {
  const outer = reader.enter();
  const values: Value[] = [];
  while (reader.position < reader.limit) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | 2)) values.push(readValue(reader, depth));
    else reader.skip(tag);
  }
  reader.leave(outer);
  return values;
}

function readMap(reader: ByteReader, depth: number): MapValue {
  const outer = reader.enter();
  const fields = new Map<string, Value>();
  while (reader.position < reader.limit) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | 2)) readMapEntry(reader, depth, fields);
    else reader.skip(tag);
  }
  reader.leave(outer);
  return fields;
}

/** Reads one entry of a `map<string, Value>`, with its length before it, into the fields. */
export function readMapEntry(reader: ByteReader, depth: number, fields: Map<string, Value>): void {
  const outer = reader.enter();
  let key = "";
  let value: Value | undefined;
  while (reader.position < reader.limit) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | 2)) key = reader.name();
    else if (tag === ((2 << 3) | 2)) value = readValue(reader, depth);
    else reader.skip(tag);
  }
  reader.leave(outer);
  if (value === undefined) {
    throw new FirestoreError(
      "INVALID_ARGUMENT",
      "Cannot convert firestore.v1.Value with type unset.",
    );
  }
  fields.set(key, value);
}

function readGeoPoint(reader: ByteReader): GeoPoint {
  const outer = reader.enter();
  let latitude = 0;
  let longitude = 0;
  while (reader.position < reader.limit) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | 1)) latitude = reader.double();
    else if (tag === ((2 << 3) | 1)) longitude = reader.double();
    else reader.skip(tag);
  }
  reader.leave(outer);
  return new GeoPoint(latitude, longitude);
}

function deeper(depth: number): number {
  if (depth >= DEEPEST_VALUE) {
    throw new WireError(`Invalid message: maps and arrays nested more than ${DEEPEST_VALUE} deep.`);
  }
  return depth + 1;
}

function unsupported(kind: string): FirestoreError {
  return new FirestoreError("INVALID_ARGUMENT", `Value type is not supported: ${kind}`);
}
