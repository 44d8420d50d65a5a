import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Document } from "../data/document.ts";
import { FirestoreError } from "../data/status.ts";
import { Timestamp } from "../data/timestamp.ts";
import type { WriteResult } from "../data/write.ts";
import { encodeListenResponse, type ListenResponse } from "./encode-listen-response.ts";
import {
  encodeAggregationResponse,
  encodeBatchWriteResponse,
  encodeCommitResponse,
  encodeDocumentMessage,
  encodeListResponse,
  encodeLookup,
  encodePartitions,
  encodeQueryResponse,
} from "./encode-responses.ts";
import { messageType, type MessageName } from "./protos.ts";
import {
  maps,
  paths,
  protoFields,
  protoTimestamp,
  protoValue,
  ROOT,
  timestamps,
  values,
  type ProtoObject,
} from "./wire-samples.fixture.ts";

/** What was sent, as protobufjs shows it; and what it would have sent itself. */
function shown(name: MessageName, bytes: Uint8Array): object {
  const type = messageType(name);
  return type.toObject(type.decode(bytes), { longs: String, oneofs: true, defaults: true });
}
function oracle(name: MessageName, object: ProtoObject): object {
  const type = messageType(name);
  return shown(name, type.encode(type.create(object)).finish());
}

const documents = fc.record({
  path: paths,
  fields: maps,
  createTime: timestamps,
  updateTime: timestamps,
});
const protoDocument = ({ path, fields, createTime, updateTime }: Document) => ({
  name: `${ROOT}/${path}`,
  fields: protoFields(fields),
  createTime: protoTimestamp(createTime),
  updateTime: protoTimestamp(updateTime),
});

describe("responses are written as protobufjs writes them", () => {
  it("documents with every kind of value", () => {
    fc.assert(
      fc.property(documents, (document) => {
        expect(shown("Document", encodeDocumentMessage(ROOT, document))).toEqual(
          oracle("Document", protoDocument(document)),
        );
      }),
      { numRuns: 800 },
    );
  });

  it("results of commits and batches", () => {
    const results = fc.array(
      fc.record({
        updateTime: fc.option(timestamps, { nil: undefined }),
        transformResults: fc.array(values, { maxLength: 3 }),
      }),
      { maxLength: 4 },
    );
    const proto = ({ updateTime, transformResults }: WriteResult) => ({
      ...(updateTime && { updateTime: protoTimestamp(updateTime) }),
      transformResults: transformResults.map(protoValue),
    });
    fc.assert(
      fc.property(results, timestamps, (list, commitTime) => {
        expect(shown("CommitResponse", encodeCommitResponse(list, commitTime))).toEqual(
          oracle("CommitResponse", {
            writeResults: list.map(proto),
            commitTime: protoTimestamp(commitTime),
          }),
        );
        const error = new FirestoreError("ABORTED", "Too much contention.");
        expect(shown("BatchWriteResponse", encodeBatchWriteResponse([error, ...list]))).toEqual(
          oracle("BatchWriteResponse", {
            writeResults: [{}, ...list.map(proto)],
            status: [{ code: 10, message: "Too much contention." }, ...list.map(() => ({}))],
          }),
        );
      }),
    );
  });

  it("what reads found", () => {
    const transaction = new Uint8Array([7, 8]);
    fc.assert(
      fc.property(documents, timestamps, maps, (document, readTime, result) => {
        const { path } = document;
        const time = protoTimestamp(readTime);
        const found = protoDocument(document);
        expect(
          shown("BatchGetDocumentsResponse", encodeLookup(ROOT, path, document, readTime)),
        ).toEqual(
          oracle("BatchGetDocumentsResponse", {
            found,
            readTime: time,
          }),
        );
        expect(
          shown("BatchGetDocumentsResponse", encodeLookup(ROOT, path, undefined, readTime)),
        ).toEqual(
          oracle("BatchGetDocumentsResponse", {
            missing: `${ROOT}/${path}`,
            readTime: time,
          }),
        );
        expect(
          shown(
            "ListDocumentsResponse",
            encodeListResponse(
              ROOT,
              [
                { path, document },
                { path: "a/b", document: undefined },
              ],
              "next",
            ),
          ),
        ).toEqual(
          oracle("ListDocumentsResponse", {
            documents: [found, { name: `${ROOT}/a/b` }],
            nextPageToken: "next",
          }),
        );
        expect(
          shown(
            "RunQueryResponse",
            encodeQueryResponse(ROOT, { transaction, document, readTime, skipped: 3, done: true }),
          ),
        ).toEqual(
          oracle("RunQueryResponse", {
            transaction,
            document: found,
            readTime: time,
            skippedResults: 3,
            done: true,
          }),
        );
        expect(
          shown(
            "RunAggregationQueryResponse",
            encodeAggregationResponse({ result, transaction, readTime }),
          ),
        ).toEqual(
          oracle("RunAggregationQueryResponse", {
            result: { aggregateFields: protoFields(result) },
            transaction,
            readTime: time,
          }),
        );
        expect(
          shown("PartitionQueryResponse", encodePartitions([[...result.values()]], undefined)),
        ).toEqual(
          oracle("PartitionQueryResponse", {
            partitions: [{ values: [...result.values()].map(protoValue), before: true }],
          }),
        );
      }),
      { numRuns: 200 },
    );
  });

  const readTime = new Timestamp(5, 6);
  const resumeToken = new Uint8Array([1, 2]);
  const document = { path: "a/b", fields: new Map(), createTime: readTime, updateTime: readTime };
  const cause = new FirestoreError("NOT_FOUND", "gone");
  const time = protoTimestamp(readTime);
  const cases: readonly [ListenResponse, ProtoObject][] = [
    [
      { kind: "add", targetIds: [1, 300] },
      { targetChange: { targetChangeType: 1, targetIds: [1, 300] } },
    ],
    [
      { kind: "remove", targetIds: [-2], cause },
      {
        targetChange: { targetChangeType: 2, targetIds: [-2], cause: { code: 5, message: "gone" } },
      },
    ],
    [
      { kind: "current", targetIds: [1], resumeToken, readTime },
      { targetChange: { targetChangeType: 3, targetIds: [1], resumeToken, readTime: time } },
    ],
    [{ kind: "reset", targetIds: [1] }, { targetChange: { targetChangeType: 4, targetIds: [1] } }],
    [
      { kind: "no-change", targetIds: [], resumeToken, readTime },
      { targetChange: { resumeToken, readTime: time } },
    ],
    [
      { kind: "document-change", document, targetIds: [1], removedTargetIds: [2] },
      {
        documentChange: {
          document: protoDocument(document),
          targetIds: [1],
          removedTargetIds: [2],
        },
      },
    ],
    [
      { kind: "document-delete", path: "a/b", removedTargetIds: [1], readTime },
      { documentDelete: { document: `${ROOT}/a/b`, removedTargetIds: [1], readTime: time } },
    ],
    [
      { kind: "document-remove", path: "a/b", removedTargetIds: [1], readTime },
      { documentRemove: { document: `${ROOT}/a/b`, removedTargetIds: [1], readTime: time } },
    ],
    [{ kind: "filter", targetId: 1, count: 9 }, { filter: { targetId: 1, count: 9 } }],
  ];
  it.each(cases)("Listen: $kind", (response, object) => {
    expect(shown("ListenResponse", encodeListenResponse(ROOT, response))).toEqual(
      oracle("ListenResponse", object),
    );
  });
});
