import { STATUS_NUMBERS, FirestoreError } from "../../firestore/data/status.ts";
import { documentsRoot } from "../../firestore/data/document-path.ts";
import type { Document } from "../../firestore/data/document.ts";
import { Timestamp } from "../../firestore/data/timestamp.ts";
import type { ListenEvent } from "../../firestore/engine/engine.ts";
import { toStructuredQuery } from "../audit/store-query.ts";
import type { ListenCall, ListenChannel } from "../drivers/listen-channel.ts";
import { TARGET_ID, type ListenMessage } from "../drivers/trade-view.ts";
import type { InProcessDatabase } from "./in-process-database.ts";

/** Listeners on a database in this process: the engine's events in the messages of a Listen stream. */
export function openInProcessListenChannel(
  database: InProcessDatabase,
  deadlineMs: number,
): ListenChannel {
  return {
    listen: (call) => listen(database, deadlineMs, call),
    close: () => Promise.resolve(),
  };
}

async function listen(
  database: InProcessDatabase,
  deadlineMs: number,
  { query, signal, onMessage }: ListenCall,
): Promise<void> {
  if (signal.aborted) return;
  const structured = toStructuredQuery(query, documentsRoot(database.name));
  try {
    const listening = await database.listen(structured, { deadlineMs, signal }, (event) => {
      for (const message of messagesOf(event)) onMessage(message);
    });
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener("abort", () => resolve(), { once: true });
    });
    listening.stop();
  } catch (error) {
    if (signal.aborted) return;
    throw asGrpcError(error);
  }
}

/** What google.firestore.v1 says of it, in the order of the protocol. */
function messagesOf(event: ListenEvent): readonly ListenMessage[] {
  const { reset, changed, removed, current, readTime } = event;
  const targetIds = [TARGET_ID];
  return [
    ...(reset ? [{ targetChange: { targetChangeType: "RESET", targetIds } }] : []),
    ...changed.map((document) => ({
      documentChange: { document: messageDocument(document), targetIds },
    })),
    ...removed.map(({ path, deleted }) =>
      deleted ? { documentDelete: { document: path } } : { documentRemove: { document: path } },
    ),
    ...(current ? [{ targetChange: { targetChangeType: "CURRENT", targetIds } }] : []),
    { targetChange: { targetChangeType: "NO_CHANGE", targetIds: [], readTime } },
  ];
}

type MessageDocument = NonNullable<ListenMessage["documentChange"]>["document"];

/** The times of a document: a view of trades asks for nothing else. */
function messageDocument({ path, fields }: Document): MessageDocument {
  const times: { [field: string]: { timestampValue: Timestamp } } = {};
  for (const [field, value] of fields) {
    if (value instanceof Timestamp) times[field] = { timestampValue: value };
  }
  return { name: path, fields: times };
}

function asGrpcError(error: unknown): unknown {
  if (!(error instanceof FirestoreError)) return error;
  return Object.assign(new Error(error.message, { cause: error }), {
    code: STATUS_NUMBERS[error.code],
  });
}
