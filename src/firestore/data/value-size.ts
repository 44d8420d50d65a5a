import { utf8Length } from "./compare-strings.ts";
import type { FieldPath } from "./document.ts";
import { isNumericId } from "./document-path.ts";
import { ShapedMap } from "./shaped-map.ts";
import type { ArrayValue, MapValue, Reference, Value } from "./value.ts";
import { typeOf } from "./value-type.ts";

/*
 * Bytes that Firestore counts, by its published rules
 * (https://docs.cloud.google.com/firestore/native/docs/storage-size).
 */

/** A string's bytes in UTF-8 and one more. */
function stringSize(text: string): number {
  return utf8Length(text) + 1;
}

/** The sizes of its segments, and 16 bytes. */
export function documentNameSize(path: string): number {
  return path.split("/").reduce((sum, segment) => sum + segmentSize(segment), 16);
}

/** A numeric ID, which comes from Datastore only, weighs 8 bytes. */
function segmentSize(segment: string): number {
  return segment.startsWith("__id") && isNumericId(segment) ? 8 : stringSize(segment);
}

/** Its name, its fields and 32 bytes. */
export function documentSize(path: string, fields: MapValue): number {
  return documentNameSize(path) + mapSize(fields) + 32;
}

/** How many bytes more a document has with the second fields than with the first; undefined where only weighing all tells. */
export function growthOf(before: MapValue, after: MapValue): number | undefined {
  if (!(before instanceof ShapedMap && after instanceof ShapedMap)) return undefined;
  if (before.shape !== after.shape) return undefined;
  let growth = 0;
  for (let slot = 0; slot < after.slots.length; slot += 1) {
    const [old, current] = [before.slots[slot] as Value, after.slots[slot] as Value];
    if (old !== current) growth += valueSize(current) - valueSize(old);
  }
  return growth;
}

export function fieldPathSize(path: FieldPath): number {
  return path.reduce((sum, name) => sum + stringSize(name), 0);
}

/**
 * The sum over the names and values. The page says of a map "the same way as document size"; we take
 * that for the fields, without the name and the 32 bytes, which a document has once.
 */
function mapSize(map: MapValue): number {
  let sum = 0;
  if (map instanceof ShapedMap) {
    for (const value of map.slots) sum += valueSize(value);
    return sum + map.shape.namesBytes;
  }
  for (const [name, value] of map) sum += stringSize(name) + valueSize(value);
  return sum;
}

export function valueSize(value: Value): number {
  const type = typeOf(value);
  switch (type) {
    case "null":
    case "boolean":
      return 1;
    case "number":
    case "timestamp":
      return 8;
    case "string":
      return stringSize(value as string);
    case "bytes":
      return (value as Uint8Array).length;
    case "reference":
      return referenceSize(value as Reference);
    case "geo-point":
      return 16;
    case "array":
      return (value as ArrayValue).reduce<number>((sum, element) => sum + valueSize(element), 0);
    case "vector":
      return 8 * ((value as MapValue).get("value") as ArrayValue).length;
    case "map":
      return mapSize(value as MapValue);
  }
}

/** A reference weighs as much as the document's name: the segments after ".../documents/". */
function referenceSize({ name }: Reference): number {
  return documentNameSize(name.split("/").slice(5).join("/"));
}
