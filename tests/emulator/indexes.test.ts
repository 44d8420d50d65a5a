import { describe, expect, inject, it } from "vitest";
import { requiredIndex } from "../../src/system/queries/required-index.ts";
import { SERVICE_QUERIES } from "../../src/system/queries/service-queries.ts";
import { readIndexUsage } from "../setup/index-usage.ts";
import { runQuery } from "../setup/run-query.ts";

/*
 * The emulator answers any query, and reports the index that production would have needed. Here it
 * is the witness for requiredIndex(), which the tests without an emulator hold against
 * firestore.indexes.json.
 */
describe("the index each query needs, by the emulator's report", () => {
  const endpoint = inject("firestoreEndpoint");
  const run = process.pid;

  it.each(Object.entries(SERVICE_QUERIES).map(([name, query], index) => ({ name, query, index })))(
    "$name",
    async ({ query, index }) => {
      const projectId = `demo-indexes-${run}-${index}`;
      await runQuery(endpoint, projectId, query);

      const reported = await readIndexUsage(endpoint, projectId);

      const { kind, collectionGroup, scope, fields } = requiredIndex(query);
      const isAutomatic = kind === "single-field" && scope === "COLLECTION";
      expect(reported).toEqual(
        kind === "documents" || isAutomatic ? [] : [{ collectionGroup, scope, fields }],
      );
    },
  );
});
