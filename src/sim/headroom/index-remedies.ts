import { indexOf } from "./bound-subject.ts";
import { exemptField, withComposite, withoutComposite, withoutGroupScope } from "./index-edits.ts";
import { sourceOf, type RemedyKind } from "./remedy.ts";

/** A field's own index: exempt it. What asks by it needs a composite with another field before it. */
const EXEMPT_FIELD: RemedyKind = {
  id: "exempt-field",
  lifts: ["sequential-index"],
  propose: ({ subject }) => {
    const index = indexOf(subject ?? "");
    const [column, ...others] = index?.fields ?? [];
    if (index?.queryScope !== "COLLECTION" || column === undefined || others.length > 0) return;
    const { collectionGroup } = index;
    const { fieldPath } = column;
    const entry = JSON.stringify({ collectionGroup, fieldPath, indexes: [] });
    return {
      advice: `Exempt ${collectionGroup}.${fieldPath} from indexing: ${entry} in fieldOverrides of firestore.indexes.json, an empty list and not the indexes it has anyway. Queries by it go through composites with another field before it.`,
      source: sourceOf("sequential-index"),
      change: (situation) => ({
        ...situation,
        indexes: exemptField(situation.indexes, collectionGroup, fieldPath),
      }),
    };
  },
};

/** A field's index over all collections of a name has one tail for all of them. */
const NARROW_SCOPE: RemedyKind = {
  id: "narrow-scope",
  lifts: ["sequential-index"],
  propose: ({ subject }) => {
    const index = indexOf(subject ?? "");
    const [column, ...others] = index?.fields ?? [];
    if (index?.queryScope !== "COLLECTION_GROUP" || column === undefined || others.length > 0) {
      return;
    }
    const { collectionGroup } = index;
    const { fieldPath } = column;
    return {
      advice: `Index ${collectionGroup}.${fieldPath} in the scope of each collection only: a collection group index joins the newest entries of all parents in one tail.`,
      source: sourceOf("sequential-index"),
      change: (situation) => ({
        ...situation,
        indexes: withoutGroupScope(situation.indexes, collectionGroup, fieldPath),
      }),
    };
  },
};

/**
 * A composite that ends in a growing field has one tail for each value of the fields before it. A
 * trial cannot give documents a shard field that the service has not; that no query is left without
 * its index, it can see.
 */
const DROP_COMPOSITE: RemedyKind = {
  id: "shard-or-drop-composite",
  lifts: ["sequential-index"],
  propose: ({ subject }) => {
    const index = indexOf(subject ?? "");
    if (index === undefined || index.fields.length < 2) return;
    const { collectionGroup, fields } = index;
    const columns = fields.map(({ fieldPath }) => fieldPath).join(", ");
    return {
      advice: `Put a shard field before (${columns}) of ${collectionGroup}, each of its values a tail of its own with 500 a second, or drop that index where no query needs it. Tried without the index.`,
      source: sourceOf("sequential-index"),
      change: (situation) => ({
        ...situation,
        indexes: withoutComposite(situation.indexes, index),
      }),
    };
  },
};

const ADD_INDEX: RemedyKind = {
  id: "add-index",
  lifts: ["index-required"],
  propose: ({ indexJson }) =>
    indexJson === null || !indexJson.includes('"fields"')
      ? undefined
      : {
          advice: `Add the index that the queries want: ${indexJson.replaceAll(/\s+/g, " ")}`,
          source: sourceOf("index-required"),
          change: (situation) => ({
            ...situation,
            indexes: withComposite(situation.indexes, indexJson),
          }),
        },
};

export const INDEX_REMEDIES: readonly RemedyKind[] = [
  EXEMPT_FIELD,
  NARROW_SCOPE,
  DROP_COMPOSITE,
  ADD_INDEX,
];
