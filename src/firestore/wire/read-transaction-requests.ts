import type { DatabaseName } from "../data/document.ts";
import { ByteReader, readRemainingFields } from "./byte-reader.ts";
import { READ_WRITE, readTransactionOptions, type TransactionOptions } from "./read-selector.ts";
import { parseDatabaseName } from "./resource-name.ts";

export interface BeginRequest {
  readonly database: DatabaseName;
  readonly options: TransactionOptions;
}

/** BeginTransactionRequest. */
export function readBeginRequest(bytes: Uint8Array): BeginRequest {
  const reader = new ByteReader(bytes);
  let database = "";
  let options: TransactionOptions = READ_WRITE;
  readRemainingFields(reader, (tag) => {
    if (tag === ((1 << 3) | 2)) database = reader.string();
    else if (tag === ((2 << 3) | 2)) options = readTransactionOptions(reader);
    else return false;
    return true;
  });
  return { database: parseDatabaseName(database), options };
}

/** RollbackRequest. */
export function readRollbackRequest(bytes: Uint8Array): {
  readonly database: DatabaseName;
  readonly transaction: Uint8Array;
} {
  const reader = new ByteReader(bytes);
  let database = "";
  let transaction = new Uint8Array();
  readRemainingFields(reader, (tag) => {
    if (tag === ((1 << 3) | 2)) database = reader.string();
    else if (tag === ((2 << 3) | 2)) transaction = new Uint8Array(reader.blob());
    else return false;
    return true;
  });
  return { database: parseDatabaseName(database), transaction };
}
