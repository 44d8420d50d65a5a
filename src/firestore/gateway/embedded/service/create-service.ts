import { FirestoreError } from "../../../data/status.ts";
import type { Method, Service } from "../rpc.ts";
import { documentReads } from "./document-reads.ts";
import { documentWrites } from "./document-writes.ts";
import { serveListenStream } from "./listen-stream.ts";
import { queryMethods } from "./query-methods.ts";
import type { ServiceParts } from "./service-parts.ts";
import { writeMethods } from "./write-methods.ts";

/** All methods of google.firestore.v1.Firestore, on an engine behind its limits. */
export function createService(parts: ServiceParts): Service {
  return new Map<string, Method>([
    ...documentReads(parts),
    ...documentWrites(parts),
    ...writeMethods(parts),
    ...queryMethods(parts),
    ["Listen", { kind: "bidi", handle: (stream) => serveListenStream(parts, stream) }],
    ["ExecutePipeline", { kind: "server-stream", handle: refusePipeline }],
  ]);
}

async function* refusePipeline(): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield* [];
  throw new FirestoreError(
    "UNIMPLEMENTED",
    "Pipelines are not served: Plimsoll's engine is Firestore Standard edition, and pipelines are of the Enterprise edition.",
  );
}
