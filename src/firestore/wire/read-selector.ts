import type { Timestamp } from "../data/timestamp.ts";
import { readFields, type ByteReader } from "./byte-reader.ts";
import { readTimestamp } from "./read-value.ts";

/** How a request is to see the database. Transactions are bytes on the wire. */
export type Selector =
  | { readonly kind: "latest" }
  | { readonly kind: "read-time"; readonly readTime: Timestamp }
  | { readonly kind: "transaction"; readonly transaction: Uint8Array }
  | { readonly kind: "new-transaction"; readonly options: TransactionOptions };

export type TransactionOptions =
  | {
      readonly kind: "read-write";
      readonly retryOf: Uint8Array | undefined;
      readonly concurrency: "pessimistic" | "optimistic";
    }
  | { readonly kind: "read-only"; readonly readTime: Timestamp | undefined };

export const LATEST: Selector = { kind: "latest" };

/** Numbers of the fields of a consistency_selector, as wire tags. */
export interface SelectorTags {
  readonly transaction: number;
  readonly newTransaction: number;
  readonly readTime: number;
}
const tags = (transaction: number, newTransaction: number, readTime: number): SelectorTags => ({
  transaction: transaction * 8 + 2,
  newTransaction: newTransaction * 8 + 2,
  readTime: readTime * 8 + 2,
});
export const QUERY_SELECTORS = tags(5, 6, 7);
export const AGGREGATION_SELECTORS = tags(4, 5, 6);
export const BATCH_GET_SELECTORS = tags(4, 5, 7);

export function readSelector(
  reader: ByteReader,
  tag: number,
  tags: SelectorTags,
): Selector | undefined {
  switch (tag) {
    case tags.transaction:
      return inTransaction(reader);
    case tags.newTransaction:
      return { kind: "new-transaction", options: readTransactionOptions(reader) };
    case tags.readTime:
      return atTime(reader);
    default:
      return undefined;
  }
}

export function inTransaction(reader: ByteReader): Selector {
  const transaction = reader.blob();
  return transaction.length === 0 ? LATEST : { kind: "transaction", transaction };
}

export function atTime(reader: ByteReader): Selector {
  return { kind: "read-time", readTime: readTimestamp(reader) };
}

/** Server SDKs get pessimistic locks unless they ask otherwise (firestore-facts 1.6). */
export const READ_WRITE: TransactionOptions = {
  kind: "read-write",
  retryOf: undefined,
  concurrency: "pessimistic",
};

export function readTransactionOptions(reader: ByteReader): TransactionOptions {
  let options = READ_WRITE;
  readFields(reader, (tag) => {
    if (tag === ((2 << 3) | 2)) options = readReadOnly(reader);
    else if (tag === ((3 << 3) | 2)) options = readReadWrite(reader);
    else return false;
    return true;
  });
  return options;
}

function readReadOnly(reader: ByteReader): TransactionOptions {
  let readTime: Timestamp | undefined;
  readFields(reader, (tag) => {
    if (tag !== ((2 << 3) | 2)) return false;
    readTime = readTimestamp(reader);
    return true;
  });
  return { kind: "read-only", readTime };
}

function readReadWrite(reader: ByteReader): TransactionOptions {
  let retryOf: Uint8Array | undefined;
  let concurrency: "pessimistic" | "optimistic" = "pessimistic";
  readFields(reader, (tag) => {
    if (tag === ((1 << 3) | 2)) retryOf = reader.blob();
    else if (tag === ((2 << 3) | 0)) {
      concurrency = reader.uint32() === 1 ? "optimistic" : "pessimistic";
    } else return false;
    return true;
  });
  return { kind: "read-write", retryOf: retryOf?.length === 0 ? undefined : retryOf, concurrency };
}
