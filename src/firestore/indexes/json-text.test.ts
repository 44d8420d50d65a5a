import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonFault, readJson } from "./json-text.ts";

describe("readJson", () => {
  it("reads what JSON.parse reads", () => {
    fc.assert(
      fc.property(fc.json(), fc.boolean(), (compact, isSpread) => {
        const text = isSpread ? JSON.stringify(JSON.parse(compact), undefined, 2) : compact;
        expect(readJson(text).value).toEqual(JSON.parse(text));
      }),
    );
  });

  it("refuses what JSON.parse refuses, however it is broken, and says where", () => {
    fc.assert(
      fc.property(
        fc.json(),
        fc.nat(),
        fc.constantFrom("", "}", '"', ",", "x", "]", "\u00A0", "\v"),
        (json, at, cut) => {
          const place = at % (json.length + 1);
          const text = json.slice(0, place) + cut + json.slice(place + 1);
          fc.pre(!isJson(text));
          expect(() => readJson(text)).toThrow(JsonFault);
        },
      ),
    );
  });

  it("tells the line of every value, and of the nearest one for a path that is not there", () => {
    const text = '{\n  "a": [\n    1,\n    { "b": 2 }\n  ],\n\n  "c": 3\n}';
    const document = readJson(text);
    expect(
      [[], ["a"], ["a", 0], ["a", 1, "b"], ["c"], ["a", 1, "z"], ["z"]].map((path) =>
        document.lineOf(path),
      ),
    ).toEqual([1, 2, 3, 4, 7, 4, 1]);
  });

  it("skips the mark that some editors put first, and there only", () => {
    expect(readJson("\uFEFF[1]").value).toEqual([1]);
    expect(faultOf("[\uFEFF1]")?.message).toContain("expected a value");
  });

  it("skips comments, as the Firebase tools do", () => {
    expect(readJson('// one\n{ /* two\n */ "a": 1 // three\n}').value).toEqual({ a: 1 });
  });

  it.each([
    ['{\n "a": 1,\n "b" 2 }', 3, 'expected :, found "2 }"'],
    ["[1,\n2", 2, "expected , or ], found the end"],
    ["[1,\n]", 2, "expected a value"],
    ["{} {}", 1, "expected the end"],
    ["[".repeat(300), 1, "nested too deeply"],
  ])("refuses %s", (text, line, message) => {
    const fault = faultOf(text);
    expect(fault?.message).toContain(message);
    expect(fault?.line).toBe(line);
  });
});

function faultOf(text: string): JsonFault | undefined {
  try {
    readJson(text);
    return undefined;
  } catch (error) {
    if (error instanceof JsonFault) return error;
    throw error;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
