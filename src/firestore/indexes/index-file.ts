import { z } from "zod";
import { formatFieldPath, parseFieldPath } from "../data/field-path.ts";
import { FirestoreError } from "../data/status.ts";
import type { IndexDefinition, IndexField, QueryScope } from "./catalogue.ts";
import { JsonFault, readJson, type JsonDocument } from "./json-text.ts";

/** The indexes of one field, in place of the automatic ones. */
export interface FieldOverride {
  readonly collectionGroup: string;
  /** Escaped. "*" stands for all fields of the collection group that have no override of their own. */
  readonly fieldPath: string;
  /** Whether documents expire by this field. */
  readonly ttl: boolean;
  /** Empty: the field is exempt. */
  readonly indexes: readonly SingleFieldIndex[];
}

export type SingleFieldIndex = { readonly queryScope: QueryScope } & (
  | { readonly order: "ASCENDING" | "DESCENDING" }
  | { readonly arrayConfig: "CONTAINS" }
);

/**
 * What a firestore.indexes.json declares, in one form: each scope said, field paths escaped, and a
 * last column `__name__` left out where it says what is so anyway.
 */
export interface IndexFile {
  readonly indexes: readonly IndexDefinition[];
  readonly fieldOverrides: readonly FieldOverride[];
}

/** A fault of an index file: "firestore.indexes.json:12: indexes[3].fields[0]: …". */
interface IndexFileFault {
  readonly line: number;
  readonly message: string;
}

export type ReadIndexFile =
  | { readonly kind: "read"; readonly file: IndexFile; readonly source: JsonDocument }
  | { readonly kind: "faulty"; readonly faults: readonly IndexFileFault[] };

const DEFAULT_SCOPE: QueryScope = "COLLECTION";
const scope = z.enum(["COLLECTION", "COLLECTION_GROUP"]).default(DEFAULT_SCOPE);
const order = z.enum(["ASCENDING", "DESCENDING"]);
const arrayConfig = z.literal("CONTAINS");

const fieldPath = z.string().transform((text, context) => {
  try {
    return formatFieldPath(parseFieldPath(text));
  } catch (error) {
    if (!(error instanceof FirestoreError)) throw error;
    context.addIssue({ code: "custom", message: error.message });
    return z.NEVER;
  }
});

const collectionGroup = z
  .string()
  .regex(/^[^/]+$/, "must be the name of a collection, without a slash");

const columnSchema = z
  .strictObject({
    fieldPath,
    order: order.optional(),
    arrayConfig: arrayConfig.optional(),
    vectorConfig: z
      .strictObject({
        dimension: z.int().min(1).max(2048),
        flat: z.strictObject({}).optional(),
      })
      .optional(),
    /** The format's first version. */
    mode: z.enum(["ASCENDING", "DESCENDING", "ARRAY_CONTAINS"]).optional(),
  })
  .transform((column, context): IndexField => {
    const { mode, vectorConfig: vector } = column;
    const given = [column.order, column.arrayConfig, vector, mode].filter(
      (one) => one !== undefined,
    );
    if (given.length !== 1) {
      const message = `needs one of order, arrayConfig and vectorConfig, has ${given.length}`;
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    }
    const path = column.fieldPath;
    if (vector !== undefined)
      return { fieldPath: path, vectorConfig: { dimension: vector.dimension } };
    if (mode === "ARRAY_CONTAINS" || column.arrayConfig !== undefined) {
      return { fieldPath: path, arrayConfig: "CONTAINS" };
    }
    return { fieldPath: path, order: column.order ?? mode ?? "ASCENDING" };
  });

const compositeSchema = z
  .strictObject({
    collectionGroup: collectionGroup.optional(),
    /** The format's first version. */
    collectionId: collectionGroup.optional(),
    queryScope: scope,
    fields: z.array(columnSchema).min(1),
    apiScope: z.string().optional(),
    density: z.string().optional(),
    multikey: z.boolean().optional(),
    unique: z.boolean().optional(),
  })
  .transform((composite, context): IndexDefinition => {
    const fault = compositeFault(composite.fields);
    const group = composite.collectionGroup ?? composite.collectionId;
    if (fault === undefined && group !== undefined) {
      const { queryScope, fields } = composite;
      return { collectionGroup: group, queryScope, fields: withoutImpliedName(fields) };
    }
    context.addIssue({ code: "custom", message: fault ?? "needs a collectionGroup" });
    return z.NEVER;
  });

const overrideSchema = z
  .strictObject({
    collectionGroup,
    fieldPath: z.union([z.literal("*"), fieldPath]),
    ttl: z.boolean().default(false),
    /** The Firebase tools refuse an override without it (validateField): it may not mean "exempt". */
    indexes: z.array(
      z
        .strictObject({
          queryScope: scope,
          order: order.optional(),
          arrayConfig: arrayConfig.optional(),
          apiScope: z.string().optional(),
          density: z.string().optional(),
          multikey: z.boolean().optional(),
          unique: z.boolean().optional(),
        })
        .transform((index, context): SingleFieldIndex => {
          if ((index.order === undefined) === (index.arrayConfig === undefined)) {
            const message = "needs either order or arrayConfig";
            context.addIssue({ code: "custom", message });
            return z.NEVER;
          }
          const { queryScope } = index;
          if (index.order !== undefined) return { queryScope, order: index.order };
          return { queryScope, arrayConfig: "CONTAINS" };
        }),
    ),
  })
  .transform((override): FieldOverride => override);

/**
 * firestore.indexes.json: https://firebase.google.com/docs/reference/firestore/indexes, and what the
 * Firebase tools 15 read and write beside it (apiScope, density, multikey, unique: Enterprise
 * edition; they change nothing here). Parses to an IndexFile.
 */
const indexFileSchema = z.strictObject({
  $schema: z.string().optional(),
  indexes: z.array(compositeSchema).default([]),
  fieldOverrides: z.array(overrideSchema).default([]),
});

/** Reads the text of a firestore.indexes.json. All its faults are told at once. */
export function readIndexFile(text: string): ReadIndexFile {
  let source: JsonDocument;
  try {
    source = readJson(text);
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    return { kind: "faulty", faults: [{ line: error.line, message: error.message }] };
  }
  const parsed = indexFileSchema.safeParse(source.value);
  if (parsed.success) {
    const { indexes, fieldOverrides } = parsed.data;
    return { kind: "read", file: { indexes, fieldOverrides }, source };
  }
  const faults = parsed.error.issues.map((issue) => ({
    line: source.lineOf(issue.path),
    message: `${pathText(issue.path)}: ${issue.message}`,
  }));
  return { kind: "faulty", faults };
}

function pathText(path: readonly PropertyKey[]): string {
  const text = path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("");
  return text === "" ? "the file" : text.replace(/^\./, "");
}

/** What Firestore would refuse an index for, whatever it is for. */
function compositeFault(fields: readonly IndexField[]): string | undefined {
  const name = fields.findIndex((field) => field.fieldPath === "__name__");
  if (name !== -1 && name !== fields.length - 1) return "__name__ may only be the last field";
  if (fields.filter((field) => "arrayConfig" in field).length > 1) {
    return "at most one field may have an arrayConfig";
  }
  const vectors = fields.filter((field) => "vectorConfig" in field).length;
  if (vectors > 1) return "at most one field may have a vectorConfig";
  // Documents in descending order of name are an index of one column (flutterfire issue 4398).
  if (fields.length < 2 && vectors === 0 && name === -1) {
    return "needs two fields; the index of one field belongs in fieldOverrides";
  }
  return undefined;
}

function withoutImpliedName(fields: readonly IndexField[]): readonly IndexField[] {
  const last = fields.at(-1);
  if (last?.fieldPath !== "__name__" || !("order" in last)) return fields;
  const before = fields.slice(0, -1);
  return last.order === nameDirectionAfter(before) ? before : fields;
}

/**
 * The direction of the `__name__` that ends an index: the last field's, unless it is said
 * (standard-index-overview, "Default ordering and the __name__ field").
 */
export function nameDirectionAfter(fields: readonly IndexField[]): "ASCENDING" | "DESCENDING" {
  const last = fields.at(-1);
  return last !== undefined && "order" in last ? last.order : "ASCENDING";
}
