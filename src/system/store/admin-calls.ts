import { encodeQuery, encodeWrite } from "./admin-requests.ts";
import type { Occasion, Transport } from "./admin-transport.ts";
import {
  decodeFields,
  timeMsOf,
  versionOf,
  type WireFields,
  type WireTimestamp,
} from "./admin-values.ts";
import type { CommitResult, Query, Snapshot, Write } from "./store.ts";

/** The transaction a call belongs to; undefined outside of one. */
export type TransactionId = Uint8Array | undefined;

export async function commit(
  transport: Transport,
  writes: readonly Write[],
  transaction?: TransactionId,
): Promise<CommitResult> {
  const occasion = { operation: "commit", path: writes[0]?.path ?? "" };
  const { database, root } = await namesOf(transport, occasion);
  const answer = await transport.unary<{ readonly commitTime?: WireTimestamp | null }>(
    occasion,
    "commit",
    {
      database,
      writes: writes.map((write) => encodeWrite(root, write)),
      ...(transaction && { transaction }),
    },
  );
  return { commitTimeMs: timeMsOf(answer.commitTime) };
}

interface WireDocument {
  readonly name: string;
  readonly fields: WireFields;
  readonly updateTime?: WireTimestamp | null;
}

export async function getDocuments(
  transport: Transport,
  paths: readonly string[],
  transaction?: TransactionId,
): Promise<readonly (Snapshot | undefined)[]> {
  if (paths.length === 0) return [];
  const occasion = { operation: "get", path: paths[0] ?? "" };
  const { database, root } = await namesOf(transport, occasion);
  const answers = await transport.stream<{ readonly found?: WireDocument | null }>(
    occasion,
    "batchGetDocuments",
    {
      database,
      documents: paths.map((path) => `${root}/${path}`),
      ...(transaction && { transaction }),
    },
  );
  const found = new Map(
    answers.flatMap(({ found: document }) =>
      document ? [[document.name, toSnapshot(root, document)]] : [],
    ),
  );
  return paths.map((path) => found.get(`${root}/${path}`));
}

export async function runQuery(
  transport: Transport,
  query: Query,
  transaction?: TransactionId,
): Promise<readonly Snapshot[]> {
  const occasion = queryOccasion(query);
  const { root } = await namesOf(transport, occasion);
  const answers = await transport.stream<{ readonly document?: WireDocument | null }>(
    occasion,
    "runQuery",
    { ...encodeQuery(root, query), ...(transaction && { transaction }) },
  );
  return answers.flatMap(({ document }) => (document ? [toSnapshot(root, document)] : []));
}

function queryOccasion(query: Query): Occasion {
  const path = query.from.kind === "collection" ? query.from.path : `**/${query.from.name}`;
  return { operation: "query", path };
}

async function namesOf(
  transport: Transport,
  occasion: Occasion,
): Promise<{ readonly database: string; readonly root: string }> {
  const database = await transport.databaseName(occasion);
  return { database, root: `${database}/documents` };
}

function toSnapshot(root: string, document: WireDocument): Snapshot {
  const path = document.name.slice(root.length + 1);
  return {
    path,
    data: decodeFields(document.fields, path),
    version: versionOf(document.updateTime),
  };
}
