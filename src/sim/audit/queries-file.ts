import { z } from "zod";
import { parseFieldPath } from "../../firestore/data/field-path.ts";
import type { Filter, StructuredQuery } from "../../firestore/data/query.ts";
import { FirestoreError } from "../../firestore/data/status.ts";
import { JsonFault, readJson, type JsonDocument } from "../../firestore/indexes/json-text.ts";
import type { KnownQuery } from "./known-query.ts";

const fieldPath = z.string().transform((text, context) => {
  try {
    return parseFieldPath(text);
  } catch (error) {
    if (!(error instanceof FirestoreError)) throw error;
    context.addIssue({ code: "custom", message: error.message });
    return z.NEVER;
  }
});

const OPERATORS = [
  "==",
  "!=",
  "<",
  "<=",
  ">",
  ">=",
  "in",
  "not-in",
  "array-contains",
  "array-contains-any",
] as const;

/** ["status", "==", "OPEN"]: the value is for the reader. */
const comparison = z
  .union([
    z.tuple([fieldPath, z.enum(OPERATORS)]),
    z.tuple([fieldPath, z.enum(OPERATORS), z.json()]),
  ])
  .transform(([field, operator, value]): Filter => {
    return { kind: "field", field, operator, value: typeof value === "string" ? value : 1n };
  });

const filter: z.ZodType<Filter> = z.lazy(() =>
  z.union(
    [
      comparison,
      z.strictObject({ or: z.array(filter).min(1) }).transform(({ or }): Filter => {
        return { kind: "or", filters: or };
      }),
      z.strictObject({ and: z.array(filter).min(1) }).transform(({ and }): Filter => {
        return { kind: "and", filters: and };
      }),
    ],
    `must be [field, operator], [field, operator, value], {"or": […]} or {"and": […]}; operators: ${OPERATORS.join(" ")}`,
  ),
);

/** "created_at" or "created_at desc" */
const order = z
  .string()
  .regex(/^\S+(?: (?:asc|desc))?$/, 'must be a field, or a field and "asc" or "desc"')
  .transform((text) => text.split(" "))
  .pipe(z.tuple([fieldPath]).rest(z.string()))
  .transform(([field, direction]) => ({
    field,
    direction: direction === "desc" ? ("descending" as const) : ("ascending" as const),
  }));

const querySchema = z
  .strictObject({
    name: z.string().min(1),
    /** A path; IDs in it may be {names}. */
    collection: z
      .string()
      .regex(/^[^/]+(?:\/[^/]+\/[^/]+)*$/, "must be the path of a collection: users/{uid}/trades")
      .optional(),
    collectionGroup: z
      .string()
      .regex(/^[^/]+$/, "must be one name, without a slash")
      .optional(),
    where: z.array(filter).default([]),
    orderBy: z.array(order).default([]),
    limit: z.int().positive().optional(),
    /** Fields that a sum or an average is taken of. */
    aggregate: z.array(fieldPath).default([]),
  })
  .refine(
    (query) => (query.collection === undefined) !== (query.collectionGroup === undefined),
    "needs either collection or collectionGroup",
  );

type QueryEntry = z.infer<typeof querySchema>;

export type ReadQueries =
  | { readonly kind: "read"; readonly queries: readonly KnownQuery[] }
  | {
      readonly kind: "faulty";
      readonly faults: readonly { readonly line: number; readonly message: string }[];
    };

/** Reads the file of `--queries`: a JSON list of queries, as docs/audit.md says. */
export function readQueries(text: string, name: string): ReadQueries {
  let source: JsonDocument;
  try {
    source = readJson(text);
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    return { kind: "faulty", faults: [{ line: error.line, message: error.message }] };
  }
  const parsed = z.array(querySchema).safeParse(source.value);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => ({
      line: source.lineOf(path),
      message: `${path.length === 0 ? "the file" : path.join(".")}: ${message}`,
    }));
    return { kind: "faulty", faults };
  }
  const queries = parsed.data.map((entry, index): KnownQuery => {
    const place = { file: name, line: source.lineOf([index]) };
    return { name: entry.name, place, query: toQuery(entry), aggregated: entry.aggregate };
  });
  return { kind: "read", queries };
}

function toQuery({
  collection,
  collectionGroup,
  where,
  orderBy,
  limit,
}: QueryEntry): StructuredQuery {
  const path = collection ?? collectionGroup ?? "";
  const slash = path.lastIndexOf("/");
  return {
    parent: slash === -1 ? "" : path.slice(0, slash),
    collectionId: path.slice(slash + 1),
    allDescendants: collectionGroup !== undefined,
    where: where.length === 0 ? undefined : { kind: "and", filters: where },
    orderBy,
    offset: 0,
    limit,
  };
}
