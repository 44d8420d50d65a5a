import type { FieldPath } from "../data/document.ts";
import type { Aggregation, StructuredQuery } from "../data/query.ts";
import { FirestoreError } from "../data/status.ts";
import { readFields, type ByteReader } from "./byte-reader.ts";
import { readFieldReference, requireField } from "./read-filter.ts";
import { readStructuredQuery } from "./read-query.ts";

/** Reads a google.firestore.v1.StructuredAggregationQuery, with its length before it. */
export function readAggregationQuery(
  reader: ByteReader,
  parent: string,
): { readonly query: StructuredQuery; readonly aggregations: readonly Aggregation[] } {
  let query: StructuredQuery | undefined;
  const aggregations: Aggregation[] = [];
  let unnamed = 0;
  readFields(reader, (tag) => {
    if (tag === ((1 << 3) | 2)) query = readStructuredQuery(reader, parent);
    else if (tag === ((3 << 3) | 2)) {
      const { alias, operator } = readAggregation(reader);
      // Documented at Aggregation.alias: field_1, field_2, … in their order.
      if (alias === "") unnamed += 1;
      aggregations.push({ alias: alias === "" ? `field_${unnamed}` : alias, operator });
    } else return false;
    return true;
  });
  if (query === undefined) throw invalid("only structured queries are supported");
  if (aggregations.length === 0) throw invalid("Aggregations can not be empty.");
  const aliases = new Set<string>();
  for (const { alias } of aggregations) {
    if (aliases.has(alias)) {
      throw invalid(`Aggregation aliases contain duplicate alias: ${alias}.`);
    }
    aliases.add(alias);
  }
  return { query, aggregations };
}

function readAggregation(reader: ByteReader): Aggregation {
  let alias = "";
  let operator: Aggregation["operator"] | undefined;
  readFields(reader, (tag) => {
    if (tag === ((1 << 3) | 2)) operator = readCount(reader);
    else if (tag === ((2 << 3) | 2)) operator = { kind: "sum", field: readFieldIn(reader) };
    else if (tag === ((3 << 3) | 2)) operator = { kind: "average", field: readFieldIn(reader) };
    else if (tag === ((7 << 3) | 2)) alias = reader.string();
    else return false;
    return true;
  });
  if (operator === undefined) throw invalid("Operator field in Aggregation is not set.");
  return { alias, operator };
}

function readCount(reader: ByteReader): Aggregation["operator"] {
  let upTo: bigint | undefined;
  readFields(reader, (tag) => {
    if (tag !== ((1 << 3) | 2)) return false;
    upTo = 0n;
    readFields(reader, (inner) => {
      if (inner !== ((1 << 3) | 0)) return false;
      upTo = reader.int64();
      return true;
    });
    return true;
  });
  return { kind: "count", upTo };
}

/** Sum and Avg: a message whose first field is a FieldReference. */
function readFieldIn(reader: ByteReader): FieldPath {
  let field: FieldPath | undefined;
  readFields(reader, (tag) => {
    if (tag !== ((1 << 3) | 2)) return false;
    field = readFieldReference(reader);
    return true;
  });
  return requireField(field);
}

function invalid(message: string): FirestoreError {
  return new FirestoreError("INVALID_ARGUMENT", message);
}
