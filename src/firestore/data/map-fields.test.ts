import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deleteField, editFields, selectFields, setField } from "./map-fields.ts";
import type { MapValue, Value } from "./value.ts";

const map = (entries: Record<string, Value>): MapValue => new Map(Object.entries(entries));

describe("setField", () => {
  it("makes maps on the way, in place of what is none", () => {
    expect(setField(map({ a: 1n }), ["a", "b"], 2n)).toEqual(map({ a: map({ b: 2n }) }));
  });

  it("shares what it does not change, and changes nothing in place", () => {
    const before = map({ a: map({ x: 1n }), b: map({ y: 1n }) });
    const after = setField(before, ["a", "x"], 2n);
    expect(before).toEqual(map({ a: map({ x: 1n }), b: map({ y: 1n }) }));
    expect(after.get("b")).toBe(before.get("b"));
  });
});

describe("deleteField", () => {
  it("leaves an emptied map behind", () => {
    expect(deleteField(map({ a: map({ b: 1n }) }), ["a", "b"])).toEqual(map({ a: map({}) }));
  });

  it("gives the same map back where nothing is at the path", () => {
    const fields = map({ a: 1n });
    expect(deleteField(fields, ["a", "b", "c"])).toBe(fields);
    expect(deleteField(fields, ["b"])).toBe(fields);
  });
});

describe("selectFields", () => {
  it("keeps the nesting of what it takes", () => {
    const fields = map({ a: map({ b: 1n, c: 2n }), d: 3n, e: 4n });
    expect(selectFields(fields, [["a", "b"], ["d"], ["zz"], ["d", "x"]])).toEqual(
      map({ a: map({ b: 1n }), d: 3n }),
    );
  });
});

describe("editFields", () => {
  it("does what one change after the other does", () => {
    const anyPath = fc.array(fc.constantFrom("a", "b"), { minLength: 1, maxLength: 3 });
    const anyEdit = fc.record({
      path: anyPath,
      value: fc.constantFrom(undefined, 1n, map({ a: 2n })),
    });
    fc.assert(
      fc.property(fc.array(anyEdit, { maxLength: 6 }), (edits) => {
        const one = edits.reduce<MapValue>(
          (fields, { path, value }) =>
            value === undefined ? deleteField(fields, path) : setField(fields, path, value),
          map({ a: map({ b: 0n }) }),
        );
        expect(editFields(map({ a: map({ b: 0n }) }), edits)).toEqual(one);
      }),
    );
  });
});
