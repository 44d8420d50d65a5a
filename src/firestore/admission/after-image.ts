import { editFields, getField } from "../data/map-fields.ts";
import type { Timestamp } from "../data/timestamp.ts";
import type { MapValue } from "../data/value.ts";
import { updatedFields } from "../data/updated-fields.ts";
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
      return withTransforms(updatedFields(before, write), write.transforms, requestTime);
    case "transform":
      return withTransforms(before ?? new Map(), write.transforms, requestTime);
    case "delete":
      return undefined;
    case "verify":
      return before;
  }
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
