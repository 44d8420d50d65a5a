import { tenantPath } from "../../system/schema/tenant.ts";
import { userPath } from "../../system/schema/user.ts";
import type { Snapshot, Store } from "../../system/store/store.ts";
import type { Population } from "../population/population.ts";
import type { Target } from "../targets/target.ts";
import type { DataAudit } from "../verify/data-audit.ts";
import { everyDocument, READ_BACK_COLLECTIONS } from "./every-document.ts";
import { inParallel } from "./in-parallel.ts";

interface ReadingBack {
  readonly store: Store;
  readonly target: Pick<Target, "collectionIds">;
  readonly population: Population;
  readonly audit: DataAudit;
  readonly signal: AbortSignal;
  readonly onProgress: (documents: number) => void;
  readonly onDocument?: ((document: Snapshot) => void) | undefined;
}

/** Shows every document of the service to the audit, page by page. */
export async function readBack(reading: ReadingBack): Promise<void> {
  const { store, audit, signal, onProgress, onDocument } = reading;
  let documents = 0;
  for (const collection of [...READ_BACK_COLLECTIONS, ...(await strayCollections(reading))]) {
    for await (const page of everyDocument(store, collection)) {
      signal.throwIfAborted();
      for (const snapshot of page) {
        audit.see(snapshot);
        onDocument?.(snapshot);
      }
      documents += page.length;
      onProgress(documents);
    }
  }
  audit.finish();
}

/** Users and tenants, each, whose collections are listed: a stray write rarely hits just one. */
const LISTED = 50;
const LISTED_IN_PARALLEL = 8;

/** Collections the catalogue does not know, at the root and beneath a sample of documents. */
async function strayCollections({ target, population, signal }: ReadingBack): Promise<string[]> {
  const parents = [
    undefined,
    ...sample(population.users).map(({ uid }) => userPath(uid)),
    ...sample(population.tenants).map(({ tenantId }) => tenantPath(tenantId)),
  ];
  const found = new Set<string>();
  await inParallel(parents, LISTED_IN_PARALLEL, async (parent) => {
    signal.throwIfAborted();
    for (const id of await target.collectionIds(parent)) found.add(id);
  });
  return [...found].filter((id) => !READ_BACK_COLLECTIONS.includes(id)).sort();
}

/** So many, evenly spread. */
function sample<Item>(items: readonly Item[]): readonly Item[] {
  const step = Math.max(1, Math.ceil(items.length / LISTED));
  return items.filter((_, index) => index % step === 0);
}
