import type { IndexDefinition } from "../../firestore/indexes/catalogue.ts";
import type { IndexFile } from "../../firestore/indexes/index-file.ts";

export interface PlacedIndex {
  readonly index: IndexDefinition;
  /** Its place in the file's list. */
  readonly at: number;
}

/** Each composite index once, where it is declared first, and the entries that only say it again. */
export function distinctIndexes({ indexes }: Pick<IndexFile, "indexes">): {
  readonly distinct: readonly PlacedIndex[];
  readonly repeats: readonly PlacedIndex[];
} {
  const seen = new Set<string>();
  const distinct: PlacedIndex[] = [];
  const repeats: PlacedIndex[] = [];
  for (const [at, index] of indexes.entries()) {
    const key = indexKey(index);
    (seen.has(key) ? repeats : distinct).push({ index, at });
    seen.add(key);
  }
  return { distinct, repeats };
}

/** The same for two entries that declare the same index. */
export function indexKey({ collectionGroup, queryScope, fields }: IndexDefinition): string {
  return JSON.stringify([collectionGroup, queryScope, fields]);
}
