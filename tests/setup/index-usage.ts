import { z } from "zod";
import type { IndexField } from "../../src/firestore/indexes/catalogue.ts";

const reportSchema = z.object({
  reports: z
    .array(
      z.object({
        index: z.object({
          name: z.string(),
          queryScope: z.enum(["COLLECTION", "COLLECTION_GROUP"]),
          fields: z.array(
            z.object({
              fieldPath: z.string(),
              order: z.enum(["ASCENDING", "DESCENDING"]).optional(),
              arrayConfig: z.literal("CONTAINS").optional(),
            }),
          ),
        }),
      }),
    )
    .default([]),
});

export interface ReportedIndex {
  readonly collectionGroup: string;
  readonly scope: "COLLECTION" | "COLLECTION_GROUP";
  /** Without the last column, `__name__`. */
  readonly fields: readonly IndexField[];
  readonly nameDirection: "ASCENDING" | "DESCENDING";
}

/**
 * The indexes that the emulator says the project's queries needed, since it started: an endpoint
 * the documentation does not name (research/peers.md, point 0.1). It leaves out those that every
 * database has, sorts columns of equality by name, and reports equality-only queries too, which
 * production answers by merging.
 */
export async function readIndexUsage(
  endpoint: string,
  projectId: string,
): Promise<readonly ReportedIndex[]> {
  const database = `projects/${projectId}/databases/(default)`;
  const url = `http://${endpoint}/emulator/v1/projects/${projectId}:indexUsage?database=${database}`;
  const response = await fetch(url);
  if (!response.ok)
    throw new Error(`indexUsage: HTTP ${response.status}: ${await response.text()}`);
  const { reports } = reportSchema.parse(await response.json());
  return reports.map(({ index }) => ({
    collectionGroup: index.name.split("/").at(-3) ?? "",
    scope: index.queryScope,
    nameDirection: index.fields.at(-1)?.order ?? "ASCENDING",
    fields: index.fields
      .filter(({ fieldPath }) => fieldPath !== "__name__")
      .map(({ fieldPath, order, arrayConfig }) =>
        arrayConfig === undefined
          ? { fieldPath, order: order ?? "ASCENDING" }
          : { fieldPath, arrayConfig },
      ),
  }));
}
