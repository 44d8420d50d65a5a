import type { Rng } from "../../src/std/rng.ts";
import type { Plain } from "../judge/firestore-wire.ts";

/** Names that are tame, nested, quoted, or far out in Unicode. */
const FIELD_PATHS = ["a", "b", "c", "m.x", "m.y", "l", "t", "`w.eird`", "m.`x.y`", "`ö`", "`😀`"];
const TOP_FIELDS = ["a", "b", "c", "l", "w.eird", "ö", "😀"];

/** IDs in an order that UTF-16 gets wrong (U+FFFD before U+1F600 in UTF-8), numeric IDs, odd characters. */
export const DOCUMENT_IDS = [
  "d1",
  "d2",
  "d3",
  "D",
  "d10",
  "é",
  "\uFFFD",
  "😀",
  "__id7__",
  "__id12__",
  "a b",
  "x.y",
  "~",
] as const;

/** Documents of large cases: more than a server may be content to look at one by one. */
export const BULK_IDS: readonly string[] = Array.from({ length: 150 }, (_, index) => `n${index}`);

export function documentId(rng: Rng): string {
  return rng.chance(0.12) ? rng.pick(BULK_IDS) : rng.pick(DOCUMENT_IDS);
}

export const COLLECTIONS = ["a", "b"] as const;
export const SUBCOLLECTIONS = ["sub", "a", "ζ"] as const;

const NUMBERS: readonly Plain[] = [
  ...["0", "1", "-1", "2", "3", "42"].map((integerValue) => ({ integerValue })),
  { integerValue: "9007199254740993" },
  { integerValue: "-9007199254740993" },
  { integerValue: "9223372036854775807" },
  { integerValue: "-9223372036854775808" },
  ...[0, -0, 1, 1.5, -1.5, 2, 3, 9007199254740992, 9.223372036854776e18].map((doubleValue) => ({
    doubleValue,
  })),
  ...[NaN, Infinity, -Infinity, 5e-324, 1.7976931348623157e308].map((doubleValue) => ({
    doubleValue,
  })),
];

const STRINGS: readonly Plain[] = [
  "",
  "a",
  "b",
  "aa",
  "A",
  "é",
  "e\u0301",
  "\uFFFF",
  "\u{10000}",
  "😀",
  "z\u0000",
  "z",
].map((stringValue) => ({ stringValue }));

const OTHERS: readonly Plain[] = [
  { nullValue: "NULL_VALUE" },
  { booleanValue: false },
  { booleanValue: true },
  { timestampValue: { seconds: "1000000000", nanos: 0 } },
  { timestampValue: { seconds: "1000000000", nanos: 123456000 } },
  { timestampValue: { seconds: "-5", nanos: 999000 } },
  { bytesValue: "" },
  { bytesValue: "AA==" },
  { bytesValue: "AAE=" },
  { bytesValue: "/w==" },
  { geoPointValue: { latitude: 0, longitude: 0 } },
  { geoPointValue: { latitude: -12.5, longitude: 100.25 } },
  { geoPointValue: { latitude: -12.5, longitude: -100.25 } },
  { referenceValue: "$DB/documents/a/d1" },
  { referenceValue: "$DB/documents/a/😀" },
  { referenceValue: "$DB/documents/a/__id7__" },
  { referenceValue: "$DB/documents/a/d1/sub/d2" },
  { referenceValue: "projects/other/databases/(default)/documents/a/d1" },
];

export function number(rng: Rng): Plain {
  return rng.pick(NUMBERS);
}

export function scalar(rng: Rng): Plain {
  if (rng.chance(0.5)) return rng.pick(NUMBERS);
  return rng.chance(0.5) ? rng.pick(STRINGS) : rng.pick(OTHERS);
}

/** Few different values, so that filters find something. */
export function commonValue(rng: Rng): Plain {
  return rng.chance(0.8)
    ? { integerValue: String(rng.integer(0, 4)) }
    : { stringValue: rng.pick(["a", "b"]) };
}

export function value(rng: Rng, depth = 0): Plain {
  const kind = rng.integer(0, 9);
  if (depth < 2 && kind === 0) return array(rng, depth);
  if (depth < 2 && kind === 1) return map(rng, depth);
  if (depth === 0 && kind === 2) return vector(rng);
  return kind < 6 ? commonValue(rng) : scalar(rng);
}

function array(rng: Rng, depth: number): Plain {
  const values = several(rng, 0, 3, () => value(rng, depth + 1));
  // An array right inside an array is refused; once in a while, that is tried.
  const kept = rng.chance(0.03) ? values : values.filter((item) => !("arrayValue" in item));
  return { arrayValue: { values: kept } };
}

function map(rng: Rng, depth: number): Plain {
  const names = several(rng, 0, 3, () => rng.pick(["x", "y", "x.y", "z", "é"]));
  return {
    mapValue: { fields: Object.fromEntries(names.map((name) => [name, value(rng, depth + 1)])) },
  };
}

function vector(rng: Rng): Plain {
  const values = several(rng, 1, 3, () => ({ doubleValue: rng.integer(-2, 2) }));
  return {
    mapValue: {
      fields: { __type__: { stringValue: "__vector__" }, value: { arrayValue: { values } } },
    },
  };
}

export function fields(rng: Rng): Plain {
  const all: Record<string, Plain> = {};
  for (const name of TOP_FIELDS) {
    if (rng.chance(0.5)) all[name] = name === "l" ? arrayOfCommon(rng) : value(rng);
  }
  if (rng.chance(0.5)) all["m"] = map(rng, 0);
  if (rng.chance(0.02)) all["__reserved__"] = commonValue(rng);
  return all;
}

function arrayOfCommon(rng: Rng): Plain {
  return { arrayValue: { values: several(rng, 0, 4, () => commonValue(rng)) } };
}

export function fieldPath(rng: Rng): string {
  if (rng.chance(0.6)) return rng.pick(["a", "b", "c"]);
  if (rng.chance(0.02)) return rng.pick(["", "a..b", "a.", "1a", "`a", "m[0]", "__reserved__"]);
  return rng.pick(FIELD_PATHS);
}

export function documentName(rng: Rng): string {
  if (rng.chance(0.01)) {
    return rng.pick([
      "$DB/documents/a",
      "$DB/documents/a/__bad__",
      "$DB/documents/a/.",
      "$DB/documents/a//d1",
      "$DB/documents",
      "",
    ]);
  }
  const parent = `$DB/documents/${rng.pick(COLLECTIONS)}/${documentId(rng)}`;
  return rng.chance(0.7) ? parent : `${parent}/${rng.pick(SUBCOLLECTIONS)}/${documentId(rng)}`;
}

export function several<T>(rng: Rng, minimum: number, maximum: number, make: () => T): T[] {
  return Array.from({ length: rng.integer(minimum, maximum) }, make);
}
