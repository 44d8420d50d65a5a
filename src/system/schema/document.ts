import { z } from "zod";
import type { Snapshot } from "../store/store.ts";
import { ALPHANUMERICS, plainText, quickCheckOf, withQuickCheck } from "./quick-check.ts";

/** A Firestore timestamp; the store port hands it over as a Date. */
export const timestamp = withQuickCheck(
  z.date(),
  (value) => value instanceof Date && !Number.isNaN(value.getTime()),
);

/** How many of something. */
export const count = withQuickCheck(
  z.int().nonnegative(),
  (value) => Number.isSafeInteger(value) && (value as number) >= 0,
);

/** IDs that no rule below can be against; others are looked at in full. */
const isPlainId = plainText(ALPHANUMERICS, "_@.:+-", 500);

/**
 * A document ID Firestore accepts: not empty, no slash, not "." or "..", not __…__, at most
 * 1,500 bytes (https://firebase.google.com/docs/firestore/quotas#collections_documents_and_fields).
 */
export const documentId = withQuickCheck(
  z
    .string()
    .min(1)
    .refine((id) => !id.includes("/"), "must not contain a slash")
    .refine((id) => id !== "." && id !== "..", "must not be . or ..")
    .refine((id) => !/^__.*__$/.test(id), "must not be of the form __…__")
    .refine(isShort, "must have at most 1,500 bytes"),
  isPlainId,
);

const ID_BYTES_MAX = 1500;

/** A code unit takes three bytes at most, so most IDs need not be encoded. */
function isShort(id: string): boolean {
  return id.length * 3 <= ID_BYTES_MAX || new TextEncoder().encode(id).length <= ID_BYTES_MAX;
}

/** A document in the database that is not what the schema says. Names the path and the fields. */
export class DocumentError extends Error {
  override readonly name = "DocumentError";
  readonly path: string;
  /** Dotted paths of the fields at fault. */
  readonly fields: readonly string[];

  constructor(path: string, issues: readonly { field: string; message: string }[]) {
    const faults = issues.map(({ field, message }) => `${field}: ${message}`).join("; ");
    super(`${path}: the document does not match its schema: ${faults}`);
    this.path = path;
    this.fields = issues.map(({ field }) => field);
  }
}

/**
 * Reads a snapshot as the schema's type, or throws a DocumentError that names path and field. What
 * comes back may be the snapshot's own data: it is not to be changed.
 */
export function parseDocument<Schema extends z.ZodType>(
  schema: Schema,
  snapshot: Pick<Snapshot, "path" | "data">,
): z.infer<Schema> {
  if (quickCheckOf(schema)(snapshot.data)) return snapshot.data as z.infer<Schema>;
  const parsed = schema.safeParse(snapshot.data);
  if (parsed.success) return parsed.data;
  throw new DocumentError(
    snapshot.path,
    parsed.error.issues.map((issue) => ({
      field: issue.path.length > 0 ? issue.path.join(".") : "(document)",
      message: issue.message,
    })),
  );
}

/** Joins path segments; throws when an ID could not be one. */
export function documentPath(...segments: readonly string[]): string {
  let path = "";
  for (const segment of segments) {
    if (!isPlainId(segment)) refuseBadId(segment);
    path += path === "" ? segment : `/${segment}`;
  }
  return path;
}

function refuseBadId(segment: string): void {
  const parsed = documentId.safeParse(segment);
  if (parsed.success) return;
  const fault = parsed.error.issues[0]?.message ?? "is not valid";
  throw new RangeError(`document ID ${JSON.stringify(segment)} ${fault}`);
}

/** The last segment of a path: the document's ID. */
export function idOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The ID of the document a subcollection document belongs to: "u1" for users/u1/signals/s1. */
export function parentIdOf(path: string): string {
  const end = path.lastIndexOf("/", path.lastIndexOf("/") - 1);
  return path.slice(path.lastIndexOf("/", end - 1) + 1, Math.max(0, end));
}
