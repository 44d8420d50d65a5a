import { ShapedMap } from "./shaped-map.ts";
import type { Timestamp } from "./timestamp.ts";
import type { ArrayValue, GeoPoint, MapValue, Reference, Value } from "./value.ts";
import { typeOf } from "./value-type.ts";

/**
 * Whether a document that holds one and a document that holds the other are the same document. It
 * tells apart what merely ties in the order: the integer 1 and the double 1, 0 and -0.
 */
export function valuesIdentical(left: Value, right: Value): boolean {
  if (Object.is(left, right)) return true;
  if (typeof left !== "object" || typeof right !== "object") return false;
  if (left === null || right === null) return false;
  const type = typeOf(left);
  if (type !== typeOf(right)) return false;
  switch (type) {
    case "timestamp":
      return (left as Timestamp).compareTo(right as Timestamp) === 0;
    case "bytes":
      return sameBytes(left as Uint8Array, right as Uint8Array);
    case "reference":
      return (left as Reference).name === (right as Reference).name;
    case "geo-point":
      return sameGeoPoint(left as GeoPoint, right as GeoPoint);
    case "array":
      return sameArray(left as ArrayValue, right as ArrayValue);
    case "vector":
    case "map":
      return mapsIdentical(left as MapValue, right as MapValue);
    case "null":
    case "boolean":
    case "number":
    case "string":
      return false;
  }
}

export function mapsIdentical(left: MapValue, right: MapValue): boolean {
  if (left === right) return true;
  if (left instanceof ShapedMap && right instanceof ShapedMap && left.shape === right.shape) {
    return sameArray(left.slots, right.slots);
  }
  if (left.size !== right.size) return false;
  for (const [name, value] of left) {
    const other = right.get(name);
    if (other === undefined || !valuesIdentical(value, other)) return false;
  }
  return true;
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}

function sameGeoPoint(left: GeoPoint, right: GeoPoint): boolean {
  return Object.is(left.latitude, right.latitude) && Object.is(left.longitude, right.longitude);
}

function sameArray(left: ArrayValue, right: ArrayValue): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index += 1) {
    const [one, other] = [left[index] as Value, right[index] as Value];
    if (one !== other && !valuesIdentical(one, other)) return false;
  }
  return true;
}
