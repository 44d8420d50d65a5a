import { describe, expect, it } from "vitest";
import { describeQuery } from "./known-query.ts";
import { readQueries } from "./queries-file.ts";

function read(...queries: readonly object[]) {
  return readQueries(JSON.stringify(queries), "q.json");
}

function described(query: object): string {
  const result = read({ name: "q", ...query });
  if (result.kind === "faulty") return JSON.stringify(result.faults);
  return result.queries.map(describeQuery).join();
}

describe("readQueries", () => {
  it.each([
    [{ collection: "users/{uid}/trades" }, "users/…/trades"],
    [
      { collectionGroup: "trades", orderBy: ["at desc", "b"] },
      "collection group trades order by at desc, b",
    ],
    [
      {
        collection: "c",
        where: [
          ["a", "==", "x"],
          ["b", ">"],
        ],
      },
      'c where a == "x" and b > …',
    ],
    [
      {
        collection: "c",
        where: [
          ["a", "=="],
          {
            or: [
              ["b", "in", [1]],
              {
                and: [
                  ["d", "!="],
                  ["e", "<"],
                ],
              },
            ],
          },
        ],
      },
      "c where a == … and (b in … or (d != … and e < …))",
    ],
    [{ collection: "c", aggregate: ["price", "m.x"] }, "sum of price, m.x in c"],
  ])("reads %j", (query, text) => {
    expect(described(query)).toBe(text);
  });

  it("tells where each is written", () => {
    const text = '[\n  {"name": "a", "collection": "c"},\n  {"name": "b", "collection": "c"}\n]';
    const result = readQueries(text, "q.json");
    expect(result.kind === "read" && result.queries.map(({ place }) => place)).toEqual([
      { file: "q.json", line: 2 },
      { file: "q.json", line: 3 },
    ]);
  });

  it("tells all faults at once", () => {
    const result = readQueries(
      '[\n{"name": "a", "collection": "a/b"},\n{"name": "b"},\n{"name": "c", "collection": "c", "where": [["x", "~"]], "orderBy": ["x up"]}\n]',
      "q.json",
    );
    expect(result).toMatchObject({
      kind: "faulty",
      faults: [
        { line: 2, message: expect.stringContaining("0.collection: must be the path") },
        { line: 3, message: expect.stringContaining("1: needs either") },
        { line: 4, message: expect.stringContaining("2.where.0") },
        { line: 4, message: expect.stringContaining("2.orderBy.0: must be a field") },
      ],
    });
  });

  it("tells the line of a text that is no JSON, and of one that is no list", () => {
    expect(readQueries("[\n{]", "q.json")).toMatchObject({ faults: [{ line: 2 }] });
    expect(readQueries("{}", "q.json")).toMatchObject({ faults: [{ line: 1 }] });
  });
});
