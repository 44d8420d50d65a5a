import type { FieldPath } from "../data/document.ts";
import type { FieldOperator, Filter, UnaryOperator } from "../data/query.ts";
import { FirestoreError } from "../data/status.ts";
import type { Value } from "../data/value.ts";
import { readFields, type ByteReader } from "./byte-reader.ts";
import { parseFieldPath } from "../data/field-path.ts";
import { readValue } from "./read-value.ts";

/** Filters in filters that are read at all; it keeps the reader's stack. */
const DEEPEST_FILTER = 64;

/** google.firestore.v1.StructuredQuery.FieldFilter.Operator, by number. */
const FIELD_OPERATORS: readonly (FieldOperator | undefined)[] = [
  undefined,
  "<",
  "<=",
  ">",
  ">=",
  "==",
  "!=",
  "array-contains",
  "in",
  "array-contains-any",
  "not-in",
];

/** google.firestore.v1.StructuredQuery.UnaryFilter.Operator, by number. */
const UNARY_OPERATORS: readonly (UnaryOperator | undefined)[] = [
  undefined,
  undefined,
  "is-nan",
  "is-null",
  "is-not-nan",
  "is-not-null",
];

/**
 * Reads a google.firestore.v1.StructuredQuery.Filter, with its length before it.
 * @throws WireError, or FirestoreError INVALID_ARGUMENT in the emulator's words
 */
export function readFilter(reader: ByteReader, depth = 0): Filter {
  if (depth > DEEPEST_FILTER) throw invalid(`Filters are nested more than ${DEEPEST_FILTER} deep.`);
  let filter: Filter | undefined;
  readFields(reader, (tag) => {
    if (tag === ((1 << 3) | 2)) filter = readCompositeFilter(reader, depth);
    else if (tag === ((2 << 3) | 2)) filter = readFieldFilter(reader);
    else if (tag === ((3 << 3) | 2)) filter = readUnaryFilter(reader);
    else return false;
    return true;
  });
  if (filter === undefined) throw invalid("Unknown Filter type.");
  return filter;
}

function readCompositeFilter(reader: ByteReader, depth: number): Filter {
  let operator = 0;
  const filters: Filter[] = [];
  readFields(reader, (tag) => {
    if (tag === ((1 << 3) | 0)) operator = reader.int32();
    else if (tag === ((2 << 3) | 2)) filters.push(readFilter(reader, depth + 1));
    else return false;
    return true;
  });
  if (operator !== 1 && operator !== 2) throw invalid("Unsupported CompositeFilter operator.");
  return { kind: operator === 1 ? "and" : "or", filters };
}

function readFieldFilter(reader: ByteReader): Filter {
  let field: FieldPath | undefined;
  let operator: FieldOperator | undefined;
  let value: Value | undefined;
  readFields(reader, (tag) => {
    if (tag === ((1 << 3) | 2)) field = readFieldReference(reader);
    else if (tag === ((2 << 3) | 0)) operator = FIELD_OPERATORS[reader.uint32()];
    else if (tag === ((3 << 3) | 2)) value = readValue(reader);
    else return false;
    return true;
  });
  const path = requireField(field);
  if (operator === undefined) throw invalid("Unknown FieldFilter operator.");
  if (value === undefined) throw invalid("Cannot convert firestore.v1.Value with type unset.");
  return { kind: "field", field: path, operator, value };
}

function readUnaryFilter(reader: ByteReader): Filter {
  let field: FieldPath | undefined;
  let operator: UnaryOperator | undefined;
  readFields(reader, (tag) => {
    if (tag === ((1 << 3) | 0)) operator = UNARY_OPERATORS[reader.uint32()];
    else if (tag === ((2 << 3) | 2)) field = readFieldReference(reader);
    else return false;
    return true;
  });
  const path = requireField(field);
  if (operator === undefined) throw invalid("Unknown UnaryFilter operator.");
  return { kind: "unary", field: path, operator };
}

/** Reads a google.firestore.v1.StructuredQuery.FieldReference, with its length before it. */
export function readFieldReference(reader: ByteReader): FieldPath {
  let path = "";
  readFields(reader, (tag) => {
    if (tag !== ((2 << 3) | 2)) return false;
    path = reader.string();
    return true;
  });
  return parseFieldPath(path);
}

export function requireField(field: FieldPath | undefined): FieldPath {
  if (field === undefined) throw invalid("Invalid empty property path string.");
  return field;
}

function invalid(message: string): FirestoreError {
  return new FirestoreError("INVALID_ARGUMENT", message);
}
