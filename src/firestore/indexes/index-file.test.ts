import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readIndexFile, type IndexFile } from "./index-file.ts";
import { column } from "./query.fixture.ts";

function read(file: unknown): IndexFile {
  const result = readIndexFile(JSON.stringify(file));
  if (result.kind === "faulty") throw new Error(JSON.stringify(result.faults));
  return result.file;
}

const A = { fieldPath: "a", order: "ASCENDING" };
const B = { fieldPath: "b", order: "DESCENDING" };

describe("readIndexFile", () => {
  it("reads our own", () => {
    expect(readIndexFile(readFileSync("firestore.indexes.json", "utf8"))).toMatchObject({
      kind: "read",
    });
  });

  it("takes an empty file for one that declares nothing", () => {
    expect(read({})).toEqual({ indexes: [], fieldOverrides: [] });
  });

  it("says the scope where the file does not", () => {
    expect(read({ indexes: [{ collectionGroup: "c", fields: [A, B] }] }).indexes).toEqual([
      { collectionGroup: "c", queryScope: "COLLECTION", fields: [A, B] },
    ]);
  });

  it("reads the format's first version", () => {
    const old = {
      collectionId: "c",
      fields: [
        { fieldPath: "a", mode: "ASCENDING" },
        { fieldPath: "t", mode: "ARRAY_CONTAINS" },
      ],
    };
    expect(read({ indexes: [old] }).indexes[0]?.fields).toEqual([column("a"), column("t[]")]);
  });

  it("tolerates what the Enterprise edition has beside it", () => {
    const one = {
      collectionGroup: "c",
      apiScope: "ANY_API",
      density: "SPARSE_ALL",
      multikey: false,
      unique: false,
    };
    expect(read({ indexes: [{ ...one, fields: [A, B] }] }).indexes[0]?.fields).toEqual([A, B]);
  });

  it.each([
    ["leaves out a __name__ that says what is so", [A, B, column("-__name__")], [A, B]],
    ["keeps one that goes the other way", [A, B, column("__name__")], [A, B, column("__name__")]],
    ["keeps one that is alone", [column("-__name__")], [column("-__name__")]],
    ["knows what follows elements", [A, column("t[]"), column("__name__")], [A, column("t[]")]],
    ["takes escapes away that need not be", [{ ...A, fieldPath: "`a`" }, B], [A, B]],
    [
      "reads vectors",
      [A, { fieldPath: "v", vectorConfig: { dimension: 3, flat: {} } }],
      [A, { fieldPath: "v", vectorConfig: { dimension: 3 } }],
    ],
  ])("%s", (_, fields, expected) => {
    expect(read({ indexes: [{ collectionGroup: "c", fields }] }).indexes[0]?.fields).toEqual(
      expected,
    );
  });

  it("reads overrides: TTL, all fields, none", () => {
    const overrides = [
      { collectionGroup: "c", fieldPath: "expires", ttl: true, indexes: [] },
      { collectionGroup: "c", fieldPath: "*", indexes: [{ order: "ASCENDING" }] },
    ];
    expect(read({ fieldOverrides: overrides }).fieldOverrides).toEqual([
      { collectionGroup: "c", fieldPath: "expires", ttl: true, indexes: [] },
      {
        collectionGroup: "c",
        fieldPath: "*",
        ttl: false,
        indexes: [{ queryScope: "COLLECTION", order: "ASCENDING" }],
      },
    ]);
  });

  it("tells all faults at once, each with its line and path", () => {
    const text = `{
  "indexes": [
    { "collectionGroup": "c", "fields": [{ "fieldPath": "a" }, { "fieldPath": "b", "order": "UP" }] },
    { "fields": [{ "fieldPath": "a", "order": "ASCENDING" }, { "fieldPath": "b", "order": "ASCENDING" }] }
  ],
  "fieldOverrides": [{ "collectionGroup": "a/b", "fieldPath": "x", "indexes": [{}] }],
  "index": []
}`;
    const result = readIndexFile(text);
    const faults = result.kind === "faulty" ? result.faults : [];
    expect(faults.map(({ line, message }) => `${line}: ${message.split(":")[0]}`)).toEqual([
      "3: indexes[0].fields[0]",
      "3: indexes[0].fields[1].order",
      "4: indexes[1]",
      "6: fieldOverrides[0].collectionGroup",
      "6: fieldOverrides[0].indexes[0]",
      "1: the file",
    ]);
  });

  it.each([
    ["one field", [A], "needs two fields"],
    ["two arrays", [column("s[]"), column("t[]")], "at most one field"],
    ["__name__ before the end", [column("__name__"), A], "may only be the last"],
    ["a broken path", [A, { fieldPath: "a..b", order: "ASCENDING" }], "Invalid property path"],
    ["an order and an array", [A, { ...B, arrayConfig: "CONTAINS" }], "has 2"],
  ])("refuses %s", (_, fields, message) => {
    const result = readIndexFile(JSON.stringify({ indexes: [{ collectionGroup: "c", fields }] }));
    expect(JSON.stringify(result)).toContain(message);
    expect(result.kind).toBe("faulty");
  });

  it("refuses an override that lists no indexes, not even none", () => {
    const fieldOverrides = [{ collectionGroup: "c", fieldPath: "expires", ttl: true }];
    expect(readIndexFile(JSON.stringify({ fieldOverrides }))).toMatchObject({
      kind: "faulty",
      faults: [{ message: expect.stringMatching(/^fieldOverrides\[0\]\.indexes: /) }],
    });
  });

  it("tells the line of a text that is no JSON", () => {
    expect(readIndexFile('{\n "indexes": [}')).toEqual({
      kind: "faulty",
      faults: [{ line: 2, message: 'expected a value, found "}"' }],
    });
  });
});
