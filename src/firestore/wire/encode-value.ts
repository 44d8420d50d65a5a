import type { Writer } from "protobufjs/minimal.js";
import { assert } from "../../std/assert.ts";
import type { Document } from "../data/document.ts";
import { Timestamp } from "../data/timestamp.ts";
import { GeoPoint, Reference, type ArrayValue, type MapValue, type Value } from "../data/value.ts";
import { isMap } from "../data/value-type.ts";

/** Writes the fields of a google.firestore.v1.Value: without tag and length. */
export function encodeValue(writer: Writer, value: Value): void {
  switch (typeof value) {
    case "string":
      writer.uint32((17 << 3) | 2).string(value);
      break;
    case "bigint":
      writer.uint32((2 << 3) | 0);
      encodeInt64(writer, value);
      break;
    case "number":
      writer.uint32((3 << 3) | 1).double(value);
      break;
    case "boolean":
      writer.uint32((1 << 3) | 0).bool(value);
      break;
    case "object":
      encodeObject(writer, value);
      break;
    case "undefined":
    case "symbol":
    case "function":
      assert(false, `no Firestore value: ${typeof value}`);
  }
}

function encodeObject(writer: Writer, value: Exclude<Value, string | bigint | number | boolean>) {
  if (value === null) writer.uint32((11 << 3) | 0).int32(0);
  else if (isMap(value)) {
    writer.uint32((6 << 3) | 2).fork();
    encodeFields(writer, 1, value);
    writer.ldelim();
  } else if (Array.isArray(value)) {
    writer.uint32((9 << 3) | 2).fork();
    encodeElements(writer, value as ArrayValue);
    writer.ldelim();
  } else if (value instanceof Timestamp) encodeTimestamp(writer, 10, value);
  else if (value instanceof Uint8Array) writer.uint32((18 << 3) | 2).bytes(value);
  else if (value instanceof Reference) writer.uint32((5 << 3) | 2).string(value.name);
  else if (value instanceof GeoPoint) encodeGeoPoint(writer, value);
  else assert(false, "an object that is no Firestore value");
}

/** An int64 as a varint: protobufjs takes any object with two halves. */
function encodeInt64(writer: Writer, value: bigint): void {
  const low = Number(BigInt.asIntN(32, value));
  const high = Number(BigInt.asIntN(32, value >> 32n));
  writer.int64({ low, high, unsigned: false });
}

/** The `values` of a google.firestore.v1.ArrayValue. */
export function encodeElements(writer: Writer, values: ArrayValue): void {
  for (const value of values) encodeMessage(writer, 1, () => encodeValue(writer, value));
}

/** A field of type `map<string, Value>`. */
export function encodeFields(writer: Writer, field: number, fields: MapValue): void {
  for (const [name, value] of fields) {
    writer.uint32(field * 8 + 2).fork();
    writer.uint32((1 << 3) | 2).string(name);
    writer.uint32((2 << 3) | 2).fork();
    encodeValue(writer, value);
    writer.ldelim().ldelim();
  }
}

/** A field of type google.protobuf.Timestamp, with its tag and length. */
export function encodeTimestamp(
  writer: Writer,
  field: number,
  { seconds, nanos }: Timestamp,
): void {
  writer.uint32(field * 8 + 2).fork();
  if (seconds !== 0) writer.uint32((1 << 3) | 0).int64(seconds);
  if (nanos !== 0) writer.uint32((2 << 3) | 0).int32(nanos);
  writer.ldelim();
}

/** A google.firestore.v1.Document as a field. `root` is "projects/P/databases/D/documents". */
export function encodeDocument(
  writer: Writer,
  field: number,
  root: string,
  document: Document,
): void {
  writer.uint32(field * 8 + 2).fork();
  encodeDocumentFields(writer, root, document);
  writer.ldelim();
}

/** The fields of a google.firestore.v1.Document: without tag and length. */
export function encodeDocumentFields(writer: Writer, root: string, document: Document): void {
  writer.uint32((1 << 3) | 2).string(`${root}/${document.path}`);
  encodeFields(writer, 2, document.fields);
  encodeTimestamp(writer, 3, document.createTime);
  encodeTimestamp(writer, 4, document.updateTime);
}

/** A message as a field, whose own fields `encode` writes. */
export function encodeMessage(writer: Writer, field: number, encode: () => void): void {
  writer.uint32(field * 8 + 2).fork();
  encode();
  writer.ldelim();
}

function encodeGeoPoint(writer: Writer, { latitude, longitude }: GeoPoint): void {
  writer.uint32((8 << 3) | 2).fork();
  // Minus zero is not the default.
  if (!Object.is(latitude, 0)) writer.uint32((1 << 3) | 1).double(latitude);
  if (!Object.is(longitude, 0)) writer.uint32((2 << 3) | 1).double(longitude);
  writer.ldelim();
}
