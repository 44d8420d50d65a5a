import fc from "fast-check";
import type { FieldPath } from "../data/document.ts";
import { Timestamp } from "../data/timestamp.ts";
import { GeoPoint, Reference, type MapValue, type Value } from "../data/value.ts";
import type { FieldTransform, Precondition, Write } from "../data/write.ts";
import { formatFieldPath } from "../data/field-path.ts";

/** Random values, writes and queries, and what protobufjs makes messages of: the oracle's side. */

export const ROOT = "projects/p1/databases/(default)/documents";

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constant("\uFFFD"),
  fc.string({ minLength: 18, maxLength: 24 }),
);
export const timestamps = fc
  .tuple(
    fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }),
    fc.integer({ min: 0, max: 999_999_999 }),
  )
  .map(([seconds, nanos]) => new Timestamp(seconds, nanos));
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const smallInt64 = fc.integer().map(BigInt);

export const values: fc.Arbitrary<Value> = fc.letrec<{ value: Value; map: MapValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    int64,
    smallInt64,
    fc.double(),
    text,
    timestamps,
    fc.uint8Array({ maxLength: 30 }).map((bytes) => new Uint8Array(bytes)),
    fc.tuple(fc.double(), fc.double()).map(([a, b]) => new GeoPoint(a, b)),
    text.map((name) => new Reference(name)),
    fc.array(tie("value"), { maxLength: 4 }),
    tie("map"),
  ),
  map: fc.array(fc.tuple(text, tie("value")), { maxLength: 4 }).map((entries) => new Map(entries)),
})).value;

export const maps: fc.Arbitrary<MapValue> = fc
  .array(fc.tuple(text, values), { maxLength: 6 })
  .map((entries) => new Map(entries));

const segments = fc
  .string({ minLength: 1, maxLength: 12, unit: "grapheme" })
  .map((name) => name.replaceAll("/", "x"));
export const paths = fc
  .array(fc.tuple(segments, segments), { minLength: 1, maxLength: 3 })
  .map((pairs) => pairs.flat().join("/"));
export const fieldPaths: fc.Arbitrary<FieldPath> = fc.array(
  fc.oneof(fc.string({ minLength: 1 }), fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/)),
  { minLength: 1, maxLength: 3 },
);
const preconditions: fc.Arbitrary<Precondition | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.boolean().map((exists): Precondition => ({ kind: "exists", exists })),
  timestamps.map((updateTime): Precondition => ({ kind: "update-time", updateTime })),
);
const transforms: fc.Arbitrary<FieldTransform> = fc.oneof(
  fieldPaths.map((field): FieldTransform => ({ field, kind: "server-timestamp" })),
  fc
    .tuple(
      fieldPaths,
      fc.constantFrom("increment" as const, "maximum" as const, "minimum" as const),
      values,
    )
    .map(([field, kind, operand]): FieldTransform => ({ field, kind, operand })),
  fc
    .tuple(
      fieldPaths,
      fc.constantFrom("array-union" as const, "array-remove" as const),
      fc.array(values, { maxLength: 3 }),
    )
    .map(([field, kind, elements]): FieldTransform => ({ field, kind, elements })),
);
export const writes: fc.Arbitrary<Write> = fc
  .record({
    kind: fc.constantFrom(
      "update" as const,
      "transform" as const,
      "delete" as const,
      "verify" as const,
    ),
    path: paths,
    precondition: preconditions,
    fields: maps,
    mask: fc.option(fc.array(fieldPaths, { minLength: 1, maxLength: 4 }), { nil: undefined }),
    transforms: fc.array(transforms, { minLength: 1, maxLength: 3 }),
    hasTransforms: fc.boolean(),
  })
  .map(({ kind, path, precondition, fields, mask, transforms, hasTransforms }): Write => {
    switch (kind) {
      case "update":
        return {
          kind,
          path,
          precondition,
          fields,
          mask,
          transforms: hasTransforms ? transforms : [],
        };
      case "transform":
        return { kind, path, precondition, transforms };
      case "delete":
      case "verify":
        return { kind, path, precondition };
    }
  });

/** As protobufjs's `fromObject` takes it. */
export type ProtoObject = Record<string, unknown>;

export function protoValue(value: Value): ProtoObject {
  if (value === null) return { nullValue: 0 };
  if (typeof value === "boolean") return { booleanValue: value };
  if (typeof value === "bigint") return { integerValue: longOf(value) };
  if (typeof value === "number") return { doubleValue: value };
  if (typeof value === "string") return { stringValue: value };
  if (value instanceof Timestamp) return { timestampValue: protoTimestamp(value) };
  if (value instanceof Uint8Array) return { bytesValue: value };
  if (value instanceof Reference) return { referenceValue: value.name };
  if (value instanceof GeoPoint) {
    return { geoPointValue: { latitude: value.latitude, longitude: value.longitude } };
  }
  if (value instanceof Map) return { mapValue: { fields: protoFields(value) } };
  return { arrayValue: { values: (value as readonly Value[]).map(protoValue) } };
}

export function protoFields(fields: MapValue): ProtoObject {
  // Object.fromEntries defines properties, so that a field called "__proto__" is one.
  return Object.fromEntries([...fields].map(([name, value]) => [name, protoValue(value)]));
}

export function protoTimestamp({ seconds, nanos }: Timestamp): ProtoObject {
  return { seconds: longOf(BigInt(seconds)), nanos };
}

function longOf(value: bigint): ProtoObject {
  return {
    low: Number(BigInt.asIntN(32, value)),
    high: Number(BigInt.asIntN(32, value >> 32n)),
    unsigned: false,
  };
}

export function protoWrite(write: Write): ProtoObject {
  const name = `${ROOT}/${write.path}`;
  const { precondition } = write;
  const currentDocument =
    precondition === undefined
      ? {}
      : {
          currentDocument:
            precondition.kind === "exists"
              ? { exists: precondition.exists }
              : { updateTime: protoTimestamp(precondition.updateTime) },
        };
  switch (write.kind) {
    case "update":
      return {
        update: { name, fields: protoFields(write.fields) },
        ...(write.mask !== undefined && {
          updateMask: { fieldPaths: write.mask.map(formatFieldPath) },
        }),
        updateTransforms: write.transforms.map(protoTransform),
        ...currentDocument,
      };
    case "transform":
      return {
        transform: { document: name, fieldTransforms: write.transforms.map(protoTransform) },
        ...currentDocument,
      };
    case "delete":
      return { delete: name, ...currentDocument };
    case "verify":
      return { verify: name, ...currentDocument };
  }
}

function protoTransform(transform: FieldTransform): ProtoObject {
  const fieldPath = formatFieldPath(transform.field);
  switch (transform.kind) {
    case "server-timestamp":
      return { fieldPath, setToServerValue: 1 };
    case "increment":
    case "maximum":
    case "minimum":
      return { fieldPath, [transform.kind]: protoValue(transform.operand) };
    case "array-union":
      return { fieldPath, appendMissingElements: { values: transform.elements.map(protoValue) } };
    case "array-remove":
      return { fieldPath, removeAllFromArray: { values: transform.elements.map(protoValue) } };
  }
}
