import protobuf from "protobufjs";
import protos from "@google-cloud/firestore-api/build/protos/protos.json" with { type: "json" };
import { describe, expect, it } from "vitest";
import type { IndexDefinition } from "./catalogue.ts";
import type { FieldOverride, SingleFieldIndex } from "./index-file.ts";
import { Planner } from "./planner.ts";
import { and, columnsOf, index, or, query, where } from "./query.fixture.ts";

const UP: SingleFieldIndex = { queryScope: "COLLECTION", order: "ASCENDING" };
const DOWN: SingleFieldIndex = { queryScope: "COLLECTION", order: "DESCENDING" };

function exempt(fieldPath: string, ...indexes: readonly SingleFieldIndex[]): FieldOverride {
  return { collectionGroup: "c", fieldPath, ttl: false, indexes };
}

function plan(
  asked: Parameters<typeof query>,
  indexes: readonly IndexDefinition[] = [],
  fieldOverrides: readonly FieldOverride[] = [],
): string {
  const made = new Planner({ indexes, fieldOverrides }).plan(query(...asked), "demo-p");
  if (made.kind === "missing") return `missing ${columnsOf(made.index)}`;
  const used = made.indexes.map(columnsOf).join(" + ");
  return made.merged ? `merged ${used}` : used;
}

describe("what serves a query", () => {
  it.each<[why: string, asked: Parameters<typeof query>, indexes: string[], served: string]>([
    ["the documents themselves", [undefined], [], ""],
    ["an automatic index", [undefined, "-a"], [], "-a"],
    ["an automatic index of elements", [where("a", "array-contains")], [], "a[]"],
    ["automatic indexes merged", [and(where("a", "=="), where("b", "in"))], [], "merged a + b"],
    ["the composite before merging", [and(where("a", "=="), where("b", "=="))], ["b a"], "b a"],
    [
      "few indexes before many",
      [and(where("a", "=="), where("b", "=="), where("c", "=="))],
      ["c b"],
      "merged c b + a",
    ],
    [
      "elements and values merged",
      [and(where("a", "=="), where("tags", "array-contains"))],
      [],
      "merged a + tags[]",
    ],
    ["no automatic index of two fields", [where("a", "=="), "b"], [], "missing a b"],
    ["a composite", [where("a", "=="), "b"], ["a b"], "a b"],
    ["nothing ordered within one name", [where("a", "=="), "__name__ b"], [], "a"],
    [
      "equalities in any order",
      [and(where("a", "=="), where("b", "==")), "-c"],
      ["b a -c"],
      "b a -c",
    ],
    ["equalities in either direction", [where("a", "=="), "-c"], ["-a -c"], "-a -c"],
    ["orders in theirs", [and(where("a", "=="), where("b", ">")), "c"], ["a b c"], "missing a c b"],
    [
      "no index against its direction (docs: you need an additional index)",
      [where("a", "=="), "-c"],
      ["a c"],
      "missing a -c",
    ],
    ["no beginning of an index", [where("a", "=="), "b"], ["a b c"], "missing a b"],
    [
      "no part of an index",
      [and(where("a", "=="), where("z", "==")), "b"],
      ["a b"],
      "missing a z b",
    ],
    [
      "composites that end alike, merged",
      [and(where("a", "=="), where("b", "==")), "-c"],
      ["a -c", "b -c"],
      "merged a -c + b -c",
    ],
    [
      "no merging of those that end otherwise",
      [and(where("a", "=="), where("b", "==")), "-c"],
      ["a -c", "b c"],
      "missing a b -c",
    ],
    ["names the other way, declared", [undefined, "a -__name__"], ["a -__name__"], "a -__name__"],
    [
      "names the other way, not declared",
      [undefined, "a -__name__"],
      ["a b"],
      "missing a -__name__",
    ],
    ["documents downwards", [undefined, "-__name__"], [], "missing -__name__"],
    ["documents downwards, declared", [undefined, "-__name__"], ["-__name__"], "-__name__"],
    ["an element before an order", [where("t", "array-contains"), "-c"], ["t[] -c"], "t[] -c"],
    ["a value is no element", [where("t", "=="), "-c"], ["t[] -c"], "missing t -c"],
    ["every disjunct", [or(where("a", "=="), where("b", "==")), "c"], ["a c", "b c"], "a c + b c"],
    [
      "not some disjuncts alone",
      [or(where("a", "=="), where("b", "==")), "c"],
      ["a c"],
      "missing b c",
    ],
  ])("%s", (_, asked, declared, served) => {
    expect(
      plan(
        asked,
        declared.map((one) => index(one)),
      ),
    ).toBe(served);
  });
});

describe("what overrides take and give", () => {
  const both = [and(where("a", "=="), where("b", "=="))] as const;

  it.each<[why: string, asked: Parameters<typeof query>, FieldOverride[], served: string]>([
    ["an exempt field", [undefined, "a"], [exempt("a")], "missing a"],
    ["a direction left out", [undefined, "a"], [exempt("a", DOWN)], "missing a"],
    ["either will do for an equality", [where("a", "==")], [exempt("a", DOWN)], "-a"],
    ["merging without one of them", [...both], [exempt("a")], "missing a b"],
    ["merging in one order only", [...both], [exempt("a", DOWN), exempt("b", UP)], "missing a b"],
    ["merging downwards", [...both], [exempt("a", DOWN)], "merged -a + -b"],
    ["a field of an exempt map", [undefined, "m.x"], [exempt("m")], "missing m.x"],
    ["a field of it with its own", [undefined, "m.x"], [exempt("m"), exempt("m.x", UP)], "m.x"],
    ["every field", [undefined, "z"], [exempt("*")], "missing z"],
    ["every field but one", [undefined, "z"], [exempt("*"), exempt("z", UP)], "z"],
    [
      "the same field in another collection",
      [undefined, "a"],
      [{ ...exempt("a"), collectionGroup: "d" }],
      "a",
    ],
  ])("%s", (_, asked, overrides, served) => {
    expect(plan(asked, [], overrides)).toBe(served);
  });

  it("gives no automatic index to collections of a name together", () => {
    const asked: Parameters<typeof query> = [where("a", "=="), "", "COLLECTION_GROUP"];
    expect(plan(asked)).toBe("missing a");
    expect(plan(asked, [], [exempt("a", { ...UP, queryScope: "COLLECTION_GROUP" })])).toBe("a");
  });

  it("tells composites of the two scopes apart", () => {
    const asked: Parameters<typeof query> = [where("a", "=="), "b", "COLLECTION_GROUP"];
    expect(plan(asked, [index("a b")])).toBe("missing a b");
    expect(plan(asked, [index("a b", "COLLECTION_GROUP")])).toBe("a b");
  });

  it("searches a vector by the index of its dimension", () => {
    const asked = {
      ...query(where("a", "==")),
      findNearest: { field: ["v"], queryVector: [1, 2], measure: "cosine", limit: 3 },
    } as const;
    const vector = (dimension: number): IndexDefinition => ({
      ...index("a"),
      fields: [...index("a").fields, { fieldPath: "v", vectorConfig: { dimension } }],
    });
    const planWith = (dimension: number) =>
      new Planner({ indexes: [vector(dimension)], fieldOverrides: [] }).plan(asked, "demo-p");
    expect(planWith(2)).toMatchObject({ kind: "served" });
    expect(planWith(3)).toMatchObject({
      kind: "missing",
      message: expect.stringContaining(
        `field-config=vector-config='{"dimension":"2","flat": "{}"}',field-path=v`,
      ),
    });
  });

  it("merges no indexes that end with a vector", () => {
    const asked = {
      ...query(and(where("a", "=="), where("b", "=="))),
      findNearest: { field: ["v"], queryVector: [1, 2], measure: "cosine", limit: 3 },
    } as const;
    const indexes = ["a", "b"].map((path): IndexDefinition => ({
      ...index(path),
      fields: [...index(path).fields, { fieldPath: "v", vectorConfig: { dimension: 2 } }],
    }));
    expect(new Planner({ indexes, fieldOverrides: [] }).plan(asked, "demo-p").kind).toBe("missing");
  });
});

/** google.firestore.admin.v1.Index, from Google's own definition. */
const Index = protobuf.Root.fromJSON(protos).lookupType("google.firestore.admin.v1.Index");

function linkOf(message: string): { readonly parameter: string; readonly index: object } {
  const [, parameter, token] = /\?(create_\w+)=([\w-]+)$/.exec(message) ?? [];
  const bytes = Buffer.from(token ?? "", "base64url");
  return {
    parameter: parameter ?? "",
    index: Index.toObject(Index.decode(bytes), { enums: String }),
  };
}

function missing(asked: Parameters<typeof query>, overrides: readonly FieldOverride[] = []) {
  const made = new Planner({ indexes: [], fieldOverrides: overrides }).plan(
    query(...asked),
    "demo-p",
  );
  if (made.kind !== "missing") throw new Error(`expected a missing index, found ${made.kind}`);
  return made;
}

describe("a missing composite", () => {
  const made = missing([and(where("side", "=="), where("tags", "array-contains")), "-created_at"]);

  it("is refused in production's words", () => {
    expect(made.message).toMatch(
      /^The query requires an index\. You can create it here: https:\/\/console\.firebase\.google\.com\/v1\/r\/project\/demo-p\/firestore\/indexes\?create_composite=[\w-]+$/,
    );
  });

  it("has a link that Google's own definition reads", () => {
    expect(linkOf(made.message)).toEqual({
      parameter: "create_composite",
      index: {
        name: "projects/demo-p/databases/(default)/collectionGroups/c/indexes/_",
        queryScope: "COLLECTION",
        fields: [
          { fieldPath: "side", order: "ASCENDING" },
          { fieldPath: "tags", arrayConfig: "CONTAINS" },
          { fieldPath: "created_at", order: "DESCENDING" },
          { fieldPath: "__name__", order: "DESCENDING" },
        ],
      },
    });
  });

  it.each(["demo-p", "p".repeat(100), "p".repeat(20_000)])(
    "has the bytes that Google's own definition writes, in project %.10s",
    (project) => {
      const asked = query(where("side", "=="), "created_at");
      const answer = new Planner({ indexes: [], fieldOverrides: [] }).plan(asked, project);
      const message = answer.kind === "missing" ? answer.message : "";
      const written = Index.encode(Index.fromObject(linkOf(message).index)).finish();
      expect(Buffer.from(written).toString("base64url")).toBe(/=([\w-]+)$/.exec(message)?.[1]);
    },
  );

  it("has an entry to paste that serves the query", () => {
    const entry = JSON.parse(made.json) as IndexDefinition;
    expect(entry).toEqual(made.index);
    expect(
      plan([and(where("side", "=="), where("tags", "array-contains")), "-created_at"], [entry]),
    ).toBe("side tags[] -created_at");
  });

  it("says __name__ where it goes the other way", () => {
    const other = missing([undefined, "a -__name__"]);
    expect(JSON.parse(other.json)).toMatchObject({
      fields: [
        { fieldPath: "a", order: "ASCENDING" },
        { fieldPath: "__name__", order: "DESCENDING" },
      ],
    });
  });
});

describe("a missing index of one field", () => {
  const made = missing([where("tipo", "=="), "", "COLLECTION_GROUP"]);

  it("is refused in production's words", () => {
    expect(made.message).toMatch(
      /^The query requires a COLLECTION_GROUP_ASC index for collection c and field tipo\. You can create it here: .*\/project\/demo-p\/firestore\/indexes\?create_exemption=[\w-]+$/,
    );
  });

  it("has a link that Google's own definition reads", () => {
    expect(linkOf(made.message)).toEqual({
      parameter: "create_exemption",
      index: {
        name: "projects/demo-p/databases/(default)/collectionGroups/c/fields/tipo",
        queryScope: "COLLECTION_GROUP",
        fields: [{ fieldPath: "tipo", order: "ASCENDING" }],
      },
    });
  });

  it("has an entry that keeps the automatic indexes, which it would take away otherwise", () => {
    expect(JSON.parse(made.json)).toEqual({
      collectionGroup: "c",
      fieldPath: "tipo",
      indexes: [
        UP,
        DOWN,
        { queryScope: "COLLECTION", arrayConfig: "CONTAINS" },
        { queryScope: "COLLECTION_GROUP", order: "ASCENDING" },
      ],
    });
  });

  it("keeps what an override of the field has already", () => {
    const kept = missing(
      [undefined, "-tipo"],
      [{ collectionGroup: "c", fieldPath: "tipo", ttl: true, indexes: [UP] }],
    );
    expect(JSON.parse(kept.json)).toEqual({
      collectionGroup: "c",
      fieldPath: "tipo",
      ttl: true,
      indexes: [UP, DOWN],
    });
  });

  it.each([
    [where("a", "array-contains"), "", "COLLECTION_CONTAINS"],
    [undefined, "-a", "COLLECTION_DESC"],
    [undefined, "a", "COLLECTION_ASC"],
  ] as const)("names its mode", (filter, order, mode) => {
    expect(missing([filter, order], [exempt("a")]).message).toContain(`requires a ${mode} index`);
  });
});
