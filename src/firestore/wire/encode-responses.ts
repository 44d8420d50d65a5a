import protobuf, { type Writer } from "protobufjs/minimal.js";
import type { Document } from "../data/document.ts";
import { STATUS_NUMBERS, type FirestoreError } from "../data/status.ts";
import type { Timestamp } from "../data/timestamp.ts";
import type { Value } from "../data/value.ts";
import type { WriteResult } from "../data/write.ts";
import {
  encodeDocument,
  encodeDocumentFields,
  encodeElements,
  encodeFields,
  encodeMessage,
  encodeTimestamp,
  encodeValue,
} from "./encode-value.ts";

/** Encoders of google.firestore.v1's responses. `root` is "projects/P/databases/D/documents". */

export const EMPTY = new Uint8Array();

const done = (writer: Writer): Uint8Array => writer.finish();
const create = (): Writer => protobuf.Writer.create();

export function encodeDocumentMessage(root: string, document: Document): Uint8Array {
  const writer = create();
  encodeDocumentFields(writer, root, document);
  return done(writer);
}

export function encodeCommitResponse(
  results: readonly WriteResult[],
  commitTime: Timestamp,
): Uint8Array {
  const writer = create();
  for (const result of results) encodeWriteResult(writer, 1, result);
  encodeTimestamp(writer, 2, commitTime);
  return done(writer);
}

function encodeWriteResult(writer: Writer, field: number, result: WriteResult): void {
  encodeMessage(writer, field, () => {
    if (result.updateTime !== undefined) encodeTimestamp(writer, 1, result.updateTime);
    for (const value of result.transformResults) {
      encodeMessage(writer, 2, () => encodeValue(writer, value));
    }
  });
}

export function encodeBatchWriteResponse(
  results: readonly (WriteResult | FirestoreError)[],
): Uint8Array {
  const writer = create();
  for (const result of results) {
    encodeWriteResult(writer, 1, result instanceof Error ? NO_RESULT : result);
  }
  for (const result of results) {
    encodeMessage(writer, 2, () => {
      if (result instanceof Error) encodeStatusFields(writer, result);
    });
  }
  return done(writer);
}

const NO_RESULT: WriteResult = { updateTime: undefined, transformResults: [] };

/** The fields of a google.rpc.Status. */
export function encodeStatusFields(writer: Writer, { code, message }: FirestoreError): void {
  writer.uint32((1 << 3) | 0).int32(STATUS_NUMBERS[code]);
  if (message !== "") writer.uint32((2 << 3) | 2).string(message);
}

export function encodeWriteResponse(response: {
  readonly streamId: string;
  readonly streamToken: Uint8Array;
  readonly results: readonly WriteResult[];
  readonly commitTime: Timestamp | undefined;
}): Uint8Array {
  const writer = create();
  if (response.streamId !== "") writer.uint32((1 << 3) | 2).string(response.streamId);
  writer.uint32((2 << 3) | 2).bytes(response.streamToken);
  for (const result of response.results) encodeWriteResult(writer, 3, result);
  if (response.commitTime !== undefined) encodeTimestamp(writer, 4, response.commitTime);
  return done(writer);
}

export function encodeBeginResponse(transaction: Uint8Array): Uint8Array {
  return done(
    create()
      .uint32((1 << 3) | 2)
      .bytes(transaction),
  );
}

/** BatchGetDocumentsResponse that only names the transaction which was begun. */
export function encodeBatchGetTransaction(transaction: Uint8Array): Uint8Array {
  return done(
    create()
      .uint32((3 << 3) | 2)
      .bytes(transaction),
  );
}

/** BatchGetDocumentsResponse. */
export function encodeLookup(
  root: string,
  path: string,
  document: Document | undefined,
  readTime: Timestamp,
): Uint8Array {
  const writer = create();
  if (document === undefined) writer.uint32((2 << 3) | 2).string(`${root}/${path}`);
  else encodeDocument(writer, 1, root, document);
  encodeTimestamp(writer, 4, readTime);
  return done(writer);
}

/** ListDocumentsResponse. A document that is missing has a name alone. */
export function encodeListResponse(
  root: string,
  items: readonly { readonly path: string; readonly document: Document | undefined }[],
  nextPageToken: string | undefined,
): Uint8Array {
  const writer = create();
  for (const { path, document } of items) {
    if (document !== undefined) encodeDocument(writer, 1, root, document);
    else {
      encodeMessage(writer, 1, () => void writer.uint32((1 << 3) | 2).string(`${root}/${path}`));
    }
  }
  if (nextPageToken !== undefined) writer.uint32((2 << 3) | 2).string(nextPageToken);
  return done(writer);
}

/** ListCollectionIdsResponse. */
export function encodeCollectionIds(
  ids: readonly string[],
  nextPageToken: string | undefined,
): Uint8Array {
  const writer = create();
  for (const id of ids) writer.uint32((1 << 3) | 2).string(id);
  if (nextPageToken !== undefined) writer.uint32((2 << 3) | 2).string(nextPageToken);
  return done(writer);
}

/** RunQueryResponse; what is undefined is left out. */
export function encodeQueryResponse(
  root: string,
  response: {
    readonly transaction?: Uint8Array | undefined;
    readonly document?: Document | undefined;
    readonly readTime?: Timestamp | undefined;
    readonly skipped?: number | undefined;
    readonly done?: boolean | undefined;
    /** An ExplainMetrics message. */
    readonly explain?: Uint8Array | undefined;
  },
): Uint8Array {
  const writer = create();
  if (response.document !== undefined) encodeDocument(writer, 1, root, response.document);
  if (response.transaction !== undefined) {
    writer.uint32((2 << 3) | 2).bytes(response.transaction);
  }
  if (response.readTime !== undefined) encodeTimestamp(writer, 3, response.readTime);
  if (response.skipped !== undefined && response.skipped > 0) {
    writer.uint32((4 << 3) | 0).int32(response.skipped);
  }
  if (response.done === true) writer.uint32((6 << 3) | 0).bool(true);
  if (response.explain !== undefined) writer.uint32((11 << 3) | 2).bytes(response.explain);
  return done(writer);
}

/** RunAggregationQueryResponse; what is undefined is left out. */
export function encodeAggregationResponse(response: {
  readonly result?: ReadonlyMap<string, Value> | undefined;
  readonly transaction?: Uint8Array | undefined;
  readonly readTime?: Timestamp | undefined;
  /** An ExplainMetrics message. */
  readonly explain?: Uint8Array | undefined;
}): Uint8Array {
  const writer = create();
  const { result, transaction, readTime, explain } = response;
  if (result !== undefined) encodeMessage(writer, 1, () => encodeFields(writer, 2, result));
  if (transaction !== undefined) writer.uint32((2 << 3) | 2).bytes(transaction);
  if (readTime !== undefined) encodeTimestamp(writer, 3, readTime);
  if (explain !== undefined) writer.uint32((10 << 3) | 2).bytes(explain);
  return done(writer);
}

/** PartitionQueryResponse: cursors that stand before their values. */
export function encodePartitions(
  cursors: readonly (readonly Value[])[],
  nextPageToken: string | undefined,
): Uint8Array {
  const writer = create();
  for (const values of cursors) {
    encodeMessage(writer, 1, () => {
      encodeElements(writer, values);
      writer.uint32((2 << 3) | 0).bool(true);
    });
  }
  if (nextPageToken !== undefined) writer.uint32((2 << 3) | 2).string(nextPageToken);
  return done(writer);
}
