import type { FieldPath } from "../../firestore/data/document.ts";
import { ShapedMap } from "../../firestore/data/shaped-map.ts";
import { Timestamp } from "../../firestore/data/timestamp.ts";
import type { MapValue, Value } from "../../firestore/data/value.ts";
import { isMap } from "../../firestore/data/value-type.ts";
import type {
  FieldTransform,
  Precondition as EnginePrecondition,
  Write as EngineWrite,
} from "../../firestore/data/write.ts";
import { timeOfVersion } from "../../system/store/admin-values.ts";
import { isMap as isPlainMap } from "../../system/store/map-value.ts";
import type { DocumentData, Precondition, Transforms, Write } from "../../system/store/store.ts";
import { toFields, toValue } from "./engine-values.ts";

const MUST_EXIST: EnginePrecondition = { kind: "exists", exists: true };
const MUST_NOT_EXIST: EnginePrecondition = { kind: "exists", exists: false };
const NO_TRANSFORMS: readonly FieldTransform[] = [];

/** A write of the service's port in the terms of google.firestore.v1.Write. */
export function toEngineWrite(write: Write): EngineWrite {
  const { path } = write;
  switch (write.kind) {
    case "create":
      return { ...toUpdate(write), precondition: MUST_NOT_EXIST };
    case "set":
      return write.merge ? { ...toUpdate(write), mask: leafPaths(write.data) } : toUpdate(write);
    case "update": {
      const fields = toFields(write.data);
      return {
        kind: "update",
        path,
        fields,
        mask: namesOf(fields),
        transforms: toTransforms(write.transforms),
        precondition:
          write.precondition === undefined ? MUST_EXIST : toPrecondition(write.precondition),
      };
    }
    case "delete":
      return {
        kind: "delete",
        path,
        precondition: write.precondition && toPrecondition(write.precondition),
      };
  }
}

function toUpdate(
  write: Exclude<Write, { kind: "delete" }>,
): Extract<EngineWrite, { kind: "update" }> {
  const { path, data, transforms } = write;
  return {
    kind: "update",
    path,
    fields: toFields(data),
    transforms: toTransforms(transforms),
  };
}

/** Their field paths are dotted. */
function toTransforms(transforms: Transforms | undefined): readonly FieldTransform[] {
  if (transforms === undefined) return NO_TRANSFORMS;
  return Object.entries(transforms).map(([path, transform]) => {
    const field = path.split(".");
    return transform.kind === "increment"
      ? { kind: "increment", field, operand: toValue(transform.by) }
      : { kind: "server-timestamp", field };
  });
}

function namesOf(fields: MapValue): readonly FieldPath[] {
  return fields instanceof ShapedMap
    ? fields.shape.paths
    : [...fields.keys()].map((name) => [name]);
}

let lastVersion = "";
let lastPrecondition: EnginePrecondition | undefined;

/** Documents that were written together are often read and written together again. */
function toPrecondition(precondition: Precondition): EnginePrecondition {
  if (precondition.kind === "exists") return precondition;
  const { version } = precondition;
  if (lastPrecondition === undefined || version !== lastVersion) {
    const { seconds, nanos } = timeOfVersion(version);
    lastPrecondition = { kind: "update-time", updateTime: new Timestamp(Number(seconds), nanos) };
    lastVersion = version;
  }
  return lastPrecondition;
}

/** The field paths a merge changes: maps are merged, everything else is replaced. */
function leafPaths(data: DocumentData, above: FieldPath = []): readonly FieldPath[] {
  return Object.entries(data).flatMap(([field, value]) => {
    const path = [...above, field];
    return isPlainMap(value) && Object.keys(value).length > 0 ? leafPaths(value, path) : [path];
  });
}

/** What one write adds to a request beside its document's name and data: tags, lengths, mask. */
const OVERHEAD_BYTES = 60;

/** About how large a commit is on the wire. */
export function requestBytesOf(root: string, writes: readonly EngineWrite[]): number {
  let bytes = root.length;
  for (const write of writes) {
    bytes += OVERHEAD_BYTES + root.length + write.path.length;
    if (write.kind === "update") bytes += bytesOf(write.fields);
  }
  return bytes;
}

const SCALAR_BYTES = 12;
/** A field's tag, length and type, beside its name. */
const FIELD_BYTES = 4;
/** A map's or an array's own. */
const NESTED_BYTES = 2;

function bytesOf(value: Value): number {
  if (typeof value === "string") return value.length + 2;
  if (value instanceof ShapedMap) return bytesOfShaped(value);
  if (Array.isArray(value)) {
    const elements = value as readonly Value[];
    return elements.reduce<number>(
      (sum, element, index) => sum + String(index).length + FIELD_BYTES + bytesOf(element),
      NESTED_BYTES,
    );
  }
  if (!isMap(value)) return SCALAR_BYTES;
  let bytes = NESTED_BYTES;
  for (const [name, inner] of value) bytes += name.length + FIELD_BYTES + bytesOf(inner);
  return bytes;
}

function bytesOfShaped({ shape, slots }: ShapedMap): number {
  let bytes = NESTED_BYTES + shape.namesLength + slots.length * FIELD_BYTES;
  for (const value of slots) bytes += bytesOf(value);
  return bytes;
}
