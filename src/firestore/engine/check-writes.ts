import type { DatabaseName } from "../data/document.ts";
import { startsWithPath, sameFieldPath } from "../data/field-path.ts";
import { fieldPathSize } from "../data/value-size.ts";
import { isNumber } from "../data/value-type.ts";
import type { FieldTransform, Write } from "../data/write.ts";
import type { FieldPath } from "../data/document.ts";
import type { ArrayValue } from "../data/value.ts";
import { LIMITS } from "../limits/limits.ts";
import { checkDocumentPath } from "./check-path.ts";
import { checkFields, checkFieldValue } from "./check-value.ts";
import { invalid } from "./refusals.ts";

const FIELD_PATH_BYTES_MAX = LIMITS["field-path-size"].value;
const TRANSFORMS_MAX = LIMITS["transforms-per-document"].value;

/**
 * The writes with their values as Firestore stores them. Refuses what is wrong with them whatever
 * the database holds.
 */
export function checkWrites(
  database: DatabaseName,
  writes: readonly Write[],
  isKnown: IsKnown,
): readonly Write[] {
  const checked = writes.map((write) => checkWrite(database, write, isKnown));
  if (checked.length > 1) checkTogether(checked);
  return checked;
}

/** Each write of a BatchWrite must have a document of its own. */
export function checkDistinct(writes: readonly Write[]): void {
  if (new Set(writes.map(({ path }) => path)).size < writes.length) {
    throw invalid("the same document cannot be written more than once in a single request");
  }
}

/** Whether the database has a document at the path, whose name then needs no looking at. */
export type IsKnown = (path: string) => boolean;

export function checkWrite(database: DatabaseName, write: Write, isKnown: IsKnown): Write {
  if (!isKnown(write.path)) checkDocumentPath(database, write.path);
  switch (write.kind) {
    case "update": {
      const fields = checkFields(write.fields);
      write.mask?.forEach(checkFieldPath);
      return { ...write, fields, transforms: checkTransforms(write.transforms) };
    }
    case "transform":
      return { ...write, transforms: checkTransforms(write.transforms) };
    case "delete":
      return write;
    case "verify":
      if (write.precondition === undefined) {
        throw invalid("a verify must contain a precondition");
      }
      return write;
  }
}

function checkFieldPath(path: FieldPath): void {
  if (path.length === 0) throw invalid("The property.name is the empty string.");
  if (fieldPathSize(path) - 1 > FIELD_PATH_BYTES_MAX) {
    throw invalid(`The property.name is longer than ${FIELD_PATH_BYTES_MAX} bytes.`);
  }
}

function checkTransforms(transforms: readonly FieldTransform[]): readonly FieldTransform[] {
  if (transforms.length === 0) return transforms;
  if (transforms.length > TRANSFORMS_MAX) throw tooManyTransforms();
  for (const { field } of transforms) {
    const outer = transforms.find(
      (other) => !sameFieldPath(other.field, field) && startsWithPath(field, other.field),
    );
    if (outer !== undefined) {
      throw invalid(
        `Cannot transform property ${outer.field.join(".")} and its nested property at the same time.`,
      );
    }
  }
  return transforms.map(checkTransform);
}

function checkTransform(transform: FieldTransform): FieldTransform {
  checkFieldPath(transform.field);
  switch (transform.kind) {
    case "server-timestamp":
      checkFieldValue(transform.field, null);
      return transform;
    case "increment":
    case "maximum":
    case "minimum":
      checkFieldValue(transform.field, null);
      if (!isNumber(transform.operand)) throw invalid("Input must be int64 or double.");
      return transform;
    case "array-union":
    case "array-remove": {
      const elements = checkFieldValue(transform.field, transform.elements) as ArrayValue;
      return { ...transform, elements };
    }
  }
}

function tooManyTransforms(): Error {
  return invalid(`A document can have at most ${TRANSFORMS_MAX} field transforms in a commit.`);
}

/** What several writes of one document may do in one request. */
function checkTogether(writes: readonly Write[]): void {
  const seen = new Map<string, { verified: boolean; transforms: number }>();
  for (const write of writes) {
    const before = seen.get(write.path);
    const verified = write.kind === "verify";
    if (before !== undefined) {
      if (verified && before.verified) {
        throw invalid("the same document cannot be verified more than once in a single request");
      }
      if (verified) {
        throw invalid("the same document cannot be written and then verified in a single request");
      }
      if (before.verified) {
        throw invalid("the same document cannot be verified and then written in a single request");
      }
    }
    const own = "transforms" in write ? write.transforms.length : 0;
    const transforms = own + (before?.transforms ?? 0);
    if (transforms > TRANSFORMS_MAX) throw tooManyTransforms();
    seen.set(write.path, { verified, transforms });
  }
}
