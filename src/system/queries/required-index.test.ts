import { describe, expect, it } from "vitest";
import type { Query } from "../store/store.ts";
import { requiredIndex, type RequiredIndex } from "./required-index.ts";

const signals = { from: { kind: "collection", path: "users/u/signals" } } as const;
const everySignal = { from: { kind: "collection-group", name: "signals" } } as const;
const asc = (fieldPath: string) => ({ fieldPath, order: "ASCENDING" }) as const;
const desc = (fieldPath: string) => ({ fieldPath, order: "DESCENDING" }) as const;

/** Worked out from https://firebase.google.com/docs/firestore/query-data/index-overview. */
const CASES: readonly (readonly [
  why: string,
  query: Query,
  expected: Pick<RequiredIndex, "kind" | "fields">,
])[] = [
  ["a whole collection", signals, { kind: "documents", fields: [] }],
  [
    "order by name is the order of the documents",
    { ...signals, orderBy: [{ field: "__name__", direction: "asc" }] },
    { kind: "documents", fields: [] },
  ],
  [
    "one order",
    { ...signals, orderBy: [{ field: "at", direction: "desc" }] },
    { kind: "single-field", fields: [desc("at")] },
  ],
  [
    "a range, ordered by itself without saying so",
    { ...signals, where: [{ field: "at", operator: ">", value: 1 }] },
    { kind: "single-field", fields: [asc("at")] },
  ],
  [
    "one equality, whose entries lie in order of name",
    {
      ...everySignal,
      where: [
        { field: "status", operator: "==", value: "OPEN" },
        { field: "__name__", operator: ">", value: "users/a" },
      ],
      orderBy: [{ field: "__name__", direction: "asc" }],
    },
    { kind: "single-field", fields: [asc("status")] },
  ],
  [
    "equalities alone are merged",
    {
      ...signals,
      where: [
        { field: "symbol", operator: "==", value: "A" },
        { field: "action", operator: "in", value: ["BUY", "SELL"] },
      ],
    },
    { kind: "merge", fields: [asc("action"), asc("symbol")] },
  ],
  [
    "equality, then order",
    {
      ...signals,
      where: [{ field: "symbol", operator: "==", value: "A" }],
      orderBy: [{ field: "at", direction: "desc" }],
    },
    { kind: "composite", fields: [asc("symbol"), desc("at")] },
  ],
  [
    "a range of the field it is ordered by adds no column",
    {
      ...signals,
      where: [
        { field: "symbol", operator: "==", value: "A" },
        { field: "at", operator: ">=", value: 1 },
        { field: "at", operator: "<", value: 9 },
      ],
      orderBy: [{ field: "at", direction: "desc" }],
    },
    { kind: "composite", fields: [asc("symbol"), desc("at")] },
  ],
  [
    "ranges that it is not ordered by follow in order of name, in the last direction",
    {
      ...signals,
      where: [
        { field: "price", operator: ">", value: 1 },
        { field: "confidence", operator: ">", value: 0.5 },
      ],
      orderBy: [{ field: "at", direction: "desc" }],
    },
    { kind: "composite", fields: [desc("at"), desc("confidence"), desc("price")] },
  ],
  [
    "an array that contains a value counts as an equality",
    {
      ...signals,
      where: [{ field: "tags", operator: "array-contains", value: "A" }],
      orderBy: [{ field: "at", direction: "asc" }],
    },
    { kind: "composite", fields: [{ fieldPath: "tags", arrayConfig: "CONTAINS" }, asc("at")] },
  ],
  [
    "an order by a field of equality orders nothing",
    {
      ...signals,
      where: [{ field: "symbol", operator: "==", value: "A" }],
      orderBy: [{ field: "symbol", direction: "desc" }],
    },
    { kind: "single-field", fields: [asc("symbol")] },
  ],
];

describe("requiredIndex", () => {
  it.each(CASES)("%s", (_, query, expected) => {
    expect(requiredIndex(query)).toMatchObject(expected);
  });

  it("names the collection group and the scope", () => {
    expect(requiredIndex(signals)).toMatchObject({
      collectionGroup: "signals",
      scope: "COLLECTION",
    });
    expect(requiredIndex(everySignal)).toMatchObject({
      collectionGroup: "signals",
      scope: "COLLECTION_GROUP",
    });
  });

  it("counts the columns whose order does not matter", () => {
    const query: Query = {
      ...signals,
      where: [
        { field: "b", operator: "==", value: 1 },
        { field: "a", operator: "==", value: 1 },
      ],
      orderBy: [{ field: "at", direction: "asc" }],
    };
    expect(requiredIndex(query).equalities).toBe(2);
  });

  it("refuses an order by name against the order before it", () => {
    const query: Query = {
      ...signals,
      orderBy: [
        { field: "at", direction: "desc" },
        { field: "__name__", direction: "asc" },
      ],
    };
    expect(() => requiredIndex(query)).toThrow("no rule");
  });
});
