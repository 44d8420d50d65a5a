import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Filter, StructuredQuery } from "../data/query.ts";
import { neededIndexes } from "./needed-index.ts";
import { queryShape } from "./query-shape.ts";

const field = fc.constantFrom(["a"], ["b"], ["a", "b"], ["a b"], ["__name__"]);
const value = fc.constantFrom<bigint | string>(1n, "x");
const leaf = fc.oneof(
  fc.record({
    kind: fc.constant("field" as const),
    field,
    operator: fc.constantFrom("==" as const, "<" as const, "!=" as const),
    value,
  }),
  fc.record({
    kind: fc.constant("unary" as const),
    field,
    operator: fc.constant("is-null" as const),
  }),
);
const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 2 },
    leaf,
    fc.record({
      kind: fc.constantFrom("and" as const, "or" as const),
      filters: fc.array(tie("filter"), { minLength: 1, maxLength: 3 }),
    }),
  ),
}));
const queries: fc.Arbitrary<StructuredQuery> = fc.record({
  parent: fc.constantFrom("", "p/1"),
  collectionId: fc.constantFrom("c", "d", undefined),
  allDescendants: fc.boolean(),
  where: fc.option(filter, { nil: undefined }),
  orderBy: fc.array(
    fc.record({ field, direction: fc.constantFrom("ascending" as const, "descending" as const) }),
    { maxLength: 2 },
  ),
  offset: fc.constant(0),
});
const aggregated = fc.array(field, { maxLength: 2 });

describe("the shape of a query", () => {
  it("decides which indexes the query needs", () => {
    const byShape = new Map<string, unknown>();
    fc.assert(
      fc.property(queries, aggregated, (query, fields) => {
        const shape = queryShape(query, fields);
        const needed = neededIndexes(query, fields);
        expect(byShape.get(shape) ?? needed).toEqual(needed);
        byShape.set(shape, needed);
      }),
      { numRuns: 3000 },
    );
  });

  it("has none of the values, and nothing of the parent", () => {
    const query = (name: string, parent: string): StructuredQuery => ({
      parent,
      collectionId: "c",
      allDescendants: false,
      where: { kind: "field", field: ["a"], operator: "==", value: name },
      orderBy: [],
      offset: 0,
    });
    expect(queryShape(query("x", ""), [])).toBe(queryShape(query("y", "p/1"), []));
  });

  it.each([
    [[["a", "b"]], [["a b"]]],
    [[["a"], ["b"]], [["a", "b"]]],
    [[["a 1:b"]], [["a", "b"]]],
  ])("tells %j from %j", (one, other) => {
    const query = { parent: "", collectionId: "c", allDescendants: false, orderBy: [], offset: 0 };
    expect(queryShape(query, one)).not.toBe(queryShape(query, other));
  });
});
