import type { FieldPath } from "../../../data/document.ts";
import { encodeExplainMetrics, type QueryExplanation } from "../../../wire/encode-explain.ts";
import type { QueryRequest } from "../../../wire/read-query-requests.ts";
import type { ServiceParts } from "./service-parts.ts";

/** A query's ExplainMetrics, where it asked for them; undefined where it did not. */
export interface Explanation {
  plan(): Uint8Array | undefined;
  execution(resultsReturned: number, documentsScanned: number): Uint8Array | undefined;
}

const NONE: Explanation = { plan: () => undefined, execution: () => undefined };

/** Says which indexes a query uses, and what it cost. */
export class Explainer {
  readonly #parts: Pick<ServiceParts, "catalogue" | "clock">;

  constructor(parts: Pick<ServiceParts, "catalogue" | "clock">) {
    this.#parts = parts;
  }

  /** Time begins to count. */
  begin(
    { database, query, explain }: QueryRequest,
    aggregated: readonly FieldPath[] = [],
  ): Explanation {
    if (explain === undefined) return NONE;
    const { catalogue, clock } = this.#parts;
    const startMs = clock.monotonicMs();
    const plan = catalogue.plan(query, database.projectId, aggregated);
    const explanation: Omit<QueryExplanation, "execution"> = {
      // An index that is missing is the one that production would use.
      indexes: plan.kind === "served" ? plan.indexes : [plan.index],
      scope: query.allDescendants ? "COLLECTION_GROUP" : "COLLECTION",
    };
    return {
      plan: () => encodeExplainMetrics({ ...explanation, execution: undefined }),
      execution: (resultsReturned, documentsScanned) =>
        explain === "analyze"
          ? encodeExplainMetrics({
              ...explanation,
              execution: {
                resultsReturned,
                documentsScanned,
                durationMs: clock.monotonicMs() - startMs,
                readOperations: Math.max(1, documentsScanned),
              },
            })
          : undefined,
    };
  }
}
