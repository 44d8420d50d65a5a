import { describe, expect, it } from "vitest";
import { definitionOf, neededIndexes } from "./needed-index.ts";
import { and, columnsOf, or, query, unary, where } from "./query.fixture.ts";

/**
 * Worked out from https://docs.cloud.google.com/firestore/native/docs/standard-index-overview, and
 * held against the emulator's own report in tests/emulator/index-differential.test.ts.
 */
const CASES: readonly (readonly [
  why: string,
  asked: Parameters<typeof query>,
  needed: readonly string[],
])[] = [
  ["a whole collection", [undefined], []],
  ["order by name is the order of the documents", [undefined, "__name__"], []],
  ["a range of names is too", [where("__name__", ">")], []],
  ["order by name downwards is an index of its own", [undefined, "-__name__"], ["-__name__"]],
  ["one order", [undefined, "-at"], ["-at"]],
  ["a range, ordered by itself without saying so", [where("at", ">")], ["at"]],
  ["one equality", [where("a", "==")], ["a"]],
  ["either direction of name after an equality", [where("a", "=="), "-__name__"], ["a"]],
  [
    "one equality, whose entries lie in order of name",
    [and(where("a", "=="), where("__name__", ">")), "__name__"],
    ["a"],
  ],
  ["equalities alone", [and(where("b", "=="), where("a", "in"))], ["a b"]],
  ["equality, then order", [where("a", "=="), "-at"], ["a -at"]],
  [
    "a range of the field it is ordered by adds no column",
    [and(where("a", "=="), where("at", ">="), where("at", "<")), "-at"],
    ["a -at"],
  ],
  [
    "ranges that it is not ordered by follow by name, in the last direction",
    [and(where("price", ">"), where("confidence", ">")), "-at"],
    ["-at -confidence -price"],
  ],
  ["ranges alone go upwards by name", [and(where("b", ">"), where("a", "<"))], ["a b"]],
  ["!= and not-in are ranges", [and(where("b", "=="), where("a", "!="))], ["b a"]],
  ["is not null is one", [and(where("b", "=="), unary("a", "is-not-null"))], ["b a"]],
  ["is null and is NaN are equalities", [unary("a", "is-null"), "b"], ["a b"]],
  ["an element counts as an equality", [where("tags", "array-contains"), "at"], ["tags[] at"]],
  ["any of some elements too", [where("tags", "array-contains-any"), "at"], ["tags[] at"]],
  ["an element is no value of the field", [where("a", "array-contains"), "a"], ["a[] a"]],
  ["an order by a field of equality orders nothing", [where("a", "=="), "-a"], ["a"]],
  [
    "but gives the names their direction (firebase-js-sdk issue 9097)",
    [where("tenantID", "in"), "-at tenantID"],
    ["tenantID -at __name__"],
  ],
  [
    "a field that is ranged besides is a range",
    [and(where("a", "=="), where("a", ">")), "b"],
    ["b a"],
  ],
  ["names against the order before them", [undefined, "a -__name__"], ["a -__name__"]],
  ["one index for each disjunct", [or(where("a", "=="), where("b", "==")), "c"], ["a c", "b c"]],
  [
    "each disjunct in the order that a range in another implies",
    [or(where("a", ">"), where("b", "=="))],
    ["a", "b a"],
  ],
  [
    "what is common to all disjuncts goes into each",
    [and(where("c", "=="), or(where("a", "=="), where("b", "==")))],
    ["a c", "b c"],
  ],
  ["disjuncts of one shape once", [or(where("a", "=="), where("a", "==")), "b"], ["a b"]],
  [
    "the product of alternatives",
    [and(or(where("a", "=="), where("b", "==")), or(where("c", "=="), where("d", "==")))],
    ["a c", "a d", "b c", "b d"],
  ],
  ["by name means without escapes", [and(where("`e-f`", ">"), where("d", ">"))], ["d `e-f`"]],
  ["escaped names", [where("`a-b`.c", "=="), "-at"], ["`a-b`.c -at"]],
];

describe("neededIndexes", () => {
  it.each(CASES)("%s", (_, asked, needed) => {
    expect(
      neededIndexes(query(...asked))
        .map(definitionOf)
        .map(columnsOf),
    ).toEqual(needed);
  });

  it("names the collection group and the scope", () => {
    const [needed] = neededIndexes(query(where("a", "=="), "", "COLLECTION_GROUP"));
    expect(needed).toMatchObject({ collectionGroup: "c", queryScope: "COLLECTION_GROUP" });
  });

  it("tells the columns whose order does not matter", () => {
    const [needed] = neededIndexes(query(and(where("b", "=="), where("a", "==")), "at"));
    expect(needed?.equalities.map(({ fieldPath }) => fieldPath)).toEqual(["a", "b"]);
  });

  it("adds the fields of a sum or an average, by name, in the last direction", () => {
    const asked = query(where("b", "=="), "-c");
    const [needed] = neededIndexes(asked, [["z"], ["b"], ["a"], ["c"], ["a"]]);
    expect(needed === undefined ? "" : columnsOf(definitionOf(needed))).toBe("b -c -a -z");
  });

  it("needs none for collections of every name", () => {
    expect(neededIndexes({ ...query(where("__name__", ">")), collectionId: undefined })).toEqual(
      [],
    );
  });

  it("ends with the vector that is searched", () => {
    const asked = query(where("a", "=="));
    const findNearest = {
      field: ["v"],
      queryVector: [1, 2, 3],
      measure: "cosine",
      limit: 5,
    } as const;
    const needed = neededIndexes({ ...asked, findNearest });
    expect(needed.map(definitionOf).map(columnsOf)).toEqual(["a v<3>"]);
  });

  it("stays small where alternatives multiply without end", () => {
    const pairs = Array.from({ length: 20 }, (_, at) =>
      or(where(`a${at}`, "=="), where(`b${at}`, "==")),
    );
    expect(neededIndexes(query(and(...pairs))).length).toBeLessThanOrEqual(1000);
  });

  it("reads a conjunction of thousands", () => {
    const many = Array.from({ length: 5000 }, (_, at) => where(`a${at}`, "=="));
    expect(neededIndexes(query(and(...many), "z"))[0]?.equalities.length).toBe(5000);
  });
});
