import { EncodedFields } from "../data/encoded-fields.ts";
import type { MapValue, Value } from "../data/value.ts";
import { ByteReader, LENGTH_DELIMITED } from "./byte-reader.ts";
import { PlainFields } from "./plain-fields.ts";
import { readMapEntry } from "./read-value.ts";

const NAME = (1 << 3) | LENGTH_DELIMITED;
const FIELDS = (2 << 3) | LENGTH_DELIMITED;

/**
 * Reads a google.firestore.v1.Document, with its length before it, and leaves its fields encoded.
 * Undefined, with the reader where it was: its encoding is not the plain one.
 * @throws WireError
 */
export function readEncodedDocument(
  reader: ByteReader,
): { readonly name: string; readonly fields: EncodedFields } | undefined {
  const { bytes, position } = reader;
  const outer = reader.enter();
  const end = reader.limit;
  let name = "";
  if (reader.position < end && bytes[reader.position] === NAME) {
    reader.position += 1;
    name = reader.string();
  }
  const start = reader.position;
  const plain = new PlainFields(bytes, start);
  let isPlain = true;
  while (isPlain && plain.position < end) {
    isPlain = bytes[plain.position] === FIELDS;
    plain.position += 1;
    isPlain &&= plain.entry(end);
  }
  reader.leave(outer);
  reader.position = isPlain ? end : position;
  return isPlain ? { name, fields: new EncodedFields(bytes, start, end, decode) } : undefined;
}

function decode(bytes: Buffer, start: number, end: number): MapValue {
  const reader = new ByteReader(bytes);
  reader.position = start;
  reader.limit = end;
  const fields = new Map<string, Value>();
  while (reader.position < end) {
    reader.tag();
    readMapEntry(reader, 0, fields);
  }
  return fields;
}
