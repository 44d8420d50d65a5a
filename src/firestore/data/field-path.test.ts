import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareFieldPaths, formatFieldPath, parseFieldPath } from "./field-path.ts";

describe("parseFieldPath", () => {
  it.each([
    ["a", ["a"]],
    ["a.b_1.C", ["a", "b_1", "C"]],
    ["`a.b`", ["a.b"]],
    ["a.`b-c`.d", ["a", "b-c", "d"]],
    ["`a\\`b\\\\c`", ["a`b\\c"]],
    ["__name__", ["__name__"]],
  ])("reads %s", (text, names) => {
    expect(parseFieldPath(text)).toEqual(names);
  });

  it.each([
    "",
    ".",
    "a.",
    ".a",
    "a..b",
    "a-b",
    "1a",
    "`a",
    "a`",
    "``",
    "`a`b",
    "é",
    "a b",
    "`a\\`",
  ])("refuses %j", (text) => {
    expect(() => parseFieldPath(text)).toThrow(/^Invalid (empty )?property path/);
  });

  it("reads back what formatFieldPath writes", () => {
    const anyName = fc.string({ unit: "grapheme", minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(anyName, { minLength: 1, maxLength: 4 }), (path) => {
        expect(parseFieldPath(formatFieldPath(path))).toEqual(path);
      }),
    );
  });
});

describe("compareFieldPaths", () => {
  it("goes by the names, in UTF-8 order, and not by the quotes some need", () => {
    const sorted = [["a"], ["a", "z"], ["a-"], ["c"], ["ö"], ["\uffff"], ["😀"]];
    expect(sorted.toReversed().sort(compareFieldPaths)).toEqual(sorted);
  });
});
