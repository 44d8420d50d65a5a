import type { FieldPath } from "../data/document.ts";
import { utf8Length } from "../data/compare-strings.ts";
import { formatFieldPath } from "../data/field-path.ts";
import { ShapedMap } from "../data/shaped-map.ts";
import { Timestamp } from "../data/timestamp.ts";
import type { ArrayValue, GeoPoint, MapValue, Value } from "../data/value.ts";
import { isArray, isMap, typeOf } from "../data/value-type.ts";
import { LIMITS } from "../limits/limits.ts";
import { invalid } from "./refusals.ts";

const DEPTH_MAX = LIMITS["field-depth"].value;
const NAME_BYTES_MAX = LIMITS["field-name-size"].value;
const VALUE_BYTES_MAX = LIMITS["field-value-size"].value;
/** Largest number of numbers in a vector (https://docs.cloud.google.com/firestore/native/docs/vector-search). */
const VECTOR_DIMENSIONS_MAX = 2048;
const INDEXED_BYTES_MAX = LIMITS["indexed-value-size"].value;
const RESERVED = /^__.*__$/s;
/** The years 1 and 9999, as in google.protobuf.Timestamp. */
const SECONDS_MIN = -62_135_596_800;
const SECONDS_MAX = 253_402_300_799;

/**
 * The fields as Firestore stores them: times cut to microseconds. Refuses values and names that
 * Firestore would not take. The same map comes back when nothing had to change.
 */
export function checkFields(fields: MapValue): MapValue {
  return checkEntries(fields, 0, "");
}

/** The same for one value within a field, as a transform adds it. */
export function checkFieldValue(field: FieldPath, value: Value): Value {
  return checkValue(value, field.length + 1, formatFieldPath(field.slice(0, 1)));
}

/**
 * Refuses a value that a filter or a cursor may not hold. Times keep their nanoseconds there, so that
 * none equals a stored one (measured), and arrays may hold arrays.
 */
export function checkOperand(value: Value, field: string): void {
  if (typeof value !== "object") {
    if (typeof value === "string" && utf8Length(value) > INDEXED_BYTES_MAX) {
      throw invalid(`value for ${field} is too large to be used in a query`);
    }
  } else if (isArray(value)) {
    for (const element of value) checkOperand(element, field);
  } else if (isMap(value)) {
    checkOperandMap(value, field);
  } else if (value !== null && typeOf(value) === "geo-point") {
    checkGeoPoint(value as GeoPoint);
  }
}

function checkOperandMap(map: MapValue, field: string): void {
  if (map.get("__type__") === "__vector__") {
    checkVector(map, field);
    return;
  }
  for (const [name, value] of map) {
    // A map of another type is no vector, and matches nothing that can be stored.
    if (name !== "__type__") checkName(name, 1, field);
    checkOperand(value, field);
  }
}

function checkEntries(map: MapValue, depth: number, property: string): MapValue {
  if (map instanceof ShapedMap) return checkShaped(map, depth, property);
  let copy: Map<string, Value> | undefined;
  for (const [name, value] of map) {
    checkName(name, depth, property);
    const checked = checkValue(value, depth + 1, depth === 0 ? name : property);
    if (checked === value) continue;
    copy ??= new Map(map);
    copy.set(name, checked);
  }
  return copy ?? map;
}

function checkShaped(map: ShapedMap, depth: number, property: string): MapValue {
  const { names } = map.shape;
  let copy: Value[] | undefined;
  for (let slot = 0; slot < names.length; slot += 1) {
    const name = names[slot] as string;
    const value = map.slots[slot] as Value;
    checkName(name, depth, property);
    const checked = checkValue(value, depth + 1, depth === 0 ? name : property);
    if (checked === value) continue;
    copy ??= map.slots.slice();
    copy[slot] = checked;
  }
  return copy === undefined ? map : new ShapedMap(map.shape, copy);
}

function checkName(name: string, depth: number, property: string): void {
  if (name === "") {
    throw depth === 0 ? invalid("The property.name is the empty string.") : invalidNested(property);
  }
  if (name.startsWith("__") && RESERVED.test(name)) {
    throw invalid(
      depth === 0 ? `field name ${name} is reserved` : `field name '${name}' is reserved.`,
    );
  }
  if (name.length * 3 > NAME_BYTES_MAX && utf8Length(name) > NAME_BYTES_MAX) {
    throw invalid(`The property.name is longer than ${NAME_BYTES_MAX} bytes.`);
  }
}

/** `depth` counts the field itself: a top-level field's value is at 1. */
function checkValue(value: Value, depth: number, property: string): Value {
  if (typeof value === "object" && value !== null) return checkObject(value, depth, property);
  const isTooLong =
    typeof value === "string" &&
    value.length * 3 > VALUE_BYTES_MAX &&
    utf8Length(value) > VALUE_BYTES_MAX;
  if (isTooLong) throw tooLong(property);
  return value;
}

function checkObject(value: Value, depth: number, property: string): Value {
  if (value instanceof Timestamp) return checkTimestamp(value);
  if (isMap(value)) {
    // A map that holds something adds a level; twenty are allowed (measured).
    if (depth > DEPTH_MAX) throw invalidNested(property);
    if (value.has("__type__")) return checkVector(value, property);
    return checkEntries(value, depth, property);
  }
  if (isArray(value)) return checkArray(value, depth, property);
  if (value instanceof Uint8Array && value.length > VALUE_BYTES_MAX) throw tooLong(property);
  if (typeOf(value) === "geo-point") checkGeoPoint(value as GeoPoint);
  return value;
}

function checkArray(array: ArrayValue, depth: number, property: string): Value {
  if (depth > DEPTH_MAX) throw invalidNested(property);
  let copy: Value[] | undefined;
  for (let index = 0; index < array.length; index += 1) {
    const element = array[index] as Value;
    if (isArray(element)) throw invalid("Cannot convert an array value in an array value.");
    const checked = checkValue(element, depth + 1, property);
    if (checked === element) continue;
    copy ??= [...array];
    copy[index] = checked;
  }
  return copy ?? array;
}

function checkTimestamp(time: Timestamp): Timestamp {
  if (time.seconds < SECONDS_MIN || time.seconds > SECONDS_MAX) {
    throw invalid("Timestamp seconds out of range: must be between years 1 and 9999.");
  }
  const cut = Math.floor(time.nanos / 1000) * 1000;
  return cut === time.nanos ? time : new Timestamp(time.seconds, cut);
}

function checkGeoPoint({ latitude, longitude }: GeoPoint): void {
  if (!(Math.abs(latitude) <= 90)) throw outside("latitude", latitude, 90);
  if (!(Math.abs(longitude) <= 180)) throw outside("longitude", longitude, 180);
}

function outside(name: string, degrees: number, limit: number): Error {
  const text = Number.isInteger(degrees) ? degrees.toFixed(1) : String(degrees);
  return invalid(`Geo point ${name} '${text}' outside permitted range -${limit}.0 to ${limit}.0.`);
}

function checkVector(map: MapValue, property: string): MapValue {
  if (map.get("__type__") !== "__vector__") throw invalidNested(property);
  if (!map.has("value")) throw invalid("Vector map is missing key 'value'.");
  const elements = map.get("value");
  if (map.size !== 2 || !isArray(elements)) throw invalidNested(property);
  if (!elements.every((element) => typeof element === "number")) {
    throw invalid("Vector must only contain values of type 'double'");
  }
  if (elements.length === 0) throw invalid("Cannot have a zero length vector.");
  if (elements.length > VECTOR_DIMENSIONS_MAX) {
    throw invalid(`Vectors can have at most ${VECTOR_DIMENSIONS_MAX} dimensions.`);
  }
  return map;
}

function tooLong(property: string): Error {
  return invalid(`The value of property "${property}" is longer than ${VALUE_BYTES_MAX} bytes.`);
}

function invalidNested(property: string): Error {
  return invalid(`Property ${property} contains an invalid nested entity.`);
}
