import { z } from "zod";
import type { IndexField, RequiredIndex } from "./required-index.ts";

const scope = z.enum(["COLLECTION", "COLLECTION_GROUP"]);
const order = z.enum(["ASCENDING", "DESCENDING"]);
const arrayConfig = z.literal("CONTAINS");

const compositeSchema = z.strictObject({
  collectionGroup: z.string().min(1),
  queryScope: scope,
  fields: z
    .array(
      z.union([
        z.strictObject({ fieldPath: z.string().min(1), order }),
        z.strictObject({ fieldPath: z.string().min(1), arrayConfig }),
      ]),
    )
    .min(2),
});

const overrideSchema = z.strictObject({
  collectionGroup: z.string().min(1),
  /** "*" stands for all fields of the collection group that have no override of their own. */
  fieldPath: z.string().min(1),
  ttl: z.boolean().optional(),
  /** Takes the place of the automatic indexes. Empty: the field is exempt. */
  indexes: z.array(
    z.union([
      z.strictObject({ queryScope: scope, order }),
      z.strictObject({ queryScope: scope, arrayConfig }),
    ]),
  ),
});

/**
 * firestore.indexes.json, of which the service uses this much
 * (https://firebase.google.com/docs/reference/firestore/indexes).
 */
export const indexFileSchema = z.strictObject({
  indexes: z.array(compositeSchema),
  fieldOverrides: z.array(overrideSchema),
});
export type IndexFile = z.infer<typeof indexFileSchema>;
export type CompositeIndex = z.infer<typeof compositeSchema>;

/** Whether the indexes that the file declares, and the automatic ones it leaves, hold this one. */
export function isServed(required: RequiredIndex, file: IndexFile): boolean {
  if (required.kind === "composite") {
    return file.indexes.some((composite) => matchesComposite(required, composite));
  }
  return required.fields.every((field) => hasSingleField(required, field, file));
}

/** Whether the composite is this one; the columns of equality may stand in any order. */
export function matchesComposite(required: RequiredIndex, composite: CompositeIndex): boolean {
  const split = required.equalities;
  const own = required.fields.slice(0, split).map(text).toSorted();
  const others = composite.fields.slice(0, split).map(text).toSorted();
  const ownTail = required.fields.slice(split).map(text);
  const otherTail = composite.fields.slice(split).map(text);
  return (
    required.kind === "composite" &&
    composite.collectionGroup === required.collectionGroup &&
    composite.queryScope === required.scope &&
    [...own, ...ownTail].join() === [...others, ...otherTail].join()
  );
}

function hasSingleField(required: RequiredIndex, field: IndexField, file: IndexFile): boolean {
  const override = overrideOf(file, required.collectionGroup, field.fieldPath);
  // Automatic indexes have collection scope only.
  if (override === undefined) return required.scope === "COLLECTION";
  return override.indexes.some(
    ({ queryScope, ...mode }) =>
      queryScope === required.scope &&
      text({ fieldPath: field.fieldPath, ...mode }) === text(field),
  );
}

/** What the file says of a field, itself or through "*". */
export function overrideOf(
  file: IndexFile,
  collectionGroup: string,
  fieldPath: string,
): IndexFile["fieldOverrides"][number] | undefined {
  const ofGroup = file.fieldOverrides.filter((one) => one.collectionGroup === collectionGroup);
  return (
    ofGroup.find((one) => one.fieldPath === fieldPath) ??
    ofGroup.find((one) => one.fieldPath === "*")
  );
}

function text(field: IndexField): string {
  return `${field.fieldPath} ${"order" in field ? field.order : field.arrayConfig}`;
}
