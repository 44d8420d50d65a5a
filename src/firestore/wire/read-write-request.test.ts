import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FirestoreError } from "../data/status.ts";
import type { Write } from "../data/write.ts";
import { messageType } from "./protos.ts";
import { readWriteRequest } from "./read-write-request.ts";
import { protoWrite, ROOT, writes, type ProtoObject } from "./wire-samples.fixture.ts";
import { WireError } from "./wire-error.ts";

const DATABASE = "projects/p1/databases/(default)";
const database = { projectId: "p1", databaseId: "(default)" };

function encode(name: "CommitRequest" | "BatchWriteRequest" | "WriteRequest", object: ProtoObject) {
  const type = messageType(name);
  // `create` keeps own properties as they are; `fromObject` would lose a field named "__proto__".
  return type.encode(type.create(object)).finish();
}

const commit = (list: readonly Write[], rest: ProtoObject = {}): Uint8Array =>
  encode("CommitRequest", { database: DATABASE, writes: list.map(protoWrite), ...rest });

describe("readWriteRequest", () => {
  it("reads every write as protobufjs wrote it", () => {
    fc.assert(
      fc.property(fc.array(writes, { maxLength: 5 }), (list) => {
        const read = readWriteRequest("commit", commit(list));
        expect(read.writes).toEqual(list);
        expect(read.database).toEqual(database);
      }),
      { numRuns: 1500 },
    );
  });

  it("says where each write lies, so that a subset can be sent on", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(writes, fc.boolean()), { maxLength: 6 }), (chosen) => {
        const bytes = encode("BatchWriteRequest", {
          database: DATABASE,
          writes: chosen.map(([write]) => protoWrite(write)),
          labels: { a: "b" },
        });
        const { spans } = readWriteRequest("batch-write", bytes);
        const left = spans.filter((_, index) => chosen[index]?.[1] === false);
        const parts: Uint8Array[] = [];
        let from = 0;
        for (const { start, end } of left) {
          parts.push(bytes.subarray(from, start));
          from = end;
        }
        const subset = readWriteRequest(
          "batch-write",
          Buffer.concat([...parts, bytes.subarray(from)]),
        );
        expect(subset.writes).toEqual(chosen.filter(([, keep]) => keep).map(([write]) => write));
        expect(subset.database).toEqual(database);
      }),
      { numRuns: 300 },
    );
  });

  it("reads a commit's transaction, and a Write stream's ID and token", () => {
    const transaction = new Uint8Array([1, 2, 255]);
    expect(readWriteRequest("commit", commit([], { transaction })).transaction).toEqual(
      transaction,
    );
    expect(readWriteRequest("commit", commit([])).transaction).toBeUndefined();
    const stream = encode("WriteRequest", { streamId: "s", streamToken: transaction });
    expect(readWriteRequest("write-stream", stream)).toEqual({
      database: undefined,
      writes: [],
      spans: [],
      transaction: undefined,
      streamId: "s",
      streamToken: transaction,
    });
  });

  it("passes over fields it does not know, of every wire type, wherever they stand", () => {
    const known = commit([{ kind: "delete", path: "a/b" }]);
    const unknown = Buffer.from(
      [
        [0xf8, 0x07, 0xff, 0x01], // field 127, varint
        [0xf9, 0x07, 1, 2, 3, 4, 5, 6, 7, 8], // fixed64
        [0xfa, 0x07, 2, 9, 9], // length-delimited
        [0xfb, 0x07, 0x08, 0x01, 0xfb, 0x07, 0xfc, 0x07, 0xfc, 0x07], // groups in each other
        [0xfd, 0x07, 1, 2, 3, 4], // fixed32
      ].flat(),
    );
    for (const bytes of [Buffer.concat([unknown, known]), Buffer.concat([known, unknown])]) {
      expect(readWriteRequest("commit", bytes).writes).toMatchObject([{ path: "a/b" }]);
    }
  });

  it("throws at every place where a message may be cut short, and never anything but its errors", () => {
    const whole = commit([
      {
        kind: "update",
        path: "a/b",
        fields: new Map([["list", [1n, "two", 3.5]]]),
        mask: [["list"]],
        transforms: [{ field: ["t"], kind: "server-timestamp" }],
      },
    ]);
    const outcome = (length: number) => {
      try {
        return readWriteRequest("commit", whole.subarray(0, length)).writes.length;
      } catch (error) {
        return error instanceof WireError ? "refused" : error;
      }
    };
    const lengths = Array.from({ length: whole.length - 1 }, (_, index) => index + 1);
    // After the database's field the message is whole, and has no write.
    const wholeAt = DATABASE.length + 2;
    expect(lengths.map(outcome)).toEqual(
      lengths.map((length) => (length === wholeAt ? 0 : "refused")),
    );
  });

  it("survives random bytes, and random changes of good ones, with errors of its own kind", () => {
    let refused = 0;
    const attempt = (bytes: Uint8Array) => {
      for (const kind of ["commit", "batch-write", "write-stream"] as const) {
        try {
          readWriteRequest(kind, bytes);
        } catch (error) {
          if (!(error instanceof FirestoreError)) throw error;
          refused += 1;
        }
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), attempt), { numRuns: 3000 });
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(fc.array(writes, { maxLength: 3 }), changes, (list, places) => {
        const bytes = commit(list);
        for (const [place, byte] of places) bytes[place % bytes.length] = byte;
        attempt(bytes);
      }),
      { numRuns: 2000 },
    );
    expect(refused).toBeGreaterThan(1000);
  });

  it("does not go deeper than its stack: values nested without end are refused", () => {
    let value: Buffer = Buffer.from([0x08, 0x01]);
    const wrap = (tag: number, inner: Buffer): Buffer =>
      Buffer.concat([Buffer.from([tag, ...varint(inner.length)]), inner]);
    for (let depth = 0; depth < 5000; depth += 1) value = wrap(0x4a, wrap(0x0a, value));
    const field = wrap(0x12, Buffer.concat([wrap(0x0a, Buffer.from("f")), wrap(0x12, value)]));
    const name = wrap(0x0a, Buffer.from(`${ROOT}/a/b`));
    const request = wrap(0x12, wrap(0x0a, Buffer.concat([name, field])));
    expect(() => readWriteRequest("commit", request)).toThrow(/nested more than/);
    const group = Buffer.alloc(50_000, 0x7b);
    expect(() => readWriteRequest("commit", group)).toThrow(WireError);
  });

  it.each([
    ["a database that is none", { database: "foo" }, /lacks "projects"/],
    [
      "documents of another database",
      { writes: [{ delete: "projects/x/databases/y/documents/a/b" }] },
      /in a request for database/,
    ],
    [
      "documents of two databases",
      { writes: [{ delete: `${ROOT}/a/b` }, { delete: "projects/x/databases/y/documents/a/b" }] },
      /more than one database/,
    ],
    ["a collection's path", { writes: [{ delete: `${ROOT}/a/b/c` }] }, /lacks "\/"/],
    ["an empty segment", { writes: [{ delete: `${ROOT}/a//b/c` }] }, /lacks/],
    ["no operation", { writes: [{ currentDocument: { exists: true } }] }, /empty write operation/],
    [
      "a value of no kind",
      { writes: [{ update: { name: `${ROOT}/a/b`, fields: { x: {} } } }] },
      /type unset/,
    ],
    [
      "a pipeline's value",
      {
        writes: [{ update: { name: `${ROOT}/a/b`, fields: { x: { fieldReferenceValue: "q" } } } }],
      },
      /FIELD_REFERENCE_VALUE/,
    ],
    [
      "a mask of a delete",
      { writes: [{ delete: `${ROOT}/a/b`, updateMask: { fieldPaths: ["x"] } }] },
      /must not specify a document mask/,
    ],
    [
      "a path that is none",
      { writes: [{ update: { name: `${ROOT}/a/b` }, updateMask: { fieldPaths: ["a..b"] } }] },
      /Invalid property path "a\.\.b"/,
    ],
    [
      "no transforms",
      { writes: [{ transform: { document: `${ROOT}/a/b` } }] },
      /must not be empty/,
    ],
    [
      "a transform of no kind",
      {
        writes: [{ transform: { document: `${ROOT}/a/b`, fieldTransforms: [{ fieldPath: "x" }] } }],
      },
      /Operation type must be specified/,
    ],
    [
      "a second out of range",
      {
        writes: [
          { update: { name: `${ROOT}/a/b`, fields: { x: { timestampValue: { seconds: 1e15 } } } } },
        ],
      },
      /seconds exceeds limit/,
    ],
  ])("refuses %s, in the emulator's words where it has any", (_, object, message) => {
    const bytes = encode("CommitRequest", { database: DATABASE, ...object });
    expect(() => readWriteRequest("commit", bytes)).toThrow(message);
    expect(() => readWriteRequest("commit", bytes)).toThrow(FirestoreError);
  });

  it("copies bytes, so that a kept value does not keep its request", () => {
    const fields = new Map([["x", new Uint8Array([1, 2, 3])]]);
    const bytes = commit([{ kind: "update", path: "a/b", fields, transforms: [] }]);
    const [write] = readWriteRequest("commit", bytes).writes;
    bytes.fill(0);
    expect(write).toMatchObject({ fields });
  });
});

function varint(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 0x80; left = Math.floor(left / 128)) bytes.push((left % 128) + 128);
  return [...bytes, left];
}
