import { isNameField } from "../data/field-path.ts";
import { editFields, type FieldEdit, getField } from "../data/map-fields.ts";
import type { Timestamp } from "../data/timestamp.ts";
import type { MapValue } from "../data/value.ts";
import type { FieldTransform, Write } from "../data/write.ts";
import { transformed } from "../engine/transforms.ts";

/**
 * The document's fields after the write; undefined: there is none. Preconditions are not looked at:
 * what fails by one is the database's to find out.
 */
export function afterImage(
  before: MapValue | undefined,
  write: Write,
  requestTime: Timestamp,
): MapValue | undefined {
  switch (write.kind) {
    case "update":
      return withTransforms(withMask(before, write), write.transforms, requestTime);
    case "transform":
      return withTransforms(before ?? new Map(), write.transforms, requestTime);
    case "delete":
      return undefined;
    case "verify":
      return before;
  }
}

function withMask(
  before: MapValue | undefined,
  { fields, mask }: Extract<Write, { kind: "update" }>,
): MapValue {
  if (mask === undefined) return fields;
  const edits = mask
    .filter((path) => !isNameField(path))
    .map((path): FieldEdit => ({ path, value: getField(fields, path) }));
  return editFields(before ?? new Map(), edits);
}

function withTransforms(
  fields: MapValue,
  transforms: readonly FieldTransform[],
  requestTime: Timestamp,
): MapValue {
  if (transforms.length === 0) return fields;
  let changed = fields;
  for (const transform of transforms) {
    const value = transformed(transform, getField(changed, transform.field), requestTime);
    changed = editFields(changed, [{ path: transform.field, value }]);
  }
  return changed;
}
