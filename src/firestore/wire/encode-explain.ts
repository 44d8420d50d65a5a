import { formatFieldPath, parseFieldPath } from "../data/field-path.ts";
import type { IndexDefinition, IndexField } from "../indexes/catalogue.ts";
import { messageType } from "./protos.ts";

export interface QueryExplanation {
  readonly indexes: readonly IndexDefinition[];
  readonly scope: IndexDefinition["queryScope"];
  /** Undefined when the query was planned and not run. */
  readonly execution:
    | {
        readonly resultsReturned: number;
        readonly durationMs: number;
        readonly documentsScanned: number;
        /** Billed as reads: a query that returns nothing is one. */
        readonly readOperations: number;
      }
    | undefined;
}

/** A google.firestore.v1.ExplainMetrics, in the form of the examples in its proto. */
export function encodeExplainMetrics({ indexes, scope, execution }: QueryExplanation): Uint8Array {
  const type = messageType("ExplainMetrics");
  const used = indexes.map(({ queryScope, fields }) => indexStruct(queryScope, fields));
  return type
    .encode(
      type.fromObject({
        // Without an index a query goes through the documents in the order of their names.
        planSummary: { indexesUsed: used.length > 0 ? used : [indexStruct(scope, [])] },
        ...(execution !== undefined && { executionStats: statistics(execution) }),
      }),
    )
    .finish();
}

function indexStruct(scope: IndexDefinition["queryScope"], fields: readonly IndexField[]): object {
  const columns = fields.map((field) =>
    "order" in field
      ? `${path(field)} ${field.order === "ASCENDING" ? "ASC" : "DESC"}`
      : `${path(field)} CONTAINS`,
  );
  const last = fields.at(-1);
  const descending = last !== undefined && "order" in last && last.order === "DESCENDING";
  return struct({
    query_scope: scope === "COLLECTION" ? "Collection" : "Collection group",
    properties: `(${[...columns, `__name__ ${descending ? "DESC" : "ASC"}`].join(", ")})`,
  });
}

function path({ fieldPath }: IndexField): string {
  return formatFieldPath(parseFieldPath(fieldPath));
}

function statistics(execution: NonNullable<QueryExplanation["execution"]>): object {
  const { resultsReturned, durationMs, documentsScanned, readOperations } = execution;
  // It took some time, however coarse the clock is.
  const nanoseconds = Math.max(1000, Math.round(durationMs * 1e6));
  return {
    resultsReturned,
    readOperations,
    executionDuration: {
      seconds: Math.floor(nanoseconds / 1e9),
      nanos: nanoseconds % 1e9,
    },
    debugStats: struct({
      documents_scanned: String(documentsScanned),
      index_entries_scanned: String(documentsScanned),
    }),
  };
}

function struct(texts: Readonly<Record<string, string>>): object {
  const fields = Object.entries(texts).map(
    ([name, text]) => [name, { stringValue: text }] as const,
  );
  return { fields: Object.fromEntries(fields) };
}
