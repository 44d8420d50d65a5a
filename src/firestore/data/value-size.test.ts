import { describe, expect, it } from "vitest";
import { Timestamp } from "./timestamp.ts";
import { GeoPoint, Reference, type Value } from "./value.ts";
import { documentNameSize, documentSize, valueSize } from "./value-size.ts";

describe("documentSize", () => {
  /** The example of https://docs.cloud.google.com/firestore/native/docs/storage-size. */
  const path = "users/jeff/tasks/my_task_id";
  const fields = new Map<string, Value>([
    ["type", "Personal"],
    ["done", false],
    ["priority", 1n],
    ["description", "Learn Cloud Firestore"],
  ]);

  it("is what the published page computes", () => {
    expect(documentNameSize(path)).toBe(44);
    expect(documentSize(path, fields)).toBe(147);
  });

  it("takes 8 bytes for a numeric ID", () => {
    expect(documentNameSize("tasks/__id123__")).toBe(6 + 8 + 16);
  });
});

describe("valueSize", () => {
  it.each<readonly [string, Value, number]>([
    ["null", null, 1],
    ["boolean", true, 1],
    ["integer", 1n, 8],
    ["double", 1.5, 8],
    ["timestamp", new Timestamp(0, 0), 8],
    ["geo point", new GeoPoint(1, 2), 16],
    ["string in UTF-8, and one", "é😀", 7],
    ["bytes", new Uint8Array(5), 5],
    [
      "reference: the name's",
      new Reference("projects/p/databases/(default)/documents/users/jeff/tasks/my_task_id"),
      44,
    ],
    ["array: its elements", [1n, "a"], 10],
    ["map: names and values", new Map([["done", false]]), 6],
    [
      "vector: 8 a dimension",
      new Map<string, Value>([
        ["__type__", "__vector__"],
        ["value", [1, 2, 3]],
      ]),
      24,
    ],
  ])("%s", (_type, value, size) => {
    expect(valueSize(value)).toBe(size);
  });
});
