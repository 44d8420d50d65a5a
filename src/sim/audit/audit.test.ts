import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { DOCUMENT_FAMILIES } from "../../system/schema/catalogue.ts";
import { audit, type AuditReport } from "./audit.ts";
import { auditedFamilies } from "./audited-families.ts";
import { shapeOf } from "./field-knowledge.ts";
import { FINDING_IDS, type Finding, type FindingId } from "./finding.ts";
import { prepareAudit, type AuditFiles } from "./prepare-audit.ts";
import { countsText, renderAudit } from "./render-audit.ts";

const CATALOGUE = {
  name: "src/system/schema/catalogue.ts",
  text: readFileSync("src/system/schema/catalogue.ts", "utf8"),
};

function reportOf(files: Partial<AuditFiles>): AuditReport {
  const prepared = prepareAudit({
    indexes: { name: "i.json", text: "{}" },
    isOwnIndexes: false,
    rules: undefined,
    queries: undefined,
    catalogue: CATALOGUE,
    ...files,
  });
  if (prepared.kind === "faulty") throw new Error(prepared.faults.join("\n"));
  return audit(prepared.input, prepared.notes);
}

const OWN = reportOf({
  indexes: { name: "firestore.indexes.json", text: readFileSync("firestore.indexes.json", "utf8") },
  isOwnIndexes: true,
  rules: { name: "firestore.rules", text: readFileSync("firestore.rules", "utf8") },
});
const PRINTED = reportOf({
  indexes: {
    name: "document.indexes.json",
    text: readFileSync("tests/fixtures/document.indexes.json", "utf8"),
  },
});

describe("our own files", () => {
  it("have no error", () => {
    expect(OWN.findings.filter(({ severity }) => severity === "error")).toEqual([]);
  });

  it("have nothing that is not read, and nothing twice", () => {
    const ids = OWN.findings.map(({ id }) => id);
    expect(ids).not.toContain("unused-index");
    expect(ids).not.toContain("unused-field-index");
    expect(ids).not.toContain("duplicate-index");
    expect(ids).not.toContain("rules-unused");
  });

  it("are told where one tenant's ledger binds, and at what rate", () => {
    const bySide = OWN.findings.find(({ what }) =>
      what.includes("ledger_trades (side ASC, ts DESC)"),
    );
    expect(bySide).toMatchObject({ severity: "warning", id: "sequential-index" });
    expect(bySide?.why).toContain("side (2 of them) in each tenants/{tenantId}/ledger_trades");
    expect(bySide?.why).toContain("500 writes/second");
    expect(bySide?.why).toContain("1,000/s in all");
  });

  it("take what each user has alone for no danger", () => {
    const ofUsers = OWN.findings.filter(
      ({ id, what }) => id === "sequential-index" && what.startsWith("shadowTradeHistory"),
    );
    expect(ofUsers.map(({ severity }) => severity)).toEqual(["info", "info"]);
  });

  it("are told what each kind of document costs, with and without the overrides", () => {
    const costs = OWN.findings.filter(({ id }) => id === "write-cost");
    expect(costs.length).toBe(DOCUMENT_FAMILIES.length);
    const trade = costs.find(({ what }) => what.startsWith("shadowTrade:"));
    // uid, tenant_id, strategy_id, symbol, side: two each; status: two; eight composites.
    expect(trade?.what).toContain(
      "a create writes 20 index entries beside the document (40 without",
    );
    expect(trade?.what).toContain("pnl, pnl_percent, quoted_at) 0 (16)");
    expect(trade?.where.file).toBe("src/system/schema/catalogue.ts");
    expect(trade?.where.line).toBeGreaterThan(1);
  });

  it("keep their schema when the queries are others", () => {
    const { notes, counts } = reportOf({
      isOwnIndexes: true,
      queries: { name: "q.json", text: JSON.stringify([named("q", ["a", "=="])]) },
    });
    expect(notes.join("\n")).toContain("the schema of the service");
    expect(counts.info).toBeGreaterThanOrEqual(DOCUMENT_FAMILIES.length);
  });

  it("name documents that are hot by how they are made", () => {
    const hot = OWN.findings.filter(({ id }) => id === "hot-document").map(({ what }) => what);
    expect(hot.some((what) => what.includes("tenants/{tenantId}/ops_heartbeats/{serviceId}"))).toBe(
      true,
    );
    expect(hot.some((what) => what.includes("ops/write_rates/global/{workerId}"))).toBe(true);
    expect(hot.some((what) => what.includes("shadowTrade "))).toBe(false);
  });
});

describe("the snippets that the document prints", () => {
  const errors = PRINTED.findings.filter(({ severity }) => severity === "error");

  it("hold an exemption that exempts nothing", () => {
    const [found, ...others] = errors.filter(({ id }) => id === "exemption-without-effect");
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      where: { file: "document.indexes.json", line: 31 },
      what: expect.stringContaining("shadowTradeHistory.created_at"),
      why: expect.stringContaining("500 writes/second"),
      remedy: {
        paste: {
          into: "fieldOverrides",
          entry: { collectionGroup: "shadowTradeHistory", fieldPath: "created_at", indexes: [] },
        },
      },
    });
  });

  it("lack the index of its query for the SELL trades of a day", () => {
    const found = errors.find(({ what }) => what.includes("tradesBySide"));
    expect(found).toMatchObject({
      id: "missing-index",
      why: expect.stringContaining(
        'users/…/shadowTradeHistory where side == "SELL" and created_at >= … order by created_at desc',
      ),
      remedy: {
        paste: {
          into: "indexes",
          entry: {
            collectionGroup: "shadowTradeHistory",
            queryScope: "COLLECTION",
            fields: [
              { fieldPath: "side", order: "ASCENDING" },
              { fieldPath: "created_at", order: "DESCENDING" },
            ],
          },
        },
      },
    });
  });

  it("are held against the service's queries of those collections, which the notes say", () => {
    expect(PRINTED.inputs.queries).toBe(18);
    expect(PRINTED.notes.join("\n")).toContain(
      "shadowTradeHistory, ledger_trades have names and fields of this project's service, so its 18 queries of them are held against the file",
    );
  });

  it("are told from other people's collections that have but the name", () => {
    const other = { ...composite("country", "signedUpAt"), collectionGroup: "users" };
    const { findings, inputs, notes } = reportOf({
      indexes: { name: "i.json", text: JSON.stringify({ indexes: [other] }) },
    });
    expect(inputs.queries).toBe(0);
    expect(findings.map(({ id }) => id).toSorted()).toEqual([
      "sequential-field",
      "sequential-index",
    ]);
    expect(notes.join("\n")).toContain("no query of this project's service is about these");
  });

  it("pass once the remedies are pasted", () => {
    const pasted = PRINTED.findings.flatMap(({ severity, remedy }) =>
      severity === "error" && remedy?.paste ? [remedy.paste] : [],
    );
    const file = JSON.parse(readFileSync("tests/fixtures/document.indexes.json", "utf8")) as {
      indexes: object[];
    };
    const indexes = pasted.filter(({ into }) => into === "indexes").map(({ entry }) => entry);
    const fieldOverrides = pasted
      .filter(({ into }) => into === "fieldOverrides")
      .map(({ entry }) => entry);
    const text = JSON.stringify({ indexes: [...file.indexes, ...indexes], fieldOverrides });
    expect(reportOf({ indexes: { name: "i.json", text } }).counts.error).toBe(0);
  });
});

interface Case {
  readonly id: FindingId;
  readonly severity: Finding["severity"];
  readonly why: string;
  readonly indexes?: readonly object[];
  readonly overrides?: readonly object[];
  readonly queries?: readonly object[];
  readonly rules?: string;
  readonly says: string;
}

const up = { queryScope: "COLLECTION", order: "ASCENDING" };
const down = { queryScope: "COLLECTION", order: "DESCENDING" };
const contains = { queryScope: "COLLECTION", arrayConfig: "CONTAINS" };
const composite = (...paths: readonly string[]) => ({
  collectionGroup: "c",
  fields: paths.map((fieldPath) => ({ fieldPath, order: "ASCENDING" })),
});
const override = (fieldPath: string, ...indexes: readonly object[]) => ({
  collectionGroup: "c",
  fieldPath,
  indexes,
});
const named = (name: string, ...where: readonly (readonly string[])[]) => ({
  name,
  collection: "c",
  where,
});
const manyIndexes = (count: number) =>
  Array.from({ length: count }, (_, at) => composite(`a${at}`, "b"));
const lookupRules = (count: number) =>
  `match /c/{id} { allow get: if ${Array.from({ length: count }, (_, at) => `exists(/x/y${at})`).join(" && ")}; }`;

/** The least that brings each finding about, in a file that is not the service's. */
const CASES: readonly Case[] = [
  {
    id: "exemption-without-effect",
    severity: "error",
    why: "the default again",
    overrides: [override("created_at", down, up)],
    says: "exempts nothing",
  },
  {
    id: "exemption-without-effect",
    severity: "warning",
    why: "of a field that may hold arrays",
    overrides: [override("memberIds", down, up)],
    says: "exempts nothing, unless the field holds arrays",
  },
  {
    id: "exemption-without-effect",
    severity: "error",
    why: "the default again, of arrays too",
    overrides: [override("labels", down, up, contains)],
    says: "c.labels lists the indexes that every field has anyway: it exempts nothing.",
  },
  {
    id: "exemption-undone",
    severity: "warning",
    why: "a composite holds the field",
    indexes: [composite("status", "created_at")],
    overrides: [override("created_at")],
    says: "(status ASC, created_at ASC)",
  },
  {
    id: "exemption-undone",
    severity: "info",
    why: "behind a user",
    indexes: [composite("uid", "created_at")],
    overrides: [override("created_at")],
    says: "1 composite index",
  },
  {
    id: "exemption-undone",
    severity: "warning",
    why: "behind a user, and elsewhere behind few values: the worst counts",
    indexes: [composite("uid", "created_at"), composite("status", "created_at")],
    overrides: [override("created_at")],
    says: "2 composite indexes",
  },
  {
    id: "ttl-field-indexed",
    severity: "info",
    why: "expiry needs no index",
    overrides: [{ ...override("expires_at", up), ttl: true }],
    says: "by which documents expire",
  },
  {
    id: "missing-index",
    severity: "error",
    why: "two fields, one ranged",
    queries: [named("q", ["a", "=="], ["b", ">"])],
    says: "No index serves q: it needs c (a ASC, b ASC)",
  },
  {
    id: "missing-index",
    severity: "error",
    why: "an exempt field",
    overrides: [override("a")],
    queries: [named("q", ["a", "=="])],
    says: "it needs c (a ASC)",
  },
  {
    id: "query-by-merging",
    severity: "info",
    why: "equalities alone",
    queries: [named("q", ["a", "=="], ["b", "=="])],
    says: "merging 2 indexes",
  },
  {
    id: "unused-index",
    severity: "warning",
    why: "no query",
    indexes: [composite("a", "b")],
    queries: [named("q", ["a", "=="])],
    says: "No known query reads c (a ASC, b ASC)",
  },
  {
    id: "unused-index",
    severity: "warning",
    why: "no query of the collection at all",
    indexes: [composite("a", "b")],
    queries: [{ ...named("q"), collection: "d" }],
    says: "No known query reads c (a ASC, b ASC)",
  },
  {
    id: "unused-field-index",
    severity: "info",
    why: "no query",
    overrides: [override("a", up)],
    queries: [named("q", ["b", "=="])],
    says: "needs 1 index of c.a: ASCENDING in scope COLLECTION.",
  },
  {
    id: "duplicate-index",
    severity: "warning",
    why: "twice",
    indexes: [composite("a", "b"), composite("a", "b")],
    says: "c (a ASC, b ASC) is declared already",
  },
  {
    id: "duplicate-override",
    severity: "warning",
    why: "twice",
    overrides: [override("a"), override("a", up)],
    says: "more than one override",
  },
  {
    id: "index-by-merging",
    severity: "info",
    why: "two others end alike",
    indexes: [composite("a", "b", "z"), composite("a", "z"), composite("b", "z")],
    queries: [{ ...named("q", ["a", "=="], ["b", "=="]), orderBy: ["z"] }],
    says: "(a ASC, b ASC, z ASC) could go",
  },
  {
    id: "sequential-field",
    severity: "warning",
    why: "its automatic indexes",
    queries: [named("q", ["created_at", ">"])],
    says: "c.created_at grows",
  },
  {
    id: "sequential-index",
    severity: "warning",
    why: "comes first",
    indexes: [composite("created_at", "uid")],
    says: "created_at grows, and comes first",
  },
  {
    id: "sequential-index",
    severity: "warning",
    why: "in group scope",
    indexes: [{ ...composite("status", "ts"), queryScope: "COLLECTION_GROUP" }],
    says: "in collection-group scope",
  },
  {
    id: "too-many-indexes",
    severity: "warning",
    why: "201 without billing",
    indexes: manyIndexes(201),
    says: "201 entries in indexes",
  },
  {
    id: "too-many-indexes",
    severity: "error",
    why: "1,001",
    indexes: manyIndexes(1001),
    says: "1,001 entries in indexes",
  },
  {
    id: "too-many-fields",
    severity: "error",
    why: "101",
    indexes: [composite(...Array.from({ length: 101 }, (_, at) => `a${at}`))],
    says: "101 fields",
  },
  {
    id: "hot-document",
    severity: "warning",
    why: "one document",
    rules: "match /counters/total { allow update: if request.auth.uid == 'x'; }",
    says: "/counters/total is one document",
  },
  {
    id: "rules-open",
    severity: "error",
    why: "writes",
    rules: "match /c/{id} { allow write: if true; }",
    says: "to everybody",
  },
  {
    id: "rules-open",
    severity: "warning",
    why: "reads",
    rules: "match /c/{id} { allow read; }",
    says: "to everybody",
  },
  {
    id: "rules-open",
    severity: "error",
    why: "reads of everything",
    rules: "match /{all=**} { allow read: if true; }",
    says: "to everybody",
  },
  {
    id: "rules-any-user",
    severity: "warning",
    why: "said in a function",
    rules:
      "function isIn() { return request.auth != null; } match /c/{id} { allow create: if isIn(); }",
    says: "whoever has signed in",
  },
  {
    id: "rules-any-user",
    severity: "warning",
    why: "signed in is not enough",
    rules: "match /{all=**} { allow read: if request.auth != null; }",
    says: "whoever has signed in",
  },
  {
    id: "rules-for-a-time",
    severity: "warning",
    why: "test mode",
    rules: "match /{all=**} { allow read, write: if request.time < timestamp.date(2026, 1, 1); }",
    says: "until a day",
  },
  {
    id: "rules-lookups",
    severity: "info",
    why: "one",
    rules: lookupRules(1),
    says: "looks up 1 document",
  },
  {
    id: "rules-lookups",
    severity: "warning",
    why: "ten",
    rules: lookupRules(10),
    says: "looks up 10 documents",
  },
  {
    id: "rules-lookups",
    severity: "error",
    why: "eleven",
    rules: lookupRules(11),
    says: "looks up 11 documents",
  },
];

function reportOfCase({ indexes = [], overrides = [], queries, rules }: Case): AuditReport {
  return reportOf({
    indexes: { name: "i.json", text: JSON.stringify({ indexes, fieldOverrides: overrides }) },
    queries: queries === undefined ? undefined : { name: "q.json", text: JSON.stringify(queries) },
    rules:
      rules === undefined
        ? undefined
        : {
            name: "r.rules",
            text: `service cloud.firestore { match /databases/{db}/documents { ${rules} } }`,
          },
  });
}

describe("findings", () => {
  it.each(CASES)("$id, $severity: $why", (one) => {
    const found = reportOfCase(one).findings.filter(({ id }) => id === one.id);
    expect(found.map(({ severity }) => severity)).toContain(one.severity);
    expect(found.map(({ what }) => what).join("\n")).toContain(one.says);
  });

  it("are all met by some case, or by our own files", () => {
    const met = new Set([...CASES.map(({ id }) => id), ...OWN.findings.map(({ id }) => id)]);
    expect(FINDING_IDS.filter((id) => !met.has(id))).toEqual(["too-many-entries", "rules-unused"]);
  });

  it.each<[why: string, one: Omit<Case, "id" | "severity" | "why" | "says">, not: FindingId]>([
    [
      "an override that gives back what * takes",
      { overrides: [override("*"), override("a", up, down)] },
      "exemption-without-effect",
    ],
    [
      "a TTL policy that leaves the indexes",
      { overrides: [{ ...override("expires_at", up, down), ttl: true }] },
      "exemption-without-effect",
    ],
    [
      "what a query takes for an array",
      {
        overrides: [override("labels", up, down)],
        queries: [named("q", ["labels", "array-contains"])],
      },
      "exemption-without-effect",
    ],
    [
      "what an index takes for an array",
      {
        overrides: [override("labels", up, down)],
        indexes: [
          {
            collectionGroup: "c",
            fields: [
              { fieldPath: "labels", arrayConfig: "CONTAINS" },
              { fieldPath: "a", order: "ASCENDING" },
            ],
          },
        ],
      },
      "exemption-without-effect",
    ],
    [
      "an override that lacks an index besides",
      { overrides: [override("a", up)], queries: [named("q", ["a", "array-contains"])] },
      "unused-field-index",
    ],
    ["one direction taken away", { overrides: [override("a", up)] }, "exemption-without-effect"],
    [
      "a field that does not grow",
      { indexes: [composite("a", "price")], overrides: [override("price")] },
      "exemption-undone",
    ],
    ["an exempt time", { overrides: [override("created_at")] }, "sequential-field"],
    ["no queries, no verdict", { indexes: [composite("a", "b")] }, "unused-index"],
    [
      "rules that let nobody in",
      { rules: "match /c/d { allow write: if false; }" },
      "hot-document",
    ],
    [
      "a document that may be read by its path, where no schema is known",
      { rules: "match /d/{id} { allow get: if request.auth.uid == id; }", queries: [named("q")] },
      "rules-unused",
    ],
    ["200 indexes", { indexes: manyIndexes(200) }, "too-many-indexes"],
    [
      "who it is, and more",
      {
        rules:
          "match /{all=**} { allow read: if request.auth != null && request.auth.uid == 'x'; }",
      },
      "rules-any-user",
    ],
  ])("are not made of %s", (_, one, not) => {
    const { findings } = reportOfCase({ ...one, id: not, severity: "info", why: "", says: "" });
    expect(findings.map(({ id }) => id)).not.toContain(not);
  });

  it("tell of a document with more entries than are allowed", () => {
    const [strategy] = auditedFamilies(() => ({ file: "s", line: 1 }), new Set(["strategies"]));
    if (strategy === undefined) throw new Error("no strategies");
    expect(strategy.mostElements).toBe(50);
    const prepared = prepareAudit({
      indexes: { name: "i.json", text: "{}" },
      isOwnIndexes: true,
      rules: undefined,
      queries: undefined,
      catalogue: CATALOGUE,
    });
    if (prepared.kind === "faulty") throw new Error("faulty");
    const families = [{ ...strategy, mostElements: 40_001 }];
    const { findings } = audit({ ...prepared.input, families }, []);
    expect(findings.find(({ id }) => id === "too-many-entries")).toMatchObject({
      severity: "error",
    });
  });

  it("lets one of two indexes stay that serve the same query", () => {
    const { findings } = reportOf({
      indexes: {
        name: "i.json",
        text: JSON.stringify({ fieldOverrides: [override("a", up, down)] }),
      },
      queries: { name: "q.json", text: JSON.stringify([named("q", ["a", "=="])]) },
    });
    expect(findings.filter(({ id }) => id === "unused-field-index")).toMatchObject([
      {
        what: "No known query needs 1 index of c.a: DESCENDING in scope COLLECTION.",
        remedy: { paste: { entry: { ...override("a"), indexes: [up] } } },
      },
    ]);
  });

  it("make one entry of what several queries need of a field", () => {
    const queries = [
      named("is", ["a", "=="]),
      named("holds", ["a", "array-contains"]),
      { ...named("last"), orderBy: ["a desc"] },
    ];
    const missing = reportOf({
      indexes: { name: "i.json", text: JSON.stringify({ fieldOverrides: [override("a")] }) },
      queries: { name: "q.json", text: JSON.stringify(queries) },
    }).findings.filter(({ id }) => id === "missing-index");
    expect(missing).toMatchObject([
      {
        what: "No index serves is, holds, last: it needs c (a ASC) and c (a CONTAINS) and c (a DESC).",
        remedy: { paste: { entry: { ...override("a"), indexes: [up, contains, down] } } },
      },
    ]);
  });

  it("count a field as read that is merged with others", () => {
    const { findings } = reportOf({
      queries: {
        name: "q.json",
        text: JSON.stringify([named("of a day", ["date", "=="], ["status", "=="])]),
      },
    });
    expect(findings.find(({ id }) => id === "sequential-field")?.remedy).toMatchObject({
      text: expect.stringMatching(/^Read by of a day\./),
      paste: null,
    });
  });

  it("say of an index declared three times what they say of one, and twice that it is there", () => {
    const idsOf = (times: number) =>
      reportOfCase({
        id: "duplicate-index",
        severity: "warning",
        why: "",
        says: "",
        indexes: Array.from({ length: times }, () => composite("status", "created_at")),
        queries: [],
      }).findings.map(({ id }) => id);
    expect(idsOf(3).toSorted()).toEqual(
      [...idsOf(1), "duplicate-index", "duplicate-index"].toSorted(),
    );
  });

  it("tell when another index does alone", () => {
    const { findings } = reportOf({
      indexes: {
        name: "i.json",
        text: JSON.stringify({
          indexes: [
            composite("a", "b"),
            {
              collectionGroup: "c",
              fields: [
                { fieldPath: "a", order: "DESCENDING" },
                { fieldPath: "b", order: "ASCENDING" },
              ],
            },
          ],
        }),
      },
      queries: { name: "q.json", text: JSON.stringify([named("q", ["a", "=="], ["b", ">"])]) },
    });
    expect(findings.find(({ id }) => id === "index-by-merging")?.what).toContain(
      "(a DESC, b ASC) would do for q",
    );
  });

  it("tell of rules for what the schema does not have", () => {
    const { findings } = reportOf({
      isOwnIndexes: true,
      queries: {
        name: "q.json",
        text: JSON.stringify([{ name: "q", collectionGroup: "notes" }]),
      },
      rules: {
        name: "r.rules",
        text: "service cloud.firestore { match /databases/{db}/documents { match /user/{uid} { allow get: if request.auth.uid == uid; } match /a/{b}/c/{d}/notes/{id} { allow get: if request.auth.uid == b; } match /users/{uid} { allow get: if request.auth.uid == uid; } } }",
      },
    });
    expect(findings.filter(({ id }) => id === "rules-unused")).toMatchObject([
      { severity: "info", what: expect.stringMatching(/^\/user\/\{uid\}: no known/) },
    ]);
  });

  it("know a rate from the paths in the rules, where there is no schema", () => {
    const of = (path: string) =>
      reportOfCase({
        id: "sequential-index",
        severity: "info",
        why: "",
        says: "",
        indexes: [composite("status", "created_at")],
        queries: [],
        rules: `match ${path} { allow get: if request.auth.uid == 'x'; }`,
      }).findings.find(({ id }) => id === "sequential-index");
    expect(of("/users/{uid}/c/{id}")?.severity).toBe("info");
    expect(of("/shops/{shopId}/c/{id}")).toMatchObject({
      severity: "warning",
      why: expect.stringContaining("in each shops/{shopId}/c"),
    });
    expect(of("/c/{id}")?.severity).toBe("warning");
    // That may be any number of collections: nobody knows whose.
    expect(of("/a/{users=**}/c/{id}")?.severity).toBe("warning");
    // Of several collections of the name, the one that most write to.
    expect(
      of("/users/{uid}/c/{id} { allow get: if request.auth.uid == uid; } match /c/{id}"),
    ).toMatchObject({
      severity: "warning",
      why: expect.stringContaining("One end for each value of status in c,"),
    });
  });

  it("come with the worst first", () => {
    const order = PRINTED.findings.map(({ severity }) => severity);
    expect(order).toEqual(
      order.toSorted((a, b) => "ewi".indexOf(a[0] ?? "") - "ewi".indexOf(b[0] ?? "")),
    );
  });
});

describe("rewrites", () => {
  it("name fields of the schema", () => {
    const families = auditedFamilies(() => ({ file: "s", line: 1 }));
    const unknown = families.flatMap(({ name, rewrite }) => {
      const schema = DOCUMENT_FAMILIES.find((family) => family.name === name)?.schema;
      const known = schema === undefined ? [] : Object.keys(shapeOf(schema));
      return (rewrite?.fields ?? []).filter((field) => !known.includes(field));
    });
    expect(families.filter(({ rewrite }) => rewrite !== undefined).length).toBeGreaterThan(5);
    expect(unknown).toEqual([]);
  });
});

describe("faulty files", () => {
  it("are told of all at once, with file and line", () => {
    const prepared = prepareAudit({
      indexes: { name: "i.json", text: '{\n"indexes": [{}]}' },
      isOwnIndexes: false,
      rules: { name: "r.rules", text: "\n\nmatch" },
      queries: { name: "q.json", text: "[" },
      catalogue: CATALOGUE,
    });
    expect(prepared.kind === "faulty" && prepared.faults).toEqual([
      expect.stringMatching(/^i\.json:2: indexes\[0\]\.fields: /),
      expect.stringMatching(/^r\.rules:3: expected match/),
      expect.stringMatching(/^q\.json:1: expected a value/),
    ]);
  });
});

describe("renderAudit", () => {
  const plain = (_: unknown, text: string): string => text;

  it("writes JSON that says what was found and where", () => {
    const read = JSON.parse(renderAudit(PRINTED, "json", plain)) as AuditReport & { version: 1 };
    expect(read).toEqual({ version: 1, ...PRINTED });
  });

  it("writes text with a place, a reason and what to paste", () => {
    const text = renderAudit(PRINTED, "text", (kind, part) => `<${kind}>${part}</>`);
    expect(text).toContain(
      "<error>error</> <bold>exemption-without-effect</> <dim>document.indexes.json:31</>",
    );
    expect(text).toContain('\n    {\n      "collectionGroup": "shadowTradeHistory"');
    expect(text.trimEnd().endsWith(`${countsText(PRINTED)}.`)).toBe(true);
    expect(text).toContain("note: No --rules were given");
  });

  it("writes Markdown in which names are not taken for markup", () => {
    const text = renderAudit(PRINTED, "md", plain);
    expect(text).toContain("## Errors (16)");
    expect(text).toContain("### `missing-index` at `document.indexes.json:2`");
    expect(text).toContain(String.raw`ledger\_trades`);
    expect(text).toContain("/standard-index-overview#automatic_index_exemptions");
    expect(text.split("```").length % 2).toBe(1);
  });
});
