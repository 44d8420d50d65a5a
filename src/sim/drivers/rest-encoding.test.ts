import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FieldValue, Query } from "../../system/store/store.ts";
import {
  decodeDocument,
  decodeValue,
  encodeCreate,
  encodeQuery,
  encodeValue,
  type RestValue,
} from "./rest-encoding.ts";

const ROOT = "projects/p/databases/(default)/documents";

describe("values", () => {
  const cases: readonly (readonly [what: string, FieldValue, RestValue])[] = [
    ["null", null, { nullValue: null }],
    ["a boolean", false, { booleanValue: false }],
    ["text", "", { stringValue: "" }],
    ["a whole number, as text", 42, { integerValue: "42" }],
    ["a negative whole number", -7, { integerValue: "-7" }],
    ["a whole number written as a float", 3.0, { integerValue: "3" }],
    ["zero", 0, { integerValue: "0" }],
    ["a fraction", 0.1, { doubleValue: 0.1 }],
    [
      "more than 2^53, which integers in JavaScript cannot tell apart",
      2 ** 60,
      { doubleValue: 2 ** 60 },
    ],
    ["minus zero, which only a double can be", -0, { doubleValue: "-0" }],
    ["not a number", Number.NaN, { doubleValue: "NaN" }],
    ["infinity", Number.NEGATIVE_INFINITY, { doubleValue: "-Infinity" }],
    [
      "a time",
      new Date(Date.UTC(2026, 0, 5, 14, 30, 0, 7)),
      { timestampValue: "2026-01-05T14:30:00.007Z" },
    ],
    [
      "a list",
      ["AAPL", 1],
      { arrayValue: { values: [{ stringValue: "AAPL" }, { integerValue: "1" }] } },
    ],
    ["an empty list", [], { arrayValue: { values: [] } }],
    [
      "maps within maps",
      { limits: { daily: { loss: 2.5 } } },
      {
        mapValue: {
          fields: {
            limits: {
              mapValue: {
                fields: { daily: { mapValue: { fields: { loss: { doubleValue: 2.5 } } } } },
              },
            },
          },
        },
      },
    ],
    ["an empty map", {}, { mapValue: { fields: {} } }],
  ];

  test.each(cases)("%s", (_what, value, rest) => {
    expect(encodeValue(value)).toEqual(rest);
    expect(decodeValue(rest)).toEqual(value);
  });

  test("any value comes back from JSON as it went", () => {
    const { value } = fc.letrec<{ value: FieldValue }>((tie) => ({
      value: fc.oneof(
        { depthSize: "small" },
        fc.constant(null),
        fc.boolean(),
        fc.double(),
        fc.integer(),
        fc.string(),
        fc.date({
          noInvalidDate: true,
          min: new Date(0),
          max: new Date("9999-12-31T23:59:59.999Z"),
        }),
        fc.array(tie("value")),
        fc.dictionary(fc.string(), tie("value")),
      ),
    }));
    fc.assert(
      fc.property(value, (original) => {
        const sent = JSON.parse(JSON.stringify(encodeValue(original))) as RestValue;
        // toStrictEqual would also compare prototypes, which fast-check's dictionaries lack.
        expect(decodeValue(sent)).toEqual(original);
      }),
    );
  });

  test("a server's microseconds are cut to milliseconds", () => {
    const time = decodeValue({ timestampValue: "2026-01-05T14:30:00.123987Z" });
    expect(time).toEqual(new Date(Date.UTC(2026, 0, 5, 14, 30, 0, 123)));
  });

  test("a time without a fraction", () => {
    const time = decodeValue({ timestampValue: "2026-01-05T14:30:00Z" });
    expect(time).toEqual(new Date(Date.UTC(2026, 0, 5, 14, 30)));
  });

  test("lists and maps without content come without their inner field", () => {
    expect(decodeValue({ arrayValue: {} })).toEqual([]);
    expect(decodeValue({ mapValue: {} })).toEqual({});
  });

  test("a kind of value that the port does not know is refused", () => {
    expect(() => decodeValue({ referenceValue: `${ROOT}/users/ada` })).toThrow(/does not know/);
  });
});

test("a document becomes a snapshot with a path of its own", () => {
  const document = {
    name: `${ROOT}/users/ada`,
    fields: { onboarded: { booleanValue: true } },
    updateTime: "2026-01-05T14:30:00.123987Z",
  };
  expect(decodeDocument(ROOT, document)).toEqual({
    path: "users/ada",
    data: { onboarded: true },
    version: "2026-01-05T14:30:00.123987Z",
  });
});

describe("creates", () => {
  test("must not find the document, and let the server set what it computes", () => {
    const write = {
      kind: "create",
      path: "tenants/acme/ledger_trades/t1",
      data: { quantity: "5" },
      transforms: {
        ts: { kind: "server-timestamp" },
        "counts.daily total": { kind: "increment", by: 1 },
      },
    } as const;
    expect(encodeCreate(ROOT, write)).toEqual({
      update: {
        name: `${ROOT}/tenants/acme/ledger_trades/t1`,
        fields: { quantity: { stringValue: "5" } },
      },
      currentDocument: { exists: false },
      updateTransforms: [
        { fieldPath: "ts", setToServerValue: "REQUEST_TIME" },
        { fieldPath: "counts.`daily total`", increment: { integerValue: "1" } },
      ],
    });
  });

  test("name no transforms when there are none", () => {
    const write = { kind: "create", path: "users/ada", data: {} } as const;
    expect(encodeCreate(ROOT, write)).not.toHaveProperty("updateTransforms");
  });
});

describe("queries", () => {
  const trades = { kind: "collection", path: "users/ada/shadowTradeHistory" } as const;
  const cases: readonly (readonly [
    what: string,
    Query,
    parent: string,
    structuredQuery: object,
  ])[] = [
    [
      "a collection under a document, filtered and ordered",
      {
        from: trades,
        where: [
          { field: "side", operator: "==", value: "SELL" },
          { field: "created_at", operator: ">=", value: new Date(0) },
        ],
        orderBy: [{ field: "created_at", direction: "desc" }],
        limit: 20,
      },
      `${ROOT}/users/ada`,
      {
        from: [{ collectionId: "shadowTradeHistory" }],
        where: {
          compositeFilter: {
            op: "AND",
            filters: [
              {
                fieldFilter: {
                  field: { fieldPath: "side" },
                  op: "EQUAL",
                  value: { stringValue: "SELL" },
                },
              },
              {
                fieldFilter: {
                  field: { fieldPath: "created_at" },
                  op: "GREATER_THAN_OR_EQUAL",
                  value: { timestampValue: "1970-01-01T00:00:00.000Z" },
                },
              },
            ],
          },
        },
        orderBy: [{ field: { fieldPath: "created_at" }, direction: "DESCENDING" }],
        limit: 20,
      },
    ],
    [
      "a collection at the root",
      { from: { kind: "collection", path: "users" } },
      ROOT,
      { from: [{ collectionId: "users" }] },
    ],
    [
      "a collection group, from a document's path on",
      {
        from: { kind: "collection-group", name: "status" },
        orderBy: [
          { field: "shard", direction: "asc" },
          { field: "__name__", direction: "asc" },
        ],
        startAfter: [3, "users/ada/status/trading"],
      },
      ROOT,
      {
        from: [{ collectionId: "status", allDescendants: true }],
        orderBy: [
          { field: { fieldPath: "shard" }, direction: "ASCENDING" },
          { field: { fieldPath: "__name__" }, direction: "ASCENDING" },
        ],
        startAt: {
          before: false,
          values: [{ integerValue: "3" }, { referenceValue: `${ROOT}/users/ada/status/trading` }],
        },
      },
    ],
  ];

  test.each(cases)("%s", (_what, query, parent, structuredQuery) => {
    expect(encodeQuery(ROOT, query)).toEqual({ parent, structuredQuery });
  });

  test.each([
    ["==", null, "IS_NULL"],
    ["!=", null, "IS_NOT_NULL"],
    ["==", Number.NaN, "IS_NAN"],
    ["!=", Number.NaN, "IS_NOT_NAN"],
  ] as const)("%s %s has an operator of its own", (operator, value, op) => {
    const query = { from: trades, where: [{ field: "quoted_at", operator, value }] };
    const filters = [{ unaryFilter: { field: { fieldPath: "quoted_at" }, op } }];
    expect(encodeQuery(ROOT, query).structuredQuery).toMatchObject({
      where: { compositeFilter: { filters } },
    });
  });

  test("document paths to choose from become references", () => {
    const query = {
      from: { kind: "collection", path: "users" },
      where: [{ field: "__name__", operator: "in", value: ["users/ada", "users/bob"] }],
    } as const;
    const values = [
      { referenceValue: `${ROOT}/users/ada` },
      { referenceValue: `${ROOT}/users/bob` },
    ];
    expect(JSON.stringify(encodeQuery(ROOT, query))).toContain(
      JSON.stringify({ arrayValue: { values } }),
    );
  });

  test("the path of a document is not a collection to ask", () => {
    const query = { from: { kind: "collection", path: "users/ada" } } as const;
    expect(() => encodeQuery(ROOT, query)).toThrow(/path of a document/);
  });
});
