import type { Rng } from "../../../std/rng.ts";
import type { Admission, Decision } from "../../admission/admission.ts";
import {
  readBatchGetRequest,
  readGetRequest,
  readListRequest,
} from "../../wire/read-document-requests.ts";
import type { GetRequest } from "../../wire/read-document-requests.ts";
import {
  readCreateRequest,
  readDeleteRequest,
  readUpdateRequest,
} from "../../wire/read-document-write-requests.ts";
import type { DocumentWriteRequest } from "../../wire/read-document-write-requests.ts";
import { readAggregationRequest, readQueryRequest } from "../../wire/read-query-requests.ts";
import { readWriteRequest } from "../../wire/read-write-request.ts";

/** Undefined: nothing in the message to decide over. @throws FirestoreError where it is no request */
export type Judge = (
  admission: Admission,
  message: Uint8Array,
  nowMs: number,
) => Decision | undefined;

/** By method. BatchWrite and Listen, whose answers have parts, are judged elsewhere. */
export function createJudges(rng: Rng): ReadonlyMap<string, Judge> {
  return new Map<string, Judge>([
    ["Commit", judgeWrites("commit")],
    ["Write", judgeWrites("write-stream")],
    ["CreateDocument", judgeDocument((bytes) => readCreateRequest(bytes, () => autoId(rng)))],
    ["UpdateDocument", judgeDocument(readUpdateRequest)],
    ["DeleteDocument", judgeDocument(readDeleteRequest)],
    ["RunQuery", judgeQuery],
    ["RunAggregationQuery", judgeAggregation],
    ["BatchGetDocuments", judgeGet(readBatchGetRequest)],
    ["GetDocument", judgeGet(readGetRequest)],
    ["ListDocuments", judgeList],
  ]);
}

const judgeQuery: Judge = (admission, message, nowMs) => {
  const { database, query } = readQueryRequest(message);
  return admission.query({ database, query }, nowMs);
};

const judgeAggregation: Judge = (admission, message, nowMs) => {
  const { database, query, aggregations } = readAggregationRequest(message);
  const aggregated = aggregations.flatMap(({ operator }) =>
    operator.kind === "count" ? [] : [operator.field],
  );
  return admission.query({ database, query, aggregated }, nowMs);
};

const judgeList: Judge = (admission, message, nowMs) => {
  const { database, parent, collectionId } = readListRequest(message);
  const collection = parent === "" ? collectionId : `${parent}/${collectionId}`;
  return admission.read({ database, paths: [collection] }, nowMs);
};

function judgeGet(read: (bytes: Uint8Array) => GetRequest): Judge {
  return (admission, message, nowMs) => {
    const { database, paths } = read(message);
    return admission.read({ database, paths }, nowMs);
  };
}

function judgeWrites(kind: "commit" | "write-stream"): Judge {
  return (admission, message, nowMs) => {
    const { database, writes } = readWriteRequest(kind, message, "encoded");
    // The first message of a Write stream, and a commit that only ends a transaction, write nothing.
    if (database === undefined || writes.length === 0) return undefined;
    return admission.commit({ database, writes, requestBytes: message.length }, nowMs);
  };
}

function judgeDocument(read: (bytes: Uint8Array) => DocumentWriteRequest): Judge {
  return (admission, message, nowMs) => {
    const { database, write } = read(message);
    return admission.commit({ database, writes: [write], requestBytes: message.length }, nowMs);
  };
}

const ID_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const ID_LENGTH = 20;

/** Stands for the ID that the server behind will choose: evenly spread, as all such are. */
function autoId(rng: Rng): string {
  return Array.from({ length: ID_LENGTH }, () =>
    ID_CHARACTERS.charAt(rng.integer(0, ID_CHARACTERS.length - 1)),
  ).join("");
}
