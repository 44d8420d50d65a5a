import { Client, Metadata, status, type ChannelCredentials } from "@grpc/grpc-js";
import type { Clock } from "../../../std/clock.ts";
import { assert } from "../../../std/assert.ts";

/** Calls that Firestore answers as soon as they have arrived: they take the way there and back. */
export interface EmptyCalls {
  /** Rejects when nothing answers. */
  call(): Promise<void>;
  close(): void;
}

export interface EmptyCallTarget {
  readonly host: string;
  readonly projectId: string;
  readonly databaseId: string;
  readonly credentials: ChannelCredentials;
}

const METHOD = "/google.firestore.v1.Firestore/Rollback";
const DEADLINE_MS = 10_000;

/** Then it was no answer of the database, or none to us. */
const NO_ANSWER: ReadonlySet<status> = new Set([
  status.UNAVAILABLE,
  status.DEADLINE_EXCEEDED,
  status.CANCELLED,
  status.UNAUTHENTICATED,
]);

/** A transaction is rolled back that nobody has begun: there is nothing to look up, and nothing to wait for. */
export function openEmptyCalls(clock: Clock, target: EmptyCallTarget): EmptyCalls {
  const { host, projectId, databaseId, credentials } = target;
  const client = new Client(host.includes(":") ? host : `${host}:443`, credentials);
  const request = rollbackRequest(`projects/${projectId}/databases/${databaseId}`);
  return {
    call: () =>
      new Promise((resolve, reject) => {
        const metadata = new Metadata();
        // https://cloud.google.com/apis/docs/system-parameters: which database a call is for.
        const route = `project_id=${projectId}&database_id=${encodeURIComponent(databaseId)}`;
        metadata.set("x-goog-request-params", route);
        client.makeUnaryRequest(
          METHOD,
          (bytes: Buffer) => bytes,
          (bytes: Buffer) => bytes,
          request,
          metadata,
          { deadline: new Date(clock.wallMs() + DEADLINE_MS) },
          (error) => {
            if (error !== null && NO_ANSWER.has(error.code)) reject(error);
            else resolve();
          },
        );
      }),
    close: () => client.close(),
  };
}

/** google.firestore.v1.RollbackRequest: 1 is the database's name, 2 the transaction. */
function rollbackRequest(database: string): Buffer {
  const name = Buffer.from(database);
  const transaction = Buffer.from("plimsoll");
  assert(name.length < 128, "a database's name is short: its length is one byte here");
  return Buffer.concat([
    Buffer.from([0x0a, name.length]),
    name,
    Buffer.from([0x12, transaction.length]),
    transaction,
  ]);
}
