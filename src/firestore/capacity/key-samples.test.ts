import fc from "fast-check";
import { expect, test } from "vitest";
import { KeySamples } from "./key-samples.ts";

function samplesOf(keys: readonly string[]): KeySamples {
  const samples = new KeySamples();
  for (const key of keys) samples.add(key);
  return samples;
}

test("keeps the newest 256", () => {
  const keys = Array.from({ length: 700 }, (_, index) => `k${index}`);
  expect(samplesOf(keys).inOrder()).toEqual(keys.slice(-256));
});

test("finds the middle of keys that come in no order", () => {
  const keys = Array.from({ length: 256 }, (_, index) =>
    String((index * 37) % 256).padStart(3, "0"),
  );
  const point = samplesOf(keys).splitPoint("");
  expect(point?.leftShare).toBeGreaterThan(0.4);
  expect(point?.leftShare).toBeLessThan(0.6);
});

test.each([
  ["grow", (index: number) => index, 0],
  ["fall", (index: number) => 999 - index, 1],
])("sees that no place divides keys that only %s", (_name, place, share) => {
  const keys = Array.from({ length: 256 }, (_, index) => String(place(index)).padStart(3, "0"));
  expect(samplesOf(keys).splitPoint("")?.leftShare).toBe(share);
});

test("finds the place between two tails", () => {
  const keys = Array.from(
    { length: 256 },
    (_, index) => `${index % 2 === 0 ? "x" : "y"}${1000 + index}`,
  );
  const point = samplesOf(keys).splitPoint("");
  expect(point?.key.startsWith("y")).toBe(true);
  expect(point?.leftShare).toBeCloseTo(0.5, 1);
});

test("has no place for a single key", () => {
  expect(samplesOf(Array.from({ length: 256 }, () => "a")).splitPoint("a")).toBeUndefined();
});

test("divides what it has between two", () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { maxLength: 400 }), fc.string(), (keys, key) => {
      const left = samplesOf(keys);
      const before = left.inOrder();
      const right = new KeySamples();
      left.divide(key, right);
      expect(left.inOrder()).toEqual(before.filter((sample) => sample < key));
      expect(right.inOrder()).toEqual(before.filter((sample) => sample >= key));
      left.add("new");
      expect(left.inOrder().at(-1)).toBe("new");
    }),
  );
});
