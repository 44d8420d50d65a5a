import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FirestoreError } from "../data/status.ts";
import { Timestamp } from "../data/timestamp.ts";
import { messageType, type MessageName } from "./protos.ts";
import { aggregations, protoAggregations, protoQuery, queries } from "./query-samples.fixture.ts";
import { readBatchGetRequest, readGetRequest, readListRequest } from "./read-document-requests.ts";
import {
  readCreateRequest,
  readDeleteRequest,
  readUpdateRequest,
} from "./read-document-write-requests.ts";
import { readListenRequest } from "./read-listen-request.ts";
import {
  readAggregationRequest,
  readPartitionRequest,
  readQueryRequest,
} from "./read-query-requests.ts";
import { readBeginRequest } from "./read-transaction-requests.ts";
import { protoTimestamp, ROOT, timestamps, type ProtoObject } from "./wire-samples.fixture.ts";

const DATABASE = "projects/p1/databases/(default)";
const database = { projectId: "p1", databaseId: "(default)" };
const transaction = new Uint8Array([1, 2, 3]);

function encode(name: MessageName, object: ProtoObject): Uint8Array {
  const type = messageType(name);
  return type.encode(type.fromObject(object)).finish();
}

const parentOf = (path: string) => (path === "" ? ROOT : `${ROOT}/${path}`);

describe("queries", () => {
  it("are read as protobufjs wrote them", () => {
    fc.assert(
      fc.property(queries, (query) => {
        const bytes = encode("RunQueryRequest", {
          parent: parentOf(query.parent),
          structuredQuery: protoQuery(query),
        });
        expect(readQueryRequest(bytes)).toEqual({
          database,
          query,
          selector: { kind: "latest" },
          explain: undefined,
        });
      }),
      { numRuns: 800 },
    );
  });

  it("are read with their aggregations", () => {
    fc.assert(
      fc.property(queries, aggregations, (query, list) => {
        const bytes = encode("RunAggregationQueryRequest", {
          parent: parentOf(query.parent),
          structuredAggregationQuery: {
            structuredQuery: protoQuery(query),
            aggregations: protoAggregations(list),
          },
        });
        expect(readAggregationRequest(bytes)).toMatchObject({ query, aggregations: list });
      }),
      { numRuns: 300 },
    );
  });

  it("are read as targets of a Listen stream", () => {
    fc.assert(
      fc.property(queries, fc.integer(), fc.boolean(), (query, targetId, once) => {
        const bytes = encode("ListenRequest", {
          database: DATABASE,
          addTarget: {
            query: { parent: parentOf(query.parent), structuredQuery: protoQuery(query) },
            targetId,
            once,
            resumeToken: transaction,
          },
        });
        expect(readListenRequest(bytes)).toEqual({
          kind: "add",
          database,
          target: { targetId, once, query, resume: { token: transaction } },
        });
      }),
      { numRuns: 300 },
    );
  });

  it("name aggregations that have no alias", () => {
    const list = [{ count: {} }, { alias: "n", count: {} }, { sum: { field: { fieldPath: "a" } } }];
    const bytes = encode("RunAggregationQueryRequest", {
      parent: ROOT,
      structuredAggregationQuery: { structuredQuery: {}, aggregations: list },
    });
    const aliases = readAggregationRequest(bytes).aggregations.map(({ alias }) => alias);
    expect(aliases).toEqual(["field_1", "n", "field_2"]);
  });

  it.each([
    ["no query", { parent: ROOT }, "only structured queries are supported"],
    [
      "two collections",
      { parent: ROOT, structuredQuery: { from: [{}, {}] } },
      "StructuredQuery.from cannot have more than one collection selector.",
    ],
    [
      "a negative limit",
      { parent: ROOT, structuredQuery: { limit: { value: -1 } } },
      "limit is negative",
    ],
    ["a negative offset", { parent: ROOT, structuredQuery: { offset: -1 } }, "offset is negative"],
    [
      "a filter of no kind",
      { parent: ROOT, structuredQuery: { where: {} } },
      "Unknown Filter type.",
    ],
    [
      "a filter without operator",
      {
        parent: ROOT,
        structuredQuery: {
          where: { fieldFilter: { field: { fieldPath: "a" }, value: { nullValue: 0 } } },
        },
      },
      "Unknown FieldFilter operator.",
    ],
    [
      "a filter without value",
      {
        parent: ROOT,
        structuredQuery: { where: { fieldFilter: { field: { fieldPath: "a" }, op: 5 } } },
      },
      "Cannot convert firestore.v1.Value with type unset.",
    ],
    [
      "a unary filter without operator",
      { parent: ROOT, structuredQuery: { where: { unaryFilter: { field: { fieldPath: "a" } } } } },
      "Unknown UnaryFilter operator.",
    ],
    [
      "a composite filter without operator",
      { parent: ROOT, structuredQuery: { where: { compositeFilter: {} } } },
      "Unsupported CompositeFilter operator.",
    ],
    [
      "an order without field",
      { parent: ROOT, structuredQuery: { orderBy: [{}] } },
      "Invalid empty property path string.",
    ],
    [
      "a parent that is a collection",
      { parent: `${ROOT}/a`, structuredQuery: {} },
      `Document parent name "${ROOT}/a" lacks "/" at index ${ROOT.length + 2}.`,
    ],
    [
      "a parent that is none",
      { parent: "foo", structuredQuery: {} },
      'Document parent name "foo" lacks "projects" at index 0.',
    ],
    [
      "a parent without database",
      { parent: "projects/p1/databases", structuredQuery: {} },
      'Document parent name "projects/p1/databases" lacks "/" at index 21.',
    ],
  ])("are refused with %s, in the emulator's words", (_, object, message) => {
    const bytes = encode("RunQueryRequest", object);
    expect(() => readQueryRequest(bytes)).toThrow(new FirestoreError("INVALID_ARGUMENT", message));
  });

  it("are refused when nested without end", () => {
    let filter: ProtoObject = { unaryFilter: { field: { fieldPath: "a" }, op: 3 } };
    // The oracle itself nests messages 100 deep at most, so the outer ones are put on by hand.
    for (let depth = 0; depth < 40; depth += 1)
      filter = { compositeFilter: { op: 1, filters: [filter] } };
    const inner = Buffer.from(
      encode("RunQueryRequest", { parent: ROOT, structuredQuery: { where: filter } }),
    );
    expect(() => readQueryRequest(inner)).not.toThrow();
    let bytes = Buffer.from([0x1a, 0x00]);
    const wrap = (tag: number, content: Buffer): Buffer<ArrayBuffer> => {
      const length: number[] = [];
      let left = content.length;
      for (; left >= 0x80; left >>>= 7) length.push((left & 0x7f) | 0x80);
      return Buffer.concat([Buffer.from([tag, ...length, left]), content]);
    };
    for (let depth = 0; depth < 5000; depth += 1) bytes = wrap(0x0a, wrap(0x12, bytes));
    const request = Buffer.concat([wrap(0x0a, Buffer.from(ROOT)), wrap(0x12, wrap(0x1a, bytes))]);
    expect(() => readQueryRequest(request)).toThrow(/nested more than/);
  });
});

describe("how to see the database", () => {
  const selectors: readonly [string, ProtoObject, object][] = [
    ["as it is", {}, { kind: "latest" }],
    ["in a transaction", { transaction }, { kind: "transaction", transaction }],
    [
      "in a transaction to begin",
      { newTransaction: { readWrite: { retryTransaction: transaction } } },
      {
        kind: "new-transaction",
        options: { kind: "read-write", retryOf: transaction, concurrency: "pessimistic" },
      },
    ],
    [
      "in an optimistic one",
      { newTransaction: { readWrite: { concurrencyMode: 1 } } },
      {
        kind: "new-transaction",
        options: { kind: "read-write", retryOf: undefined, concurrency: "optimistic" },
      },
    ],
    [
      "in one that only reads",
      { newTransaction: { readOnly: { readTime: { seconds: 7 } } } },
      { kind: "new-transaction", options: { kind: "read-only", readTime: new Timestamp(7, 0) } },
    ],
    [
      "as it was",
      { readTime: { seconds: 7, nanos: 9 } },
      { kind: "read-time", readTime: new Timestamp(7, 9) },
    ],
  ];
  it.each(selectors)("is read: %s", (_, selector, expected) => {
    const query = encode("RunQueryRequest", { parent: ROOT, structuredQuery: {}, ...selector });
    expect(readQueryRequest(query).selector).toEqual(expected);
    const aggregation = encode("RunAggregationQueryRequest", {
      parent: ROOT,
      structuredAggregationQuery: { structuredQuery: {}, aggregations: [{ count: {} }] },
      ...selector,
    });
    expect(readAggregationRequest(aggregation).selector).toEqual(expected);
    const batch = encode("BatchGetDocumentsRequest", { database: DATABASE, ...selector });
    expect(readBatchGetRequest(batch).selector).toEqual(expected);
  });

  it("is read-write and pessimistic unless said otherwise", () => {
    const options = { kind: "read-write", retryOf: undefined, concurrency: "pessimistic" };
    expect(readBeginRequest(encode("BeginTransactionRequest", { database: DATABASE }))).toEqual({
      database,
      options,
    });
  });

  it("may be any time that a timestamp has", () => {
    fc.assert(
      fc.property(timestamps, (readTime) => {
        const bytes = encode("GetDocumentRequest", {
          name: `${ROOT}/a/b`,
          readTime: protoTimestamp(readTime),
        });
        expect(readGetRequest(bytes).selector).toEqual({ kind: "read-time", readTime });
      }),
    );
  });
});

describe("requests on documents", () => {
  it("are read with their masks, an empty one too", () => {
    const get = (mask?: object) =>
      readGetRequest(encode("GetDocumentRequest", { name: `${ROOT}/a/b`, ...mask }));
    expect(get()).toMatchObject({ database, paths: ["a/b"], mask: undefined });
    expect(get({ mask: {} }).mask).toEqual([]);
    expect(get({ mask: { fieldPaths: ["a.b", "`c d`"] } }).mask).toEqual([["a", "b"], ["c d"]]);
  });

  it("are refused when a document is of another database", () => {
    const documents = ["projects/p2/databases/(default)/documents/a/b"];
    const bytes = encode("BatchGetDocumentsRequest", { database: DATABASE, documents });
    expect(() => readBatchGetRequest(bytes)).toThrow(/not in the request's database/);
  });

  it("list with an order in words", () => {
    const list = (orderBy: string) =>
      readListRequest(encode("ListDocumentsRequest", { parent: ROOT, collectionId: "c", orderBy }))
        .orderBy;
    expect(list("")).toEqual([]);
    expect(list("a desc, b.c, __name__ ASC")).toEqual([
      { field: ["a"], direction: "descending" },
      { field: ["b", "c"], direction: "ascending" },
      { field: ["__name__"], direction: "ascending" },
    ]);
    expect(() => list("a sideways")).toThrow('Invalid order by clause "a sideways".');
  });

  it("create under a given ID or one made here, and only what is not there", () => {
    const create = (object: object) =>
      readCreateRequest(
        encode("CreateDocumentRequest", {
          parent: `${ROOT}/a/b`,
          collectionId: "c",
          document: { fields: { n: { integerValue: 1 } } },
          ...object,
        }),
        () => "made",
      );
    expect(create({}).write).toEqual({
      kind: "update",
      path: "a/b/c/made",
      fields: new Map([["n", 1n]]),
      transforms: [],
      precondition: { kind: "exists", exists: false },
    });
    expect(create({ documentId: "given" }).write.path).toBe("a/b/c/given");
    expect(() => create({ document: { name: "x" } })).toThrow("document.name must not be set");
    expect(() => create({ collectionId: "c/d" })).toThrow(/contains "\/"/);
    expect(() => create({ collectionId: "" })).toThrow(/missing/);
  });

  it("update with a mask and a precondition, and delete", () => {
    const update = readUpdateRequest(
      encode("UpdateDocumentRequest", {
        document: { name: `${ROOT}/a/b`, fields: { n: { integerValue: 1 } } },
        updateMask: { fieldPaths: ["n", "m"] },
        mask: { fieldPaths: ["n"] },
        currentDocument: { exists: true },
      }),
    );
    expect(update).toEqual({
      database,
      mask: [["n"]],
      write: {
        kind: "update",
        path: "a/b",
        fields: new Map([["n", 1n]]),
        mask: [["n"], ["m"]],
        transforms: [],
        precondition: { kind: "exists", exists: true },
      },
    });
    const remove = encode("DeleteDocumentRequest", {
      name: `${ROOT}/a/b`,
      currentDocument: { updateTime: { seconds: 5 } },
    });
    expect(readDeleteRequest(remove).write).toEqual({
      kind: "delete",
      path: "a/b",
      precondition: { kind: "update-time", updateTime: new Timestamp(5, 0) },
    });
  });

  it("page partitions", () => {
    const bytes = encode("PartitionQueryRequest", {
      parent: ROOT,
      structuredQuery: {},
      partitionCount: 9,
      pageSize: 3,
      pageToken: "6",
    });
    expect(readPartitionRequest(bytes)).toMatchObject({
      partitions: 9,
      pageSize: 3,
      pageToken: "6",
    });
  });
});

describe("Listen requests", () => {
  it("add documents, and remove targets", () => {
    const add = encode("ListenRequest", {
      database: DATABASE,
      addTarget: {
        targetId: 3,
        documents: { documents: [`${ROOT}/a/b`] },
        readTime: { seconds: 4 },
      },
    });
    expect(readListenRequest(add)).toEqual({
      kind: "add",
      database,
      target: {
        targetId: 3,
        once: false,
        query: { documents: ["a/b"] },
        resume: { readTime: new Timestamp(4, 0) },
      },
    });
    const remove = encode("ListenRequest", { database: DATABASE, removeTarget: 3 });
    expect(readListenRequest(remove)).toEqual({ kind: "remove", database, targetId: 3 });
  });

  it("that ask for what cannot be are refused by target, and those that ask for nothing as a whole", () => {
    const bad = encode("ListenRequest", {
      database: DATABASE,
      addTarget: { targetId: 3, documents: { documents: [`${ROOT}/a`] } },
    });
    expect(readListenRequest(bad)).toMatchObject({
      kind: "bad-target",
      targetId: 3,
      error: { code: "INVALID_ARGUMENT" },
    });
    const none = encode("ListenRequest", { database: DATABASE, addTarget: { targetId: 4 } });
    expect(readListenRequest(none)).toMatchObject({ kind: "bad-target", targetId: 4 });
    expect(() => readListenRequest(encode("ListenRequest", { database: DATABASE }))).toThrow(
      FirestoreError,
    );
  });
});

it("all readers survive random bytes with errors of their own kind", () => {
  const readers = [
    readQueryRequest,
    readAggregationRequest,
    readPartitionRequest,
    readGetRequest,
    readBatchGetRequest,
    readListRequest,
    readUpdateRequest,
    readDeleteRequest,
    readListenRequest,
    readBeginRequest,
    (bytes: Uint8Array) => readCreateRequest(bytes, () => "made"),
  ];
  const samples = fc.oneof(
    fc.uint8Array({ maxLength: 120 }),
    fc
      .tuple(queries, fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 3 }))
      .map(([query, changes]) => {
        const bytes = encode("RunQueryRequest", {
          parent: ROOT,
          structuredQuery: protoQuery(query),
        });
        for (const [place, byte] of changes) bytes[place % bytes.length] = byte;
        return bytes;
      }),
  );
  let refused = 0;
  fc.assert(
    fc.property(samples, (bytes) => {
      for (const read of readers) {
        try {
          read(bytes);
        } catch (error) {
          if (!(error instanceof FirestoreError)) throw error;
          refused += 1;
        }
      }
    }),
    { numRuns: 1500 },
  );
  expect(refused).toBeGreaterThan(1000);
});
