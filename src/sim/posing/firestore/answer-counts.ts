import { STATUS_NUMBERS } from "../../../firestore/data/status.ts";
import { ByteReader } from "../../../firestore/wire/byte-reader.ts";
import { messageType } from "../../../firestore/wire/protos.ts";

/** Fields of answers that hold, or stand for, one document read: field number and wire type 2. */
const DOCUMENT_TAGS: Readonly<Record<string, readonly number[]>> = {
  // RunQueryResponse.document
  RunQuery: [tagOf(1)],
  // BatchGetDocumentsResponse.found and .missing: both are billed
  BatchGetDocuments: [tagOf(1), tagOf(2)],
  // ListDocumentsResponse.documents
  ListDocuments: [tagOf(1)],
  // ListenResponse.document_change
  Listen: [tagOf(3)],
  // RunAggregationQueryResponse.result
  RunAggregationQuery: [tagOf(1)],
};

function tagOf(field: number): number {
  return field * 8 + 2;
}

/** How many documents one message of a method's answer has read. */
export function documentsIn(method: string, message: Uint8Array): number {
  if (method === "GetDocument") return 1;
  const tags = DOCUMENT_TAGS[method];
  if (tags === undefined) return 0;
  const reader = new ByteReader(message);
  let documents = 0;
  while (reader.position < reader.limit) {
    const tag = reader.tag();
    if (tags.includes(tag)) documents += 1;
    reader.skip(tag);
  }
  return documents;
}

/** Of a BatchWrite's writes, in order, whether each was applied. */
export function appliedWrites(message: Uint8Array): readonly boolean[] {
  const { status } = messageType("BatchWriteResponse").decode(message) as unknown as {
    readonly status: readonly { readonly code?: number }[];
  };
  return status.map(({ code }) => (code ?? 0) === STATUS_NUMBERS.OK);
}

/** The same of an answer in REST's JSON: one message, or a list of them. */
export function documentsInJson(method: string, answer: unknown): number {
  const messages = Array.isArray(answer) ? answer : [answer];
  let documents = 0;
  for (const message of messages as readonly Readonly<Record<string, unknown>>[]) {
    if (method === "GetDocument") documents += 1;
    else if (method === "RunQuery") documents += "document" in message ? 1 : 0;
    else if (method === "BatchGetDocuments") {
      documents += "found" in message || "missing" in message ? 1 : 0;
    } else if (method === "RunAggregationQuery") documents += "result" in message ? 1 : 0;
    else if (method === "ListDocuments") {
      const { documents: listed } = message;
      documents += Array.isArray(listed) ? listed.length : 0;
    }
  }
  return documents;
}
