import type { Document } from "../data/document.ts";
import type { Micros } from "./micros.ts";
import type { Row } from "./row.ts";

/** A document from a commit on, until the next version. */
export interface Version {
  readonly row: Row;
  readonly micros: Micros;
  /** Undefined: there was no document. */
  readonly document: Document | undefined;
  /** Of the document, by Firestore's rules. */
  readonly sizeBytes: number;
  /** Cut off when it is older than the history that is kept. */
  previous: Version | undefined;
}

/** What a commit did to one document. */
export interface Change {
  readonly row: Row;
  readonly before: Document | undefined;
  readonly after: Document | undefined;
}

/** The document as it was at the time. */
export function documentAt(row: Row, micros: Micros): Document | undefined {
  let version: Version | undefined = row.version;
  while (version !== undefined && version.micros > micros) version = version.previous;
  return version?.document;
}
