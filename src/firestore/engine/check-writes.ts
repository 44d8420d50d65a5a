import type { DatabaseName, FieldPath } from "../data/document.ts";
import { formatFieldPath } from "../data/field-path.ts";
import { ShapedMap } from "../data/shaped-map.ts";
import type { MapValue } from "../data/value.ts";
import { isNumber } from "../data/value-type.ts";
import type { FieldTransform, Write } from "../data/write.ts";
import { LIMITS } from "../limits/limits.ts";
import { checkCollapse } from "./check-collapse.ts";
import { checkFieldPath } from "./check-field-path.ts";
import { checkDocumentPath } from "./check-path.ts";
import { checkFields, checkFieldValue } from "./check-value.ts";
import type { LocatedWrites } from "./located-writes.ts";
import { invalid } from "./refusals.ts";

const TRANSFORMS_MAX = LIMITS["transforms-per-document"].value;

/**
 * The writes with their values as Firestore stores them. Refuses what is wrong with them whatever
 * the database holds.
 */
export function checkWrites(database: DatabaseName, located: LocatedWrites): LocatedWrites {
  const { writes, rows, repeats } = located;
  const checked = writes.map((write, index) =>
    checkWrite(database, write, rows[index] !== undefined),
  );
  if (repeats) {
    checkTransformCounts(checked);
    checkCollapse(checked);
  }
  return checked.every((write, index) => write === writes[index]) ? located : located.with(checked);
}

/** Each write of a BatchWrite must have a document of its own. */
export function checkDistinct(writes: readonly Write[]): void {
  if (new Set(writes.map(({ path }) => path)).size < writes.length) {
    throw invalid("the same document cannot be written more than once in a single request");
  }
}

/** `isKnown`: the database has had a document of this name, which then needs no looking at. */
function checkWrite(database: DatabaseName, write: Write, isKnown: boolean): Write {
  if (!isKnown) checkDocumentPath(database, write.path);
  switch (write.kind) {
    case "update": {
      const fields = checkFields(write.fields);
      if (write.mask !== undefined) checkMask(write.mask, fields);
      const transforms = checkTransforms(write.transforms);
      if (fields === write.fields && transforms === write.transforms) return write;
      return { ...write, fields, transforms };
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

/** The names of the update's own fields have been looked at already. */
function checkMask(mask: readonly FieldPath[], fields: MapValue): void {
  if (fields instanceof ShapedMap && mask === fields.shape.paths) return;
  mask.forEach(checkFieldPath);
}

function checkTransforms(transforms: readonly FieldTransform[]): readonly FieldTransform[] {
  if (transforms.length === 0) return transforms;
  if (transforms.length > TRANSFORMS_MAX) throw tooManyTransforms();
  checkNesting(transforms);
  return transforms.map(checkTransform);
}

/** No field of which another, within it, is transformed, too. */
function checkNesting(transforms: readonly FieldTransform[]): void {
  const whole = new Set(transforms.map(({ field }) => formatFieldPath(field)));
  for (const { field } of transforms) {
    for (let length = 1; length < field.length; length += 1) {
      const outer = formatFieldPath(field.slice(0, length));
      if (whole.has(outer)) {
        throw invalid(
          `Cannot transform property ${outer} and its nested property at the same time.`,
        );
      }
    }
  }
}

function checkTransform(transform: FieldTransform): FieldTransform {
  const { field, kind } = transform;
  checkFieldPath(field);
  switch (kind) {
    case "server-timestamp":
      return transform;
    case "increment":
    case "maximum":
    case "minimum":
      if (!isNumber(transform.operand)) throw invalid("Input must be int64 or double.");
      return transform;
    case "array-union":
    case "array-remove": {
      // Each by itself: unlike a field's value, an element may be an array (measured).
      const elements = transform.elements.map((element) => checkFieldValue(field, element));
      return { ...transform, elements };
    }
  }
}

function tooManyTransforms(): Error {
  return invalid(`A document can have at most ${TRANSFORMS_MAX} field transforms in a commit.`);
}

/** The limit is on what a commit does to one document, in however many writes. */
function checkTransformCounts(writes: readonly Write[]): void {
  const counts = new Map<string, number>();
  for (const write of writes) {
    if (!("transforms" in write)) continue;
    const count = write.transforms.length + (counts.get(write.path) ?? 0);
    if (count > TRANSFORMS_MAX) throw tooManyTransforms();
    counts.set(write.path, count);
  }
}
