import type { DatabaseName } from "../data/document.ts";
import { FirestoreError } from "../data/status.ts";
import type { Write } from "../data/write.ts";
import { ByteReader, LENGTH_DELIMITED } from "./byte-reader.ts";
import { type FieldsForm, NameReader, readWrite } from "./read-write.ts";
import { parseDatabaseName } from "./resource-name.ts";

/** Where a part of a message lies in its bytes: from `start`, its tag included, up to before `end`. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** What a request that carries writes asks for, whichever of the three it is. */
export interface WriteRequest {
  /** Undefined where the request left it empty and names no document: on a Write stream. */
  readonly database: DatabaseName | undefined;
  readonly writes: readonly Write[];
  /** Of each write. The bytes outside of all of them, put together, are the request without writes. */
  readonly spans: readonly Span[];
  /** Of a commit; undefined: none. */
  readonly transaction: Uint8Array | undefined;
  /** Of a Write stream; "" where there is none. */
  readonly streamId: string;
  /** Of a Write stream; undefined: none. */
  readonly streamToken: Uint8Array | undefined;
}

type Kind = "commit" | "batch-write" | "write-stream";

/** The number of the field that holds the writes. */
const WRITES_FIELD: Readonly<Record<Kind, number>> = {
  commit: 2,
  "batch-write": 2,
  "write-stream": 3,
};

/**
 * Reads a google.firestore.v1.CommitRequest, BatchWriteRequest or (Write stream's) WriteRequest from
 * its bytes, straight into the data model: some microseconds for a write of 14 fields. Fields that
 * are left "encoded" keep the bytes alive, and need a third of the time where nobody looks at them.
 * @throws WireError, or FirestoreError INVALID_ARGUMENT for what the data model cannot hold
 */
export function readWriteRequest(
  kind: Kind,
  bytes: Uint8Array,
  form: FieldsForm = "decoded",
): WriteRequest {
  const reader = new ByteReader(bytes);
  const names = new NameReader();
  const writes: Write[] = [];
  const spans: Span[] = [];
  const rest: Rest = { database: "", transaction: undefined, streamId: "", streamToken: undefined };
  const writesTag = WRITES_FIELD[kind] * 8 + LENGTH_DELIMITED;
  while (reader.position < reader.limit) {
    const start = reader.position;
    const tag = reader.tag();
    if (tag === writesTag) {
      writes.push(readWrite(reader, names, form));
      spans.push({ start, end: reader.position });
    } else readRest(kind, reader, tag, rest);
  }
  const { database, ...others } = rest;
  return { database: databaseOf(kind, database, names), writes, spans, ...others };
}

interface Rest {
  database: string;
  transaction: Uint8Array | undefined;
  streamId: string;
  streamToken: Uint8Array | undefined;
}

function readRest(kind: Kind, reader: ByteReader, tag: number, rest: Rest): void {
  if (tag === ((1 << 3) | 2)) rest.database = reader.string();
  else if (kind === "commit" && tag === ((3 << 3) | 2)) rest.transaction = presentBytes(reader);
  else if (kind === "write-stream" && tag === ((2 << 3) | 2)) rest.streamId = reader.string();
  else if (kind === "write-stream" && tag === ((4 << 3) | 2)) {
    rest.streamToken = presentBytes(reader);
  } else reader.skip(tag);
}

/** In proto3, empty bytes stand for none. */
function presentBytes(reader: ByteReader): Uint8Array | undefined {
  const bytes = reader.blob();
  return bytes.length === 0 ? undefined : bytes;
}

function databaseOf(kind: Kind, name: string, names: NameReader): DatabaseName | undefined {
  if (kind === "write-stream" && name === "") {
    return names.root === undefined
      ? undefined
      : parseDatabaseName(names.root.slice(0, -"/documents/".length));
  }
  const database = parseDatabaseName(name);
  if (names.root !== undefined && names.root !== `${name}/documents/`) {
    throw new FirestoreError(
      "INVALID_ARGUMENT",
      `Documents of "${names.root}" in a request for database "${name}".`,
    );
  }
  return database;
}
