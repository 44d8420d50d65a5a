import type { DatabaseName } from "../data/document.ts";
import { documentName } from "../data/document-path.ts";
import { FirestoreError } from "../data/status.ts";
import { PRODUCTION_ERRORS } from "../limits/production-errors.ts";

/*
 * What the engine refuses requests with. Where production's words are known they are used, for the
 * rest those of the official emulator (jar of 2025-06, asked over REST).
 */

export function invalid(message: string): FirestoreError {
  return new FirestoreError("INVALID_ARGUMENT", message);
}

/** Production's words (nodejs-firestore issues); the emulator says "entity already exists: …". */
export function alreadyExists(database: DatabaseName, path: string): FirestoreError {
  return new FirestoreError(
    "ALREADY_EXISTS",
    `Document already exists: ${documentName(database, path)}`,
  );
}

/** Production's words; the emulator says "no entity to update: …". */
export function noDocument(database: DatabaseName, path: string): FirestoreError {
  return new FirestoreError("NOT_FOUND", `No document to update: ${documentName(database, path)}`);
}

export function wrongVersion(stored: number, required: number): FirestoreError {
  return new FirestoreError(
    "FAILED_PRECONDITION",
    `the stored version (${stored}) does not match the required base version (${required})`,
  );
}

/** A required update time later than the document's (the emulator's words, with production's name). */
export function versionInFuture(database: DatabaseName, path: string): FirestoreError {
  return invalid(
    `Invalid base version, it is greater than the stored version: ${documentName(database, path)}`,
  );
}

export function readTimeTooOld(): FirestoreError {
  return new FirestoreError("FAILED_PRECONDITION", "The requested 'read_time' is too old.");
}

export function readTimeInFuture(): FirestoreError {
  return invalid("The requested 'read_time' cannot be in the future.");
}

export function readTimeBeforeEpoch(): FirestoreError {
  return invalid("Only timestamps past epoch are supported.");
}

/** Of an ID that this database never gave out. */
export function unknownTransaction(): FirestoreError {
  return invalid("Invalid transaction.");
}

/**
 * Of one that has ended or was too long idle. The server SDKs look for "transaction has expired" in
 * the text and then run the transaction again (@google-cloud/firestore, transaction.js).
 */
export function closedTransaction(): FirestoreError {
  return invalid("The referenced transaction has expired or is no longer valid.");
}

export function readOnlyTransaction(): FirestoreError {
  return invalid("Cannot modify entities in a read-only transaction.");
}

/** Waited for a lock in vain. */
export function tooMuchContention(): FirestoreError {
  return production("too-much-contention");
}

/** Given up so that others may go on. */
export function crossTransactionContention(): FirestoreError {
  return production("cross-transaction-contention");
}

export function cancelled(cause: unknown): FirestoreError {
  return new FirestoreError("CANCELLED", "The operation was cancelled.", { cause });
}

function production(id: keyof typeof PRODUCTION_ERRORS): FirestoreError {
  const { code, text } = PRODUCTION_ERRORS[id];
  return new FirestoreError(code, text);
}
