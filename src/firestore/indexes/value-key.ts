import { orderedByCodeUnits, utf8Length } from "../data/compare-strings.ts";
import { pathKey } from "../data/document-path.ts";
import { Timestamp } from "../data/timestamp.ts";
import { isMap, vectorOf } from "../data/value-type.ts";
import { LIMITS } from "../limits/limits.ts";
import { GeoPoint, Reference, type MapValue, type Value } from "../data/value.ts";

/*
 * Values as texts that compare, by code units, as Firestore orders the values: across types (null,
 * booleans, numbers, times, strings, bytes, references, points, arrays, vectors, maps) and within
 * them (https://firebase.google.com/docs/firestore/manage-data/data-types#value_type_ordering).
 *
 * No text is the beginning of another, so that what follows one in a key never decides between two
 * values, and so that a text with every code unit turned over orders the other way round.
 */

/**
 * Tags, in the order of the types. All are above END, so that a list that ends sorts before one
 * that goes on.
 */
const TAGS = {
  null: "\u0002",
  false: "\u0003",
  true: "\u0004",
  nan: "\u0005",
  number: "\u0006",
  time: "\u0007",
  string: "\u0008",
  bytes: "\u0009",
  reference: "\u000A",
  point: "\u000B",
  array: "\u000C",
  vector: "\u000D",
  map: "\u000E",
} as const;

const END = "\u0000";

/**
 * Bytes of a value that go into an index; what is longer is cut off (firestore-facts 1.5, quotas
 * page). Arrays and maps are cut where so many code units are written.
 */
export const INDEXED_BYTES = LIMITS["indexed-value-size"].value;

/** A value's text in ascending order. */
export function ascendingKey(value: Value): string {
  const text = encode(value);
  // A cut text ends in nothing; one unit below every other keeps it from being another's beginning.
  return text.length > 2 * INDEXED_BYTES ? `${text.slice(0, 2 * INDEXED_BYTES)}${END}` : text;
}

/** The same text turned over: it orders the other way round. */
export function descendingKey(ascending: string): string {
  let text = "";
  for (let start = 0; start < ascending.length; start += CHUNK) {
    const length = Math.min(CHUNK, ascending.length - start);
    const units = SCRATCH[length] ?? [];
    for (let index = 0; index < length; index += 1) {
      units[index] = 0xff_ff - ascending.charCodeAt(start + index);
    }
    text += String.fromCharCode.apply(undefined, units);
  }
  return text;
}

/** One array for each length: twice as fast here as typed arrays, or as one character at a time. */
const CHUNK = 64;
const SCRATCH = Array.from({ length: CHUNK + 1 }, (_, length) => Array.from({ length }, () => 0));

function encode(value: Value): string {
  if (typeof value === "string") return `${TAGS.string}${textKey(cutText(value))}`;
  if (typeof value === "number") return numberKey(value);
  if (typeof value === "bigint") return integerKey(value);
  if (value === null) return TAGS.null;
  if (value === true) return TAGS.true;
  if (value === false) return TAGS.false;
  if (value instanceof Timestamp) return timeKey(value);
  if (isMap(value)) return mapKey(value);
  if (Array.isArray(value)) return listKey(TAGS.array, value);
  if (value instanceof Uint8Array) return bytesKey(value);
  if (value instanceof Reference) return referenceKey(value.name);
  if (value instanceof GeoPoint) {
    return `${TAGS.point}${doubleText(value.latitude)}${doubleText(value.longitude)}`;
  }
  throw new TypeError(`no Firestore value: ${typeof value}`);
}

/** A text in order of its code points, with an end: NUL twice. One that is part of the text is "\0\1". */
function textKey(text: string): string {
  if (!UNUSUAL.test(text)) return `${text}${END}${END}`;
  return `${orderedByCodeUnits(text).replaceAll(END, "\u0000\u0001")}${END}${END}`;
}

/** What has to be put otherwise: NUL, and code units that do not order as code points do. */
const UNUSUAL = /[\0\ud800-\uffff]/;

/** The beginning of a text that fits into an index, cut between characters. */
function cutText(text: string): string {
  // A code unit has at most three bytes in UTF-8.
  if (text.length * 3 <= INDEXED_BYTES) return text;
  let bytes = 0;
  let index = 0;
  for (const character of text) {
    bytes += utf8Length(character);
    if (bytes > INDEXED_BYTES) return text.slice(0, index);
    index += character.length;
  }
  return text;
}

const double = new Float64Array(1);
/** The double's four 16-bit parts; this machine's order is found out rather than assumed. */
const parts = new Uint16Array(double.buffer);
double[0] = 1;
const HIGH = parts[3] === 0 ? 0 : 3;
const STEP = HIGH === 0 ? 1 : -1;

/** Eight bytes of a double, in the order of the numbers; -0 is 0. */
function doubleText(number: number): string {
  double[0] = number === 0 ? 0 : number;
  const a = parts[HIGH] ?? 0;
  const b = parts[HIGH + STEP] ?? 0;
  const c = parts[HIGH + 2 * STEP] ?? 0;
  const d = parts[HIGH + 3 * STEP] ?? 0;
  if (a >= 0x80_00) {
    return String.fromCharCode(0xff_ff - a, 0xff_ff - b, 0xff_ff - c, 0xff_ff - d);
  }
  return String.fromCharCode(a + 0x80_00, b, c, d);
}

/** What is left of an integer beyond the nearest double is at most 512 either way (64 bits). */
const NO_REST = 0x8_00;

function numberKey(number: number): string {
  if (Number.isNaN(number)) return TAGS.nan;
  return `${TAGS.number}${doubleText(number)}${String.fromCharCode(NO_REST)}`;
}

/** Doubles and integers are one order: by the nearest double, then by what an integer has beyond it. */
function integerKey(integer: bigint): string {
  const nearest = Number(integer);
  const rest = Number.isSafeInteger(nearest) ? 0 : Number(integer - BigInt(nearest));
  return `${TAGS.number}${doubleText(nearest)}${String.fromCharCode(NO_REST + rest)}`;
}

/** Year 1, the earliest time there is, in seconds before 1970. */
const EARLIEST_S = 62_135_596_800;

function timeKey({ seconds, nanos }: Timestamp): string {
  const since = seconds + EARLIEST_S;
  const high = Math.floor(since / 0x1_00_00_00_00);
  const low = since % 0x1_00_00_00_00;
  return `${TAGS.time}${String.fromCharCode(
    high,
    Math.floor(low / 0x1_00_00),
    low % 0x1_00_00,
    Math.floor(nanos / 0x1_00_00),
    nanos % 0x1_00_00,
  )}`;
}

function bytesKey(bytes: Uint8Array): string {
  let text: string = TAGS.bytes;
  const length = Math.min(bytes.length, INDEXED_BYTES);
  for (let index = 0; index < length; index += 1) {
    text += String.fromCharCode((bytes[index] ?? 0) + 1);
  }
  return text + END;
}

function referenceKey(name: string): string {
  return `${TAGS.reference}${nameKey(name)}`;
}

/** A document's name, or an ID alone, with an end. */
export function nameKey(path: string): string {
  return `${pathKey(path)}${END}${END}`;
}

function listKey(tag: string, values: readonly Value[]): string {
  let text = tag;
  for (const value of values) {
    text += encode(value);
    if (text.length > 2 * INDEXED_BYTES) return text;
  }
  return text + END;
}

function mapKey(map: MapValue): string {
  const vector = vectorOf(map);
  if (vector !== undefined) {
    const length = String.fromCharCode(vector.length >> 16, vector.length & 0xff_ff);
    return listKey(`${TAGS.vector}${length}`, vector);
  }
  let text: string = TAGS.map;
  const names = [...map.keys()].map((name) => ({ name, key: textKey(name) }));
  for (const { name, key } of names.toSorted((a, b) => (a.key < b.key ? -1 : 1))) {
    const value = map.get(name);
    if (value === undefined) continue;
    text += `${TAGS.string}${key}${encode(value)}`;
    if (text.length > 2 * INDEXED_BYTES) return text;
  }
  return text + END;
}
