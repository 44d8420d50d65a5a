import { DOCUMENT_FAMILIES } from "../../system/schema/catalogue.ts";
import type { Snapshot, Store } from "../../system/store/store.ts";

/** Large enough for few round trips, and below the emulator's 4 MiB for an answer's message. */
const PAGE = 1000;

/** The names of all collections the service writes, each once. */
export const READ_BACK_COLLECTIONS: readonly string[] = [
  ...new Set(DOCUMENT_FAMILIES.map(({ pattern }) => pattern.split("/").at(-2) ?? "")),
];

/** All documents of all collections of one name, wherever they lie, in pages. */
export async function* everyDocument(
  store: Store,
  collection: string,
): AsyncGenerator<readonly Snapshot[]> {
  let last: string | undefined;
  for (;;) {
    const page: readonly Snapshot[] = await store.query({
      from: { kind: "collection-group", name: collection },
      orderBy: [{ field: "__name__", direction: "asc" }],
      limit: PAGE,
      ...(last === undefined ? {} : { startAfter: [last] }),
    });
    yield page;
    last = page.at(-1)?.path;
    if (page.length < PAGE || last === undefined) return;
  }
}
