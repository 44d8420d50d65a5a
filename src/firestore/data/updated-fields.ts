import type { FieldPath } from "./document.ts";
import { isNameField } from "./field-path.ts";
import { editFields, type FieldEdit, getField } from "./map-fields.ts";
import type { Shape } from "./shape.ts";
import { ShapedMap } from "./shaped-map.ts";
import type { MapValue } from "./value.ts";
import type { Write } from "./write.ts";

/**
 * The fields a document has once an update is applied, its transforms not yet: all of the update's
 * own without a mask; with one, the masked fields that it holds are set and those that it does not
 * hold are deleted.
 */
export function updatedFields(
  existing: MapValue | undefined,
  { fields, mask }: Pick<Extract<Write, { kind: "update" }>, "fields" | "mask">,
): MapValue {
  if (mask === undefined) return fields;
  if (existing instanceof ShapedMap && fields instanceof ShapedMap && setsAll(fields.shape, mask)) {
    const updated = existing.with(fields);
    if (updated !== undefined) return updated;
  }
  const edits = mask
    .filter((path) => !isNameField(path))
    .map((path): FieldEdit => ({ path, value: getField(fields, path) }));
  return edits.length === 0 ? (existing ?? new Map()) : editFields(existing ?? new Map(), edits);
}

/** Whether the mask is the very list of the shape's names: most updates' is. */
function setsAll(shape: Shape, mask: readonly FieldPath[]): boolean {
  return mask === shape.paths && shape.slotOf("__name__") === undefined;
}
