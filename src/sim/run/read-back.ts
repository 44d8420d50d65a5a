import type { Store } from "../../system/store/store.ts";
import type { DataAudit } from "../verify/data-audit.ts";
import { everyDocument, READ_BACK_COLLECTIONS } from "./every-document.ts";

/** Shows every document of the service to the audit, page by page. */
export async function readBack(
  store: Store,
  audit: DataAudit,
  signal: AbortSignal,
  onProgress: (documents: number) => void,
): Promise<void> {
  let documents = 0;
  for (const collection of READ_BACK_COLLECTIONS) {
    for await (const page of everyDocument(store, collection)) {
      signal.throwIfAborted();
      for (const snapshot of page) audit.see(snapshot);
      documents += page.length;
      onProgress(documents);
    }
  }
  audit.finish();
}
