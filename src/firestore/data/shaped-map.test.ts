import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { editFields } from "./map-fields.ts";
import { mapOfObject, ShapedMap } from "./shaped-map.ts";
import { updatedFields } from "./updated-fields.ts";
import type { MapValue, Value } from "./value.ts";
import { documentSize, growthOf } from "./value-size.ts";
import { isMap, typeOf } from "./value-type.ts";
import { mapsIdentical } from "./values-identical.ts";

type Fields = Record<string, Value>;

const NAMES = ["a", "b", "é", "status", "__type"];
const fields = fc.dictionary(
  fc.constantFrom(...NAMES),
  fc.oneof(fc.string(), fc.integer().map(BigInt), fc.constant(null), fc.boolean()),
) as fc.Arbitrary<Fields>;

const shaped = (object: Fields): MapValue => mapOfObject(object, (value) => value);
const plain = (object: Fields): MapValue => new Map(Object.entries(object));
const maskOf = (object: Fields): string[][] => Object.keys(object).map((name) => [name]);

describe("a shaped map", () => {
  it("reads as the map of the same fields", () => {
    fc.assert(
      fc.property(fields, (object) => {
        const [one, other] = [shaped(object), plain(object)];
        expect(one).toBeInstanceOf(ShapedMap);
        expect([...one]).toEqual([...other]);
        expect([...one.keys()]).toEqual([...other.keys()]);
        expect([...one.values()]).toEqual([...other.values()]);
        expect(one.size).toBe(other.size);
        for (const name of NAMES) {
          expect(one.has(name)).toBe(other.has(name));
          expect(one.get(name)).toBe(other.get(name));
        }
        expect(new Map(one)).toEqual(other);
        expect(documentSize("c/d", one)).toBe(documentSize("c/d", other));
      }),
    );
  });

  it("is updated as the map is, by its own mask and by another that is alike", () => {
    fc.assert(
      fc.property(fields, fields, (object, update) => {
        const before = shaped(object);
        const own = shaped(update) as ShapedMap;
        const expected = updatedFields(plain(object), {
          fields: plain(update),
          mask: maskOf(update),
        });
        const byOwn = updatedFields(before, { fields: own, mask: own.shape.paths });
        const byOther = updatedFields(before, { fields: own, mask: maskOf(update) });
        expect(new Map(byOwn)).toEqual(expected);
        expect(new Map(byOther)).toEqual(expected);
        expect(new Map(before)).toEqual(plain(object));
        for (const [name, value] of Object.entries(update)) {
          const edited = editFields(before, [{ path: [name], value }]);
          expect(new Map(edited)).toEqual(new Map(before).set(name, value));
        }
        const grown = growthOf(before, byOwn);
        const weight = documentSize("c/d", before) + (grown ?? 0);
        expect(grown === undefined ? weight : documentSize("c/d", byOwn)).toBe(weight);
      }),
    );
  });

  it("is the same as another map exactly when the fields are", () => {
    fc.assert(
      fc.property(fields, fields, (object, other) => {
        const same = mapsIdentical(plain(object), plain(other));
        expect(mapsIdentical(shaped(object), shaped(other))).toBe(same);
        expect(mapsIdentical(shaped(object), plain(other))).toBe(same);
        expect(
          mapsIdentical(
            shaped(object),
            shaped(Object.fromEntries(Object.entries(object).reverse())),
          ),
        ).toBe(true);
      }),
    );
  });

  it("is a map to whoever asks, and a plain one where its names have no end", () => {
    expect(isMap(shaped({ a: 1n }))).toBe(true);
    expect(typeOf(shaped({}))).toBe("map");
    const wide = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`f${at}`, at]));
    expect(shaped(wide)).toEqual(plain(wide));
  });

  it("remembers what fields were set in only for the map they were set in", () => {
    const [one, other] = [shaped({ a: 1n }), shaped({ a: 2n, b: 3n })] as ShapedMap[];
    const update = shaped({ a: 5n }) as ShapedMap;
    expect([...(one?.with(update) ?? [])]).toEqual([["a", 5n]]);
    expect([...(other?.with(update) ?? [])]).toEqual([
      ["a", 5n],
      ["b", 3n],
    ]);
    expect(one?.with(update)).toBe(one?.with(update));
  });
});
