import type { FieldPath } from "./document.ts";
import { mapOfField, ShapedMap } from "./shaped-map.ts";
import type { MapValue, Value } from "./value.ts";
import { isMap } from "./value-type.ts";

/*
 * Reading and changing a map at a path. Maps are never changed in place: a change copies the maps
 * on its path and shares all others.
 */

export function getField(fields: MapValue, path: FieldPath): Value | undefined {
  let value: Value | undefined = fields;
  for (const name of path) {
    if (!isMap(value)) return undefined;
    value = value.get(name);
  }
  return value;
}

/** Makes the maps on the way; what is there but is no map gives way to one. */
export function setField(fields: MapValue, path: FieldPath, value: Value): MapValue {
  return setFrom(fields, path, 0, value);
}

function setFrom(map: MapValue, path: FieldPath, index: number, value: Value): MapValue {
  const name = path[index] as string;
  const changed = new Map(map);
  if (index === path.length - 1) {
    changed.set(name, value);
  } else {
    const inner = map.get(name);
    changed.set(name, setFrom(isMap(inner) ? inner : new Map(), path, index + 1, value));
  }
  return changed;
}

/** The same map where there is nothing at the path. A map that becomes empty stays. */
export function deleteField(fields: MapValue, path: FieldPath): MapValue {
  return getField(fields, path) === undefined ? fields : deleteFrom(fields, path, 0);
}

function deleteFrom(map: MapValue, path: FieldPath, index: number): MapValue {
  const name = path[index] as string;
  const changed = new Map(map);
  if (index === path.length - 1) changed.delete(name);
  else changed.set(name, deleteFrom(map.get(name) as MapValue, path, index + 1));
  return changed;
}

/** One change: undefined deletes. */
export interface FieldEdit {
  readonly path: FieldPath;
  readonly value: Value | undefined;
}

/** All changes in their order; the outermost map is copied once. */
export function editFields(fields: MapValue, edits: readonly FieldEdit[]): MapValue {
  const [only] = edits;
  if (fields instanceof ShapedMap && edits.length === 1 && only?.path.length === 1) {
    const { path, value } = only;
    const patch = value === undefined ? undefined : mapOfField(path[0] as string, value);
    const changed = patch && fields.with(patch);
    if (changed !== undefined) return changed;
  }
  const changed = new Map(fields);
  for (const { path, value } of edits) {
    const name = path[0] as string;
    if (path.length > 1) editWithin(changed, name, path.slice(1), value);
    else if (value === undefined) changed.delete(name);
    else changed.set(name, value);
  }
  return changed;
}

function editWithin(
  map: Map<string, Value>,
  name: string,
  path: FieldPath,
  value: Value | undefined,
): void {
  const inner = map.get(name);
  if (value !== undefined) map.set(name, setField(isMap(inner) ? inner : new Map(), path, value));
  else if (isMap(inner)) map.set(name, deleteField(inner, path));
}

/** Only the fields at these paths: what a field mask lets through. */
export function selectFields(fields: MapValue, paths: readonly FieldPath[]): MapValue {
  let selected: MapValue = new Map();
  for (const path of paths) {
    const value = getField(fields, path);
    if (value !== undefined) selected = setField(selected, path, value);
  }
  return selected;
}
