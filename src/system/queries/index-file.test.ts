import { z } from "zod";
import { describe, expect, it } from "vitest";
import indexJson from "../../../firestore.indexes.json" with { type: "json" };
import { DOCUMENT_FAMILIES, type DocumentFamily } from "../schema/catalogue.ts";
import {
  indexFileSchema,
  isServed,
  matchesComposite,
  overrideOf,
  type IndexFile,
} from "./index-file.ts";
import { requiredIndex } from "./required-index.ts";
import { SERVICE_QUERIES } from "./service-queries.ts";
import { tradesBySide } from "./shadow-trade-queries.ts";

const FILE = indexFileSchema.parse(indexJson);
const QUERIES = Object.entries(SERVICE_QUERIES).map(([name, query]) => ({ name, query }));
const REQUIRED = QUERIES.map(({ query }) => requiredIndex(query));

describe("firestore.indexes.json", () => {
  it.each(QUERIES)("serves $name", ({ query }) => {
    expect(isServed(requiredIndex(query), FILE)).toBe(true);
  });

  it("has at least 25 composite indexes, each once", () => {
    const texts = FILE.indexes.map((composite) => JSON.stringify(composite));
    expect(texts.length).toBeGreaterThanOrEqual(25);
    expect(new Set(texts).size).toBe(texts.length);
  });

  it("has no composite index that no query needs", () => {
    const idle = FILE.indexes.filter(
      (composite) => !REQUIRED.some((required) => matchesComposite(required, composite)),
    );
    expect(idle).toEqual([]);
  });

  it("declares no single-field index that no query needs", () => {
    const idle = FILE.fieldOverrides.filter((override) =>
      override.indexes.some((index) => {
        const without = {
          ...FILE,
          fieldOverrides: FILE.fieldOverrides.map((one) =>
            one === override
              ? { ...one, indexes: one.indexes.filter((other) => other !== index) }
              : one,
          ),
        };
        return REQUIRED.every((required) => isServed(required, without));
      }),
    );
    expect(idle).toEqual([]);
  });

  it("names only collections and fields of the schema", () => {
    const unknown = [
      ...FILE.indexes.flatMap(({ collectionGroup, fields }) =>
        fields.map(({ fieldPath }) => ({ collectionGroup, fieldPath })),
      ),
      ...FILE.fieldOverrides.map(({ collectionGroup, fieldPath }) => ({
        collectionGroup,
        fieldPath,
      })),
    ].filter(({ collectionGroup, fieldPath }) => {
      const fields = familiesIn(collectionGroup).flatMap((family) => Object.keys(shapeOf(family)));
      return fieldPath === "*" ? fields.length === 0 : !fields.includes(fieldPath);
    });
    expect(unknown).toEqual([]);
  });
});

describe("what a write costs", () => {
  it("leaves no time of any document in an index of its own, but where a query reads it", () => {
    const read = REQUIRED.filter(({ kind }) => kind === "single-field").map(
      ({ collectionGroup, fields }) => `${collectionGroup}.${fields[0]?.fieldPath}`,
    );
    const indexed = timeFields()
      .filter(({ group, field }) => overrideOf(FILE, group, field)?.indexes.length !== 0)
      .map(({ group, field }) => `${group}.${field}`);
    expect(timeFields().length).toBeGreaterThan(10);
    expect(indexed.filter((name) => !read.includes(name))).toEqual([]);
  });

  it("has no time in an index over all collections of a name: one hot end for all users", () => {
    const times = timeFields().map(({ group, field }) => `${group}.${field}`);
    const wide = [
      ...FILE.indexes
        .filter(({ queryScope }) => queryScope === "COLLECTION_GROUP")
        .flatMap(({ collectionGroup, fields }) =>
          fields.map(({ fieldPath }) => `${collectionGroup}.${fieldPath}`),
        ),
      ...FILE.fieldOverrides
        .filter(({ indexes }) =>
          indexes.some(({ queryScope }) => queryScope === "COLLECTION_GROUP"),
        )
        .map(({ collectionGroup, fieldPath }) => `${collectionGroup}.${fieldPath}`),
    ];
    expect(wide.length).toBeGreaterThan(0);
    expect(wide.filter((name) => times.includes(name))).toEqual([]);
  });

  it.each([
    ["shadowTradeHistory", ["last_price", "pnl", "pnl_percent", "quoted_at"]],
    [
      "alpacaAccounts",
      ["equity", "cash", "unrealized_pnl", "open_positions", "note", "updated_at"],
    ],
  ])("lets the minute's update of %s touch no index", (group, updated) => {
    const inComposites = FILE.indexes
      .filter(({ collectionGroup }) => collectionGroup === group)
      .flatMap(({ fields }) => fields.map(({ fieldPath }) => fieldPath));
    const exempt = updated.map((field) => overrideOf(FILE, group, field)?.indexes);
    expect(updated.filter((field) => inComposites.includes(field))).toEqual([]);
    expect(exempt).toEqual(updated.map(() => []));
  });

  it("lets signals and invitations expire, and nothing else", () => {
    const expiring = FILE.fieldOverrides.filter(({ ttl }) => ttl === true);
    expect(expiring.map(({ collectionGroup, fieldPath }) => [collectionGroup, fieldPath])).toEqual([
      ["signals", "expires_at"],
      ["emails", "expires_at"],
    ]);
  });
});

describe("the indexes that the document prints", () => {
  /** system-document.md, section 2; it names no scope, and the default is COLLECTION. */
  const printed: IndexFile = {
    indexes: [
      composite("shadowTradeHistory", ["status", "ASCENDING"], ["created_at", "DESCENDING"]),
      composite(
        "shadowTradeHistory",
        ["uid", "ASCENDING"],
        ["side", "ASCENDING"],
        ["created_at", "DESCENDING"],
      ),
      composite(
        "ledger_trades",
        ["uid", "ASCENDING"],
        ["strategy_id", "ASCENDING"],
        ["ts", "ASCENDING"],
      ),
    ],
    fieldOverrides: [],
  };
  const sellTrades = requiredIndex(tradesBySide("u", "SELL", { since: new Date(0) }));

  it("do not serve Appendix B's second query", () => {
    expect(isServed(sellTrades, printed)).toBe(false);
  });

  it("lack (side, created_at desc) for it, which Appendix B says it uses", () => {
    expect(sellTrades).toMatchObject({
      kind: "composite",
      fields: [
        { fieldPath: "side", order: "ASCENDING" },
        { fieldPath: "created_at", order: "DESCENDING" },
      ],
    });
  });
});

describe("isServed", () => {
  const merged = requiredIndex({
    from: { kind: "collection", path: "users/u/signals" },
    where: [
      { field: "symbol", operator: "==", value: "A" },
      { field: "price", operator: "==", value: "1" },
    ],
  });

  it("takes the automatic indexes for granted, with collection scope", () => {
    expect(isServed(merged, { indexes: [], fieldOverrides: [] })).toBe(true);
    const wide = { ...merged, scope: "COLLECTION_GROUP" } as const;
    expect(isServed(wide, { indexes: [], fieldOverrides: [] })).toBe(false);
  });

  it("misses the index of an exempt field", () => {
    expect(isServed(merged, FILE)).toBe(false);
  });

  it("takes columns of equality in any order, and the others in theirs", () => {
    const required = requiredIndex({
      from: { kind: "collection", path: "c" },
      where: [
        { field: "a", operator: "==", value: 1 },
        { field: "b", operator: "==", value: 1 },
      ],
      orderBy: [{ field: "at", direction: "desc" }],
    });
    const fields = (...names: string[]): IndexFile => ({
      indexes: [
        composite(
          "c",
          ...names.map((name) => [name, name === "at" ? "DESCENDING" : "ASCENDING"] as const),
        ),
      ],
      fieldOverrides: [],
    });
    expect(isServed(required, fields("b", "a", "at"))).toBe(true);
    expect(isServed(required, fields("a", "at", "b"))).toBe(false);
    expect(isServed(required, fields("a", "at"))).toBe(false);
  });
});

function composite(
  collectionGroup: string,
  ...fields: (readonly [string, "ASCENDING" | "DESCENDING"])[]
): IndexFile["indexes"][number] {
  return {
    collectionGroup,
    queryScope: "COLLECTION",
    fields: fields.map(([fieldPath, order]) => ({ fieldPath, order })),
  };
}

function familiesIn(group: string): readonly DocumentFamily[] {
  return DOCUMENT_FAMILIES.filter((family) => groupOf(family) === group);
}

function groupOf({ pattern }: DocumentFamily): string {
  return pattern.split("/").at(-2) ?? "";
}

function shapeOf({ schema }: DocumentFamily): Readonly<Record<string, unknown>> {
  return schema instanceof z.ZodObject ? schema.shape : {};
}

/** Every field that holds a time, which grows from write to write. */
function timeFields(): readonly { readonly group: string; readonly field: string }[] {
  return DOCUMENT_FAMILIES.flatMap((family) =>
    Object.entries(shapeOf(family))
      .filter(([, type]) => isTime(type))
      .map(([field]) => ({ group: groupOf(family), field })),
  );
}

function isTime(type: unknown): boolean {
  if (type instanceof z.ZodNullable || type instanceof z.ZodOptional) return isTime(type.unwrap());
  return type instanceof z.ZodDate;
}
