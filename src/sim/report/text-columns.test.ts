import fc from "fast-check";
import { expect, test } from "vitest";
import { fitColumns, padCell, wrapText, type TextColumn } from "./text-columns.ts";

const COLUMNS: readonly TextColumn[] = [
  { title: "Metric", align: "left", widthMin: 6 },
  { title: "Basis", align: "left", widthMin: 5 },
  { title: "Samples", align: "right", widthMin: null },
];

test("columns keep their natural widths when there is room", () => {
  expect(fitColumns(COLUMNS, [["P&L latency", "modelled", "12"]], 100)).toEqual([11, 8, 7]);
});

test("the column in which the fewest cells wrap gives way", () => {
  const rows = [
    ["a very long metric name", "measured", "1"],
    ["short", "measured", "2"],
    ["short", "measured", "3"],
  ];
  // 23 + 8 + 7 = 38; narrowing the metric wraps one cell, narrowing the basis three.
  expect(fitColumns(COLUMNS, rows, 30)).toEqual([15, 8, 7]);
});

test("columns that cannot be squeezed enough do not fit", () => {
  // The narrowest are 6 + 5 + 7 = 18.
  const rows = [["a long metric", "modelled", "1"]];
  expect(fitColumns(COLUMNS, rows, 18)).toEqual([6, 5, 7]);
  expect(fitColumns(COLUMNS, rows, 17)).toBeNull();
});

test("text is broken between words, and long words anywhere", () => {
  expect(wrapText("one two three", 7)).toEqual(["one two", "three"]);
  expect(wrapText("abcdefgh ij", 4)).toEqual(["abcd", "efgh", "ij"]);
  expect(wrapText("", 4)).toEqual([""]);
});

test("no wrapped line is too wide, and no letter is lost", () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 30 }), (text, width) => {
      const lines = wrapText(text, width);
      expect(Math.max(...lines.map((line) => Array.from(line).length))).toBeLessThanOrEqual(width);
      expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
    }),
  );
});

test("cells are padded on the side away from their text", () => {
  expect(padCell("ab", 4, "left")).toBe("ab  ");
  expect(padCell("ab", 4, "right")).toBe("  ab");
});
