import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FirestoreError } from "../../data/status.ts";
import { encodeDocumentMessage } from "../encode-responses.ts";
import { messageType, type MessageName } from "../protos.ts";
import { readWriteRequest } from "../read-write-request.ts";
import { maps, ROOT, timestamps } from "../wire-samples.fixture.ts";
import { messageFromJson, messageToJson } from "./json-codec.ts";
import { transcode } from "./transcode.ts";

const DATABASE = "projects/p1/databases/(default)";
const BASE = `/v1/${ROOT}`;

/** The method and its request, as protobufjs reads the bytes. */
function called(httpMethod: string, url: string, body?: unknown) {
  const transcoded = transcode({
    httpMethod,
    url,
    body: body === undefined ? "" : JSON.stringify(body),
  });
  if (transcoded === undefined) return undefined;
  const type = messageType(requestName(transcoded.rpc));
  const message = type.toObject(type.decode(transcoded.bytes), {
    longs: String,
    enums: String,
    bytes: String,
  });
  return [transcoded.rpc, message];
}

function requestName(rpc: string): MessageName {
  return `${rpc}Request` as MessageName;
}

describe("transcode", () => {
  it.each([
    ["GET", `${BASE}/c/d`, undefined, "GetDocument", { name: `${ROOT}/c/d` }],
    ["GET", `${BASE}/c/d/e/f`, undefined, "GetDocument", { name: `${ROOT}/c/d/e/f` }],
    [
      "GET",
      `${BASE}/c/d?mask.fieldPaths=a&mask.field_paths=b.c`,
      undefined,
      "GetDocument",
      { name: `${ROOT}/c/d`, mask: { fieldPaths: ["b.c"] } },
    ],
    [
      "GET",
      `${BASE}/c/d?mask.fieldPaths=a&mask.fieldPaths=b.c&transaction=AQI%3D`,
      undefined,
      "GetDocument",
      { name: `${ROOT}/c/d`, mask: { fieldPaths: ["a", "b.c"] }, transaction: "AQI=" },
    ],
    [
      "GET",
      `${BASE}/c/d?readTime=2020-01-01T00:00:00.5Z`,
      undefined,
      "GetDocument",
      { name: `${ROOT}/c/d`, readTime: { seconds: "1577836800", nanos: 500_000_000 } },
    ],
    ["GET", `${BASE}/%C3%BC%20x/a%3Ab`, undefined, "GetDocument", { name: `${ROOT}/ü x/a:b` }],
    [
      "GET",
      `${BASE}/c/d?$alt=json&alt=json&key=K&$httpHeaders=Authorization:Bearer%20x%0D%0A&prettyPrint=false`,
      undefined,
      "GetDocument",
      { name: `${ROOT}/c/d` },
    ],
    ["GET", `${BASE}/c`, undefined, "ListDocuments", { parent: ROOT, collectionId: "c" }],
    [
      "GET",
      `${BASE}/c/d/e?pageSize=5&pageToken=t&orderBy=a%20desc&showMissing=true`,
      undefined,
      "ListDocuments",
      {
        parent: `${ROOT}/c/d`,
        collectionId: "e",
        pageSize: 5,
        pageToken: "t",
        orderBy: "a desc",
        showMissing: true,
      },
    ],
    [
      "POST",
      `${BASE}/c?documentId=x`,
      { fields: { n: { integerValue: "9007199254740993" } } },
      "CreateDocument",
      {
        parent: ROOT,
        collectionId: "c",
        documentId: "x",
        document: { fields: { n: { integerValue: "9007199254740993" } } },
      },
    ],
    [
      "POST",
      `${BASE}/c/d/e`,
      {},
      "CreateDocument",
      { parent: `${ROOT}/c/d`, collectionId: "e", document: {} },
    ],
    [
      "PATCH",
      `${BASE}/c/d?updateMask.fieldPaths=a&updateMask.fieldPaths=%60b%20c%60&currentDocument.exists=true`,
      { fields: {} },
      "UpdateDocument",
      {
        document: { name: `${ROOT}/c/d` },
        updateMask: { fieldPaths: ["a", "`b c`"] },
        currentDocument: { exists: true },
      },
    ],
    [
      "DELETE",
      `${BASE}/c/d?currentDocument.updateTime=2020-01-01T00:00:00Z`,
      undefined,
      "DeleteDocument",
      { name: `${ROOT}/c/d`, currentDocument: { updateTime: { seconds: "1577836800" } } },
    ],
    [
      "POST",
      `${BASE}:commit`,
      { writes: [{ delete: `${ROOT}/c/d` }, { verify: `${ROOT}/c/e` }] },
      "Commit",
      { database: DATABASE, writes: [{ delete: `${ROOT}/c/d` }, { verify: `${ROOT}/c/e` }] },
    ],
    ["POST", `${BASE}:commit`, undefined, "Commit", { database: DATABASE }],
    [
      "POST",
      `${BASE}:batchGet`,
      { documents: ["x"], new_transaction: { read_only: {} } },
      "BatchGetDocuments",
      { database: DATABASE, documents: ["x"], newTransaction: { readOnly: {} } },
    ],
    [
      "POST",
      `${BASE}:beginTransaction`,
      { options: { readWrite: { retryTransaction: "AQI=" } } },
      "BeginTransaction",
      { database: DATABASE, options: { readWrite: { retryTransaction: "AQI=" } } },
    ],
    [
      "POST",
      `${BASE}:rollback`,
      { transaction: "AQI=" },
      "Rollback",
      { database: DATABASE, transaction: "AQI=" },
    ],
    [
      "POST",
      `${BASE}:batchWrite`,
      { writes: [], labels: { a: "b" } },
      "BatchWrite",
      { database: DATABASE, labels: { a: "b" } },
    ],
    [
      "POST",
      `${BASE}:runQuery`,
      { structuredQuery: { from: [{ collectionId: "c" }], limit: 5 } },
      "RunQuery",
      { parent: ROOT, structuredQuery: { from: [{ collectionId: "c" }], limit: { value: 5 } } },
    ],
    ["POST", `${BASE}/c/d:runQuery`, {}, "RunQuery", { parent: `${ROOT}/c/d` }],
    [
      "POST",
      `${BASE}/c/d:runAggregationQuery`,
      {},
      "RunAggregationQuery",
      { parent: `${ROOT}/c/d` },
    ],
    [
      "POST",
      `${BASE}:partitionQuery`,
      { partitionCount: "3" },
      "PartitionQuery",
      { parent: ROOT, partitionCount: "3" },
    ],
    [
      "POST",
      `${BASE}:listCollectionIds`,
      { pageSize: 3 },
      "ListCollectionIds",
      { parent: ROOT, pageSize: 3 },
    ],
    [
      "POST",
      `${BASE}/c/d:listCollectionIds`,
      undefined,
      "ListCollectionIds",
      { parent: `${ROOT}/c/d` },
    ],
  ])("%s %s", (httpMethod, url, body, rpc, message) => {
    // Where one parameter is spelled in two ways, the last spelling stands.
    expect(called(httpMethod, url, body)).toEqual([rpc, message]);
  });

  it.each([
    ["GET", "/"],
    ["GET", "/v1/projects/p1"],
    ["PUT", `${BASE}/c/d`],
    ["POST", `${BASE}:nothing`],
    ["POST", `${BASE}:write`],
    ["POST", `${BASE}:listen`],
    ["DELETE", `/v2/${ROOT}/c/d`],
  ])("finds no method for %s %s", (httpMethod, url) => {
    expect(called(httpMethod, url)).toBeUndefined();
  });

  it.each([
    [
      "a parameter that no field has",
      "GET",
      `${BASE}/c/d?bogus=1`,
      undefined,
      /Unknown name "bogus": Cannot bind query parameter/,
    ],
    ["a parameter within a scalar", "GET", `${BASE}/c/d?name.x=1`, undefined, /Cannot bind/],
    ["a flag that is none", "GET", `${BASE}/c?showMissing=maybe`, undefined, /TYPE_BOOL/],
    [
      "an integer that is none",
      "POST",
      `${BASE}:runQuery`,
      { structuredQuery: { offset: "1x" } },
      /"1x"/,
    ],
    [
      "an integer out of range",
      "POST",
      `${BASE}:runQuery`,
      { structuredQuery: { offset: "2147483648" } },
      /"2147483648"/,
    ],
    [
      "an integer with a fraction",
      "POST",
      `${BASE}:runQuery`,
      { structuredQuery: { offset: 1.5 } },
      /1\.5/,
    ],
    [
      "an enum that is none",
      "POST",
      `${BASE}:runQuery`,
      { structuredQuery: { orderBy: [{ direction: "SIDEWAYS" }] } },
      /SIDEWAYS/,
    ],
    ["a number that is none", "GET", `${BASE}/c?pageSize=x`, undefined, /Invalid JSON payload/],
    [
      "a field that is none",
      "POST",
      `${BASE}:commit`,
      { wrotes: [] },
      /Unknown name "wrotes" in CommitRequest/,
    ],
    [
      "a field of a field that is none",
      "POST",
      `${BASE}:commit`,
      { writes: [{ update: { nome: "x" } }] },
      /Unknown name "nome" in Document/,
    ],
    [
      "an object for an array",
      "POST",
      `${BASE}:commit`,
      { writes: {} },
      /"writes" must be an array/,
    ],
    [
      "a timestamp that is none",
      "POST",
      `${BASE}:commit`,
      { writes: [{ currentDocument: { updateTime: "2020-13-01T00:00:00Z" } }] },
      /Illegal timestamp/,
    ],
    [
      "a timestamp without zone",
      "POST",
      `${BASE}:commit`,
      { writes: [{ currentDocument: { updateTime: "2020-01-01T00:00:00" } }] },
      /Illegal timestamp/,
    ],
    [
      "a number for a string",
      "POST",
      `${BASE}:commit`,
      { writes: [{ delete: 5 }] },
      /Invalid JSON payload/,
    ],
  ])("refuses %s", (_, httpMethod, url, body, message) => {
    expect(() => called(httpMethod, url, body)).toThrow(message);
    expect(() => called(httpMethod, url, body)).toThrow(FirestoreError);
  });

  it("keeps the fraction of a timestamp with an offset, which the library loses", () => {
    const updateTime = "2020-01-01T02:00:00.123456789+02:00";
    expect(
      called("POST", `${BASE}:commit`, { writes: [{ currentDocument: { updateTime } }] }),
    ).toEqual([
      "Commit",
      {
        database: DATABASE,
        writes: [
          { currentDocument: { updateTime: { seconds: "1577836800", nanos: 123_456_789 } } },
        ],
      },
    ]);
  });

  it("answers with enums as names, or as numbers where asked", () => {
    const request = (query: string) =>
      transcode({ httpMethod: "POST", url: `${BASE}:commit${query}`, body: "" });
    expect(request("")?.streams).toBe(false);
    expect(transcode({ httpMethod: "POST", url: `${BASE}:runQuery`, body: "{}" })?.streams).toBe(
      true,
    );
    const response = messageType("Value").encode({ nullValue: 0 }).finish();
    expect(messageToJson(messageType("Value"), response, true)).toEqual({ nullValue: null });
  });
});

/** protobufjs leaves a field of this name out, at any depth. */
function namesPrototype(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(namesPrototype);
  if (!(value instanceof Map)) return false;
  return [...value].some(([name, inner]) => name === "__proto__" || namesPrototype(inner));
}

describe("values as JSON", () => {
  it("come back as they were written, of every kind", () => {
    fc.assert(
      fc.property(maps, timestamps, (fields, time) => {
        fc.pre(!namesPrototype(fields));
        const document = { path: "a/b", fields, createTime: time, updateTime: time };
        const type = messageType("Document");
        const json = JSON.stringify(
          messageToJson(type, encodeDocumentMessage(ROOT, document), false),
        );
        const { name, fields: again } = JSON.parse(json) as { name: string; fields?: object };
        const commit = messageFromJson(messageType("CommitRequest"), {
          database: DATABASE,
          writes: [{ update: { name, fields: again ?? {} } }],
        });
        const [write] = readWriteRequest("commit", commit).writes;
        // JSON has no minus zero; production's answers have none either.
        expect(withoutMinusZero(write)).toEqual(
          withoutMinusZero({
            kind: "update",
            path: "a/b",
            fields,
            mask: undefined,
            transforms: [],
            precondition: undefined,
          }),
        );
      }),
      { numRuns: 400 },
    );
  });
});

function withoutMinusZero(value: unknown): unknown {
  if (typeof value === "number") return value === 0 ? 0 : value;
  if (Array.isArray(value)) return value.map(withoutMinusZero);
  if (value instanceof Map)
    return new Map([...value].map(([key, inner]) => [key, withoutMinusZero(inner)]));
  if (value instanceof Uint8Array || value === null || typeof value !== "object") return value;
  return Object.assign(
    Object.create(Object.getPrototypeOf(value) as object | null) as object,
    Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutMinusZero(inner)])),
  );
}
