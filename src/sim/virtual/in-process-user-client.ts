import { documentsRoot } from "../../firestore/data/document-path.ts";
import { StoreError } from "../../system/store/store.ts";
import { toStructuredQuery } from "../audit/store-query.ts";
import { queryPlace } from "../drivers/query-place.ts";
import type { UserClient } from "../drivers/user-client.ts";
import { toSnapshot } from "./engine-values.ts";
import { requestBytesOf, toEngineWrite } from "./engine-writes.ts";
import type { InProcessDatabase } from "./in-process-database.ts";
import { toStoreError } from "./in-process-store.ts";

/**
 * A user's app on a database in this process. Rules are not evaluated, as on the embedded engine;
 * apps share no connections, so none waits for another's.
 */
export function createInProcessUserClient(
  database: InProcessDatabase,
  deadlineMs: number,
): UserClient {
  const root = documentsRoot(database.name);
  const call = async <T>(
    operation: string,
    path: string,
    signal: AbortSignal | undefined,
    work: () => Promise<T>,
  ): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (signal?.aborted === true && error === signal.reason) {
        throw new StoreError("CANCELLED", operation, path, "cancelled by the caller");
      }
      throw toStoreError(error, operation, path);
    }
  };
  return {
    query: (_user, query, signal) => {
      const path = queryPlace(query);
      return call("query", path, signal, async () => {
        const structured = toStructuredQuery(query, root);
        return (await database.query(structured, { deadlineMs, signal })).map(toSnapshot);
      });
    },
    get: (_user, path, signal) =>
      call("get", path, signal, async () => {
        const [found] = await database.get([path], { deadlineMs, signal });
        return found?.document && toSnapshot(found.document);
      }),
    create: (_user, write, signal) =>
      call("create", write.path, signal, async () => {
        const writes = [toEngineWrite(write)];
        const commit = { writes, requestBytes: requestBytesOf(root, writes) };
        await database.commit(commit, { deadlineMs, signal });
      }),
    close: () => undefined,
  };
}
