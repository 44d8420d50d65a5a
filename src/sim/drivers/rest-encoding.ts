import { assert } from "../../std/assert.ts";
import { OPERATOR_NAMES } from "../../system/store/operators.ts";
import type {
  DocumentData,
  FieldTransform,
  FieldValue,
  Filter,
  Query,
  Snapshot,
  Write,
} from "../../system/store/store.ts";

/*
 * The store port's values, queries and creates as the JSON of Firestore's REST API, and documents
 * back again. https://firebase.google.com/docs/firestore/reference/rest/v1/Value
 *
 * `root` is the resource name that all document paths hang under:
 * "projects/{project}/databases/(default)/documents".
 */

export interface RestValue {
  readonly nullValue?: null;
  readonly booleanValue?: boolean;
  /** 64-bit integers travel as text. */
  readonly integerValue?: string;
  /** "NaN", "Infinity" and "-Infinity" have no JSON number. */
  readonly doubleValue?: number | string;
  readonly timestampValue?: string;
  readonly stringValue?: string;
  readonly referenceValue?: string;
  readonly arrayValue?: { readonly values?: readonly RestValue[] };
  readonly mapValue?: { readonly fields?: RestFields };
}

type RestFields = { readonly [field: string]: RestValue };

export interface RestDocument {
  readonly name: string;
  readonly fields?: RestFields;
  readonly updateTime: string;
}

function encodeFields(data: DocumentData): RestFields {
  return Object.fromEntries(
    Object.entries(data).map(([field, value]) => [field, encodeValue(value)]),
  );
}

export function encodeValue(value: FieldValue): RestValue {
  if (value === null) return { nullValue: null };
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { booleanValue: value };
  if (typeof value === "number") return encodeNumber(value);
  if (value instanceof Date) return { timestampValue: value.toISOString() };
  if (isList(value)) return { arrayValue: { values: value.map(encodeValue) } };
  return { mapValue: { fields: encodeFields(value) } };
}

/** Whole numbers are integers to Firestore, as with its SDKs; -0 exists only as a double. */
function encodeNumber(value: number): RestValue {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return { integerValue: String(value) };
  if (Object.is(value, -0)) return { doubleValue: "-0" };
  return { doubleValue: Number.isFinite(value) ? value : String(value) };
}

/** `Array.isArray` alone does not tell a readonly array from a map. */
function isList(value: FieldValue): value is readonly FieldValue[] {
  return Array.isArray(value);
}

function decodeFields(fields: RestFields = {}): DocumentData {
  return Object.fromEntries(
    Object.entries(fields).map(([field, value]) => [field, decodeValue(value)]),
  );
}

/** Throws a TypeError for a kind of value the port does not know (bytes, geo points, references). */
export function decodeValue(value: RestValue): FieldValue {
  if (value.stringValue !== undefined) return value.stringValue;
  if (value.timestampValue !== undefined) return decodeTime(value.timestampValue);
  if (value.integerValue !== undefined) return Number(value.integerValue);
  if (value.doubleValue !== undefined) return Number(value.doubleValue);
  if (value.booleanValue !== undefined) return value.booleanValue;
  if (value.nullValue !== undefined) return null;
  if (value.mapValue !== undefined) return decodeFields(value.mapValue.fields);
  if (value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(decodeValue);
  throw new TypeError(`a value the store port does not know: ${JSON.stringify(value)}`);
}

/** Cuts the fraction of a second to whole milliseconds, as the port says. */
function decodeTime(text: string): Date {
  return new Date(text.replace(/(\.\d{3})\d+/, "$1"));
}

export function decodeDocument(root: string, document: RestDocument): Snapshot {
  assert(document.name.startsWith(`${root}/`), `document ${document.name} is not under ${root}`);
  return {
    path: document.name.slice(root.length + 1),
    data: decodeFields(document.fields),
    version: document.updateTime,
  };
}

/** One entry of a commit's `writes` that creates a document and fails when it is there. */
export function encodeCreate(root: string, write: Extract<Write, { kind: "create" }>): object {
  const transforms = Object.entries(write.transforms ?? {});
  return {
    update: { name: `${root}/${write.path}`, fields: encodeFields(write.data) },
    currentDocument: { exists: false },
    ...(transforms.length > 0 && {
      updateTransforms: transforms.map(([fieldPath, transform]) => ({
        fieldPath: quotePath(fieldPath),
        ...encodeTransform(transform),
      })),
    }),
  };
}

function encodeTransform(transform: FieldTransform): object {
  return transform.kind === "increment"
    ? { increment: encodeNumber(transform.by) }
    : { setToServerValue: "REQUEST_TIME" };
}

/** Path of the URL that a method of a resource is called by. */
export function restPath(resource: string, method: "runQuery" | "batchGet" | "commit"): string {
  return `/v1/${resource.split("/").map(encodeURIComponent).join("/")}:${method}`;
}

export interface RestQuery {
  /** Resource name of the document, or the root, that the collection is under. */
  readonly parent: string;
  readonly structuredQuery: object;
}

export function encodeQuery(root: string, query: Query): RestQuery {
  const { parent, selector } = encodeSource(root, query.from);
  const filters = (query.where ?? []).map((filter) => encodeFilter(root, filter));
  const orders = query.orderBy ?? [];
  return {
    parent,
    structuredQuery: {
      from: [selector],
      ...(filters.length > 0 && { where: { compositeFilter: { op: "AND", filters } } }),
      ...(orders.length > 0 && {
        orderBy: orders.map(({ field, direction }) => ({
          field: fieldReference(field),
          direction: direction === "asc" ? "ASCENDING" : "DESCENDING",
        })),
      }),
      ...(query.startAfter && { startAt: encodeCursor(root, query, query.startAfter) }),
      ...(query.limit !== undefined && { limit: query.limit }),
    },
  };
}

function encodeSource(root: string, from: Query["from"]): { parent: string; selector: object } {
  if (from.kind === "collection-group") {
    return { parent: root, selector: { collectionId: from.name, allDescendants: true } };
  }
  const segments = from.path.split("/");
  assert(segments.length % 2 === 1, `${from.path} is the path of a document, not of a collection`);
  const collectionId = segments.at(-1);
  return { parent: [root, ...segments.slice(0, -1)].join("/"), selector: { collectionId } };
}

function encodeFilter(root: string, filter: Filter): object {
  const field = fieldReference(filter.field);
  const unary = unaryOperator(filter);
  if (unary !== undefined) return { unaryFilter: { field, op: unary } };
  const value = encodeOperand(root, filter.field, filter.value);
  return { fieldFilter: { field, op: OPERATOR_NAMES[filter.operator], value } };
}

/** Equality with null and NaN are operators of their own in the protocol. */
function unaryOperator({ operator, value }: Filter): string | undefined {
  if (operator !== "==" && operator !== "!=") return undefined;
  const prefix = operator === "==" ? "IS" : "IS_NOT";
  if (value === null) return `${prefix}_NULL`;
  return Number.isNaN(value) ? `${prefix}_NAN` : undefined;
}

function encodeCursor(root: string, query: Query, values: readonly FieldValue[]): object {
  return {
    before: false,
    values: values.map((value, index) =>
      encodeOperand(root, query.orderBy?.[index]?.field ?? "", value),
    ),
  };
}

/** `__name__` is compared with references: its document paths become resource names. */
function encodeOperand(root: string, field: string, value: FieldValue): RestValue {
  if (field !== "__name__") return encodeValue(value);
  if (value !== null && isList(value)) {
    return { arrayValue: { values: value.map((path) => encodeOperand(root, field, path)) } };
  }
  assert(typeof value === "string", "__name__ is compared with document paths only");
  return { referenceValue: `${root}/${value}` };
}

function fieldReference(field: string): { fieldPath: string } {
  return { fieldPath: quotePath(field) };
}

/** Segments that are not plain identifiers stand in backticks. */
function quotePath(dottedPath: string): string {
  return dottedPath.split(".").map(quoteSegment).join(".");
}

function quoteSegment(segment: string): string {
  if (/^[A-Za-z_][A-Za-z_0-9]*$/.test(segment)) return segment;
  return `\`${segment.replaceAll("\\", "\\\\").replaceAll("`", "\\`")}\``;
}
