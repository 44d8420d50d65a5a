import type { FieldPath } from "../../firestore/data/document.ts";
import { ShapedMap } from "../../firestore/data/shaped-map.ts";
import { Timestamp } from "../../firestore/data/timestamp.ts";
import type { MapValue } from "../../firestore/data/value.ts";
import type {
  FieldTransform,
  Precondition as EnginePrecondition,
  Write as EngineWrite,
} from "../../firestore/data/write.ts";
import { timeOfVersion } from "../../system/store/admin-values.ts";
import { isMap } from "../../system/store/map-value.ts";
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
    return isMap(value) && Object.keys(value).length > 0 ? leafPaths(value, path) : [path];
  });
}

/** What one write adds to a request beside its document's name and data: tags, lengths, mask. */
const OVERHEAD_BYTES = 60;

/** About how large a commit is on the wire. */
export function requestBytesOf(root: string, writes: readonly Write[]): number {
  let bytes = root.length;
  for (const write of writes) {
    bytes += OVERHEAD_BYTES + root.length + write.path.length;
    if (write.kind !== "delete") bytes += bytesOf(write.data);
  }
  return bytes;
}

const SCALAR_BYTES = 12;

function bytesOf(value: unknown): number {
  if (typeof value === "string") return value.length + 2;
  if (typeof value !== "object" || value === null || value instanceof Date) return SCALAR_BYTES;
  let bytes = 2;
  const fields = value as { readonly [field: string]: unknown };
  // Not for-in: V8 optimises that for one shape of objects, and here come many, again and again.
  for (const field of Object.keys(fields)) bytes += field.length + 4 + bytesOf(fields[field]);
  return bytes;
}
