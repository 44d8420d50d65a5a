import type { FieldPath } from "../data/document.ts";
import { formatFieldPath } from "../data/field-path.ts";
import type { IndexDefinition } from "./catalogue.ts";
import type { FieldOverride, IndexFile, SingleFieldIndex } from "./index-file.ts";

/**
 * What Firestore indexes of every field that no override concerns. A field has those its value's
 * type allows: CONTAINS is for arrays (standard-index-overview, "Automatic index defaults").
 */
const AUTOMATIC_INDEXES: readonly SingleFieldIndex[] = [
  { queryScope: "COLLECTION", order: "ASCENDING" },
  { queryScope: "COLLECTION", order: "DESCENDING" },
  { queryScope: "COLLECTION", arrayConfig: "CONTAINS" },
];

/** What the overrides leave of the automatic indexes, field by field. */
export class SingleFields {
  readonly #overrides: ReadonlyMap<string, FieldOverride>;

  constructor(file: IndexFile) {
    // Of two for the same field the last one counts, as when they are deployed one after the other.
    this.#overrides = new Map(
      file.fieldOverrides.map((one) => [keyOf(one.collectionGroup, one.fieldPath), one]),
    );
  }

  indexesOf(collectionGroup: string, path: FieldPath): readonly SingleFieldIndex[] {
    return this.overrideOf(collectionGroup, path)?.indexes ?? AUTOMATIC_INDEXES;
  }

  /** The same, each as the index it is. */
  rowsOf(collectionGroup: string, path: FieldPath): readonly IndexDefinition[] {
    const fieldPath = formatFieldPath(path);
    return this.indexesOf(collectionGroup, path).map(({ queryScope, ...mode }) => ({
      collectionGroup,
      queryScope,
      fields: [{ fieldPath, ...mode }],
    }));
  }

  /** Whether documents of the collection group expire by this very field. */
  isTtl(collectionGroup: string, fieldPath: string): boolean {
    return this.#overrides.get(keyOf(collectionGroup, fieldPath))?.ttl === true;
  }

  /**
   * The override that decides over a field: its own, else that of the nearest map it lies in, else
   * the one for all fields of the collection group (same page, "Automatic index exemptions").
   */
  overrideOf(collectionGroup: string, path: FieldPath): FieldOverride | undefined {
    for (let length = path.length; length > 0; length -= 1) {
      const field = formatFieldPath(path.slice(0, length));
      const override = this.#overrides.get(keyOf(collectionGroup, field));
      if (override !== undefined) return override;
    }
    return this.#overrides.get(keyOf(collectionGroup, "*"));
  }
}

function keyOf(collectionGroup: string, fieldPath: string): string {
  return `${collectionGroup}/${fieldPath}`;
}
