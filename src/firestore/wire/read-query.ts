import type { FieldPath } from "../data/document.ts";
import type { Cursor, Filter, FindNearest, Order, StructuredQuery } from "../data/query.ts";
import { FirestoreError } from "../data/status.ts";
import type { Value } from "../data/value.ts";
import { readFields, type ByteReader } from "./byte-reader.ts";
import { parseFieldPath } from "../data/field-path.ts";
import { readFieldReference, readFilter, requireField } from "./read-filter.ts";
import { readValue } from "./read-value.ts";

const DISTANCE_MEASURES = [undefined, "euclidean", "cosine", "dot-product"] as const;

/**
 * Reads a google.firestore.v1.StructuredQuery, with its length before it.
 * @throws WireError, or FirestoreError INVALID_ARGUMENT in the emulator's words
 */
export function readStructuredQuery(reader: ByteReader, parent: string): StructuredQuery {
  let collectionId: string | undefined;
  let allDescendants = false;
  let selectors = 0;
  let where: Filter | undefined;
  const orderBy: Order[] = [];
  let startAt: Cursor | undefined;
  let endAt: Cursor | undefined;
  let offset = 0;
  let limit: number | undefined;
  let select: FieldPath[] | undefined;
  let findNearest: FindNearest | undefined;
  readFields(reader, (tag) => {
    switch (tag) {
      case (1 << 3) | 2:
        select = readProjection(reader, select);
        return true;
      case (2 << 3) | 2:
        ({ collectionId, allDescendants } = readSelector(reader));
        selectors += 1;
        return true;
      case (3 << 3) | 2:
        where = readFilter(reader);
        return true;
      case (4 << 3) | 2:
        orderBy.push(readOrder(reader));
        return true;
      case (5 << 3) | 2:
        limit = readInt32Value(reader);
        return true;
      case (6 << 3) | 0:
        offset = reader.int32();
        return true;
      case (7 << 3) | 2:
        startAt = readCursor(reader);
        return true;
      case (8 << 3) | 2:
        endAt = readCursor(reader);
        return true;
      case (9 << 3) | 2:
        findNearest = readFindNearest(reader);
        return true;
      default:
        return false;
    }
  });
  if (selectors > 1) {
    throw invalid("StructuredQuery.from cannot have more than one collection selector.");
  }
  if (offset < 0) throw invalid("offset is negative");
  if (limit !== undefined && limit < 0) throw invalid("limit is negative");
  return {
    parent,
    collectionId,
    allDescendants,
    where,
    orderBy,
    startAt,
    endAt,
    offset,
    limit,
    // A projection on no field gives documents without fields, as one on the name does.
    select: select === undefined || select.length > 0 ? select : [["__name__"]],
    findNearest,
  };
}

function readSelector(reader: ByteReader): {
  readonly collectionId: string | undefined;
  readonly allDescendants: boolean;
} {
  let collectionId = "";
  let allDescendants = false;
  readFields(reader, (tag) => {
    if (tag === ((2 << 3) | 2)) collectionId = reader.string();
    else if (tag === ((3 << 3) | 0)) allDescendants = reader.bool();
    else return false;
    return true;
  });
  return { collectionId: collectionId === "" ? undefined : collectionId, allDescendants };
}

function readOrder(reader: ByteReader): Order {
  let field: FieldPath | undefined;
  let direction: Order["direction"] = "ascending";
  readFields(reader, (tag) => {
    if (tag === ((1 << 3) | 2)) field = readFieldReference(reader);
    else if (tag === ((2 << 3) | 0)) {
      direction = reader.uint32() === 2 ? "descending" : "ascending";
    } else return false;
    return true;
  });
  return { field: requireField(field), direction };
}

function readProjection(reader: ByteReader, fields: FieldPath[] = []): FieldPath[] {
  readFields(reader, (tag) => {
    if (tag !== ((2 << 3) | 2)) return false;
    fields.push(readFieldReference(reader));
    return true;
  });
  return fields;
}

/** Reads a google.firestore.v1.Cursor, with its length before it. */
function readCursor(reader: ByteReader): Cursor {
  const values: Value[] = [];
  let before = false;
  readFields(reader, (tag) => {
    if (tag === ((1 << 3) | 2)) values.push(readValue(reader));
    else if (tag === ((2 << 3) | 0)) before = reader.bool();
    else return false;
    return true;
  });
  return { values, before };
}

function readInt32Value(reader: ByteReader): number {
  let value = 0;
  readFields(reader, (tag) => {
    if (tag !== ((1 << 3) | 0)) return false;
    value = reader.int32();
    return true;
  });
  return value;
}

function readFindNearest(reader: ByteReader): FindNearest {
  let field: FieldPath | undefined;
  let vector: Value | undefined;
  let measure: FindNearest["measure"] | undefined;
  let limit = 0;
  let distanceResultField: FieldPath | undefined;
  let distanceThreshold: number | undefined;
  readFields(reader, (tag) => {
    if (tag === ((1 << 3) | 2)) field = readFieldReference(reader);
    else if (tag === ((2 << 3) | 2)) vector = readValue(reader);
    else if (tag === ((3 << 3) | 0)) measure = DISTANCE_MEASURES[reader.uint32()];
    else if (tag === ((4 << 3) | 2)) limit = readInt32Value(reader);
    else if (tag === ((5 << 3) | 2)) distanceResultField = optionalPath(reader.string());
    else if (tag === ((6 << 3) | 2)) distanceThreshold = readDoubleValue(reader);
    else return false;
    return true;
  });
  const path = requireField(field);
  if (measure === undefined) throw invalid("FindNearest.distance_measure must be specified.");
  return {
    field: path,
    queryVector: numbersOf(vector),
    measure,
    limit,
    distanceResultField,
    distanceThreshold,
  };
}

function readDoubleValue(reader: ByteReader): number {
  let value = 0;
  readFields(reader, (tag) => {
    if (tag !== ((1 << 3) | 1)) return false;
    value = reader.double();
    return true;
  });
  return value;
}

/** The numbers of a vector, which is a map that says so in `__type__`. */
function numbersOf(vector: Value | undefined): readonly number[] {
  const elements = vector instanceof Map ? (vector as Map<string, Value>).get("value") : undefined;
  if (!Array.isArray(elements)) throw invalid("FindNearest.query_vector must be a vector.");
  return (elements as readonly Value[]).map((element) => {
    if (typeof element === "number" || typeof element === "bigint") return Number(element);
    throw invalid("FindNearest.query_vector must have numbers only.");
  });
}

function optionalPath(text: string): FieldPath | undefined {
  return text === "" ? undefined : parseFieldPath(text);
}

function invalid(message: string): FirestoreError {
  return new FirestoreError("INVALID_ARGUMENT", message);
}
