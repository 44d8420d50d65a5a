import { assert } from "../../std/assert.ts";
import {
  encodeFields,
  encodeValue,
  timeOfVersion,
  type WireFields,
  type WireTimestamp,
  type WireValue,
} from "./admin-values.ts";
import { isMap } from "./map-value.ts";
import { OPERATOR_NAMES } from "./operators.ts";
import type {
  DocumentData,
  FieldValue,
  Filter,
  Precondition,
  Query,
  Transforms,
  Write,
} from "./store.ts";

/*
 * The port's writes and queries as requests of the google.firestore.v1 protocol.
 * `root` is the resource name every document path hangs under:
 * "projects/{project}/databases/{database}/documents".
 */

export interface WireWrite {
  readonly update?: { readonly name: string; readonly fields: WireFields };
  readonly delete?: string;
  readonly updateMask?: { readonly fieldPaths: readonly string[] };
  readonly updateTransforms?: readonly WireTransform[];
  readonly currentDocument?: WirePrecondition;
}

type WirePrecondition = { readonly exists: boolean } | { readonly updateTime: WireTimestamp };

type WireTransform = { readonly fieldPath: string } & (
  | { readonly setToServerValue: "REQUEST_TIME" }
  | { readonly increment: WireValue }
);

export function encodeWrite(root: string, write: Write): WireWrite {
  const name = `${root}/${write.path}`;
  switch (write.kind) {
    case "create":
      return { ...encodeSet(name, write), currentDocument: { exists: false } };
    case "set":
      return write.merge
        ? { ...encodeSet(name, write), updateMask: { fieldPaths: leafPaths(write.data) } }
        : encodeSet(name, write);
    case "update":
      return {
        ...encodeSet(name, write),
        updateMask: { fieldPaths: Object.keys(write.data).map(quoteField) },
        currentDocument: encodePrecondition(write.precondition ?? { kind: "exists", exists: true }),
      };
    case "delete":
      return write.precondition
        ? { delete: name, currentDocument: encodePrecondition(write.precondition) }
        : { delete: name };
  }
}

function encodeSet(
  name: string,
  write: { readonly data: DocumentData; readonly transforms?: Transforms },
): WireWrite {
  const update = { name, fields: encodeFields(write.data) };
  return write.transforms
    ? { update, updateTransforms: encodeTransforms(write.transforms) }
    : { update };
}

function encodeTransforms(transforms: Transforms): readonly WireTransform[] {
  return Object.entries(transforms).map(([path, transform]) => {
    const fieldPath = quotePath(path);
    return transform.kind === "increment"
      ? { fieldPath, increment: encodeValue(transform.by) }
      : { fieldPath, setToServerValue: "REQUEST_TIME" };
  });
}

function encodePrecondition(precondition: Precondition): WirePrecondition {
  return precondition.kind === "exists"
    ? { exists: precondition.exists }
    : { updateTime: timeOfVersion(precondition.version) };
}

/** The field paths a merge changes: maps are merged, everything else is replaced. */
function leafPaths(data: DocumentData, prefix = ""): readonly string[] {
  return Object.entries(data).flatMap(([field, value]) => {
    const path = prefix + quoteField(field);
    return isMap(value) && Object.keys(value).length > 0 ? leafPaths(value, `${path}.`) : [path];
  });
}

/** Field names that are not plain identifiers are quoted in a field path. */
function quoteField(field: string): string {
  if (/^[A-Za-z_][A-Za-z_0-9]*$/.test(field)) return field;
  return `\`${field.replaceAll("\\", "\\\\").replaceAll("`", "\\`")}\``;
}

function quotePath(dottedPath: string): string {
  return dottedPath.split(".").map(quoteField).join(".");
}

/** The body of a RunQuery request, without its transaction. */
export function encodeQuery(root: string, query: Query): Readonly<Record<string, unknown>> {
  const { parent, from } = encodeSource(root, query);
  const structuredQuery: Record<string, unknown> = { from: [from] };
  const filters = (query.where ?? []).map((filter) => encodeFilter(root, filter));
  if (filters.length === 1) structuredQuery["where"] = filters[0];
  if (filters.length > 1) structuredQuery["where"] = { compositeFilter: { op: "AND", filters } };
  if (query.orderBy) {
    structuredQuery["orderBy"] = query.orderBy.map(({ field, direction }) => ({
      field: encodeFieldReference(field),
      direction: direction === "asc" ? "ASCENDING" : "DESCENDING",
    }));
  }
  if (query.limit !== undefined) structuredQuery["limit"] = { value: query.limit };
  if (query.startAfter) {
    const values = query.startAfter.map((value, index) =>
      encodeOperand(root, query.orderBy?.[index]?.field ?? "", value),
    );
    structuredQuery["startAt"] = { values, before: false };
  }
  return { parent, structuredQuery };
}

function encodeSource(root: string, query: Query): { parent: string; from: object } {
  if (query.from.kind === "collection-group") {
    return { parent: root, from: { collectionId: query.from.name, allDescendants: true } };
  }
  const segments = query.from.path.split("/");
  const collectionId = segments.pop() ?? "";
  return { parent: [root, ...segments].join("/"), from: { collectionId } };
}

function encodeFilter(root: string, filter: Filter): object {
  const field = encodeFieldReference(filter.field);
  const unary = unaryOperator(filter);
  if (unary) return { unaryFilter: { field, op: unary } };
  const op = OPERATOR_NAMES[filter.operator];
  return { fieldFilter: { field, op, value: encodeOperand(root, filter.field, filter.value) } };
}

/** Comparisons with null and NaN are operators of their own in the protocol. */
function unaryOperator(filter: Filter): string | undefined {
  if (filter.operator !== "==" && filter.operator !== "!=") return undefined;
  const equal = filter.operator === "==";
  if (filter.value === null) return equal ? "IS_NULL" : "IS_NOT_NULL";
  if (Number.isNaN(filter.value)) return equal ? "IS_NAN" : "IS_NOT_NAN";
  return undefined;
}

function encodeFieldReference(field: string): { fieldPath: string } {
  return { fieldPath: field === "__name__" ? field : quotePath(field) };
}

/** `__name__` is compared with references, so its document paths become resource names. */
function encodeOperand(root: string, field: string, value: FieldValue): WireValue {
  if (field !== "__name__") return encodeValue(value);
  if (Array.isArray(value)) {
    const paths = value as readonly FieldValue[];
    return { arrayValue: { values: paths.map((path) => encodeOperand(root, field, path)) } };
  }
  assert(typeof value === "string", "__name__ is compared with document paths only");
  return { referenceValue: `${root}/${value}` };
}
