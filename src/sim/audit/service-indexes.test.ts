import { readFileSync } from "node:fs";
import { z } from "zod";
import { describe, expect, it } from "vitest";
import type { IndexDefinition } from "../../firestore/indexes/catalogue.ts";
import { createCatalogue, NO_INDEX_FILE } from "../../firestore/indexes/create-catalogue.ts";
import { readIndexFile, type IndexFile } from "../../firestore/indexes/index-file.ts";
import { definitionOf, neededIndexes } from "../../firestore/indexes/needed-index.ts";
import { SingleFields } from "../../firestore/indexes/single-fields.ts";
import { SERVICE_QUERIES } from "../../system/queries/service-queries.ts";
import { tradesBySide } from "../../system/queries/shadow-trade-queries.ts";
import { DOCUMENT_FAMILIES, type DocumentFamily } from "../../system/schema/catalogue.ts";
import type { Query } from "../../system/store/store.ts";
import { toStructuredQuery } from "./store-query.ts";

const FILE = readFile(readFileSync("firestore.indexes.json", "utf8"));
const FIELDS = new SingleFields(FILE);
const QUERIES = Object.entries(SERVICE_QUERIES).map(([name, query]) => ({ name, query }));
const NEEDED = QUERIES.flatMap(({ query }) => neededIndexes(toStructuredQuery(query)));

function readFile(text: string): IndexFile {
  const read = readIndexFile(text);
  if (read.kind === "faulty") throw new Error(JSON.stringify(read.faults));
  return read.file;
}

function plan(query: Query, file: IndexFile) {
  return createCatalogue(file).plan(toStructuredQuery(query), "demo-service");
}

function isServed(query: Query, file: IndexFile): boolean {
  return plan(query, file).kind === "served";
}

/** The composites of the file that some query reads. */
function compositesRead(file: IndexFile): ReadonlySet<IndexDefinition> {
  return new Set(
    QUERIES.flatMap(({ query }) => {
      const made = plan(query, file);
      return made.kind === "served" ? made.indexes : [];
    }),
  );
}

describe("firestore.indexes.json", () => {
  it.each(QUERIES)("serves $name", ({ query }) => {
    expect(isServed(query, FILE)).toBe(true);
  });

  it.each(QUERIES)("serves $name from one index, but for equalities alone", ({ query }) => {
    const isOrdered = neededIndexes(toStructuredQuery(query)).some(
      ({ ordered }) => ordered.length > 0,
    );
    expect(plan(query, FILE)).toMatchObject(isOrdered ? { merged: false } : {});
  });

  it("has at least 25 composite indexes, each once", () => {
    const texts = FILE.indexes.map((composite) => JSON.stringify(composite));
    expect(texts.length).toBeGreaterThanOrEqual(25);
    expect(new Set(texts).size).toBe(texts.length);
  });

  it("has no composite index that no query needs", () => {
    const read = compositesRead(FILE);
    const idle = FILE.indexes.filter((composite) => !read.has(composite));
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
        return QUERIES.every(({ query }) => isServed(query, without));
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
    const read = NEEDED.map(definitionOf)
      .filter(({ fields }) => fields.length === 1)
      .map(({ collectionGroup, fields }) => `${collectionGroup}.${fields[0]?.fieldPath}`);
    const indexed = timeFields()
      .filter(({ group, field }) => FIELDS.overrideOf(group, [field])?.indexes.length !== 0)
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
    const exempt = updated.map((field) => FIELDS.overrideOf(group, [field])?.indexes);
    expect(updated.filter((field) => inComposites.includes(field))).toEqual([]);
    expect(exempt).toEqual(updated.map(() => []));
  });

  it("lets signals and invitations expire, and nothing else", () => {
    const expiring = FILE.fieldOverrides.filter(({ ttl }) => ttl);
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
  const sellTrades = tradesBySide("u", "SELL", { since: new Date(0) });

  it("do not serve Appendix B's second query", () => {
    expect(isServed(sellTrades, printed)).toBe(false);
  });

  it("lack (side, created_at desc) for it, which Appendix B says it uses", () => {
    expect(plan(sellTrades, printed)).toMatchObject({
      kind: "missing",
      index: {
        collectionGroup: "shadowTradeHistory",
        queryScope: "COLLECTION",
        fields: [
          { fieldPath: "side", order: "ASCENDING" },
          { fieldPath: "created_at", order: "DESCENDING" },
        ],
      },
    });
  });
});

describe("the overrides", () => {
  const bySymbolAndPrice: Query = {
    from: { kind: "collection", path: "users/u/signals" },
    where: [
      { field: "symbol", operator: "==", value: "A" },
      { field: "price", operator: "==", value: "1" },
    ],
  };

  it("take away what would be merged", () => {
    expect(isServed(bySymbolAndPrice, NO_INDEX_FILE)).toBe(true);
    expect(isServed(bySymbolAndPrice, FILE)).toBe(false);
  });

  it("are not what gives collections of a name an index together", () => {
    const everywhere: Query = {
      ...bySymbolAndPrice,
      from: { kind: "collection-group", name: "signals" },
    };
    expect(isServed(everywhere, NO_INDEX_FILE)).toBe(false);
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
