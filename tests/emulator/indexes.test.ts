import { describe, expect, inject, it } from "vitest";
import { definitionOf, neededIndexes } from "../../src/firestore/indexes/needed-index.ts";
import { toStructuredQuery } from "../../src/sim/audit/store-query.ts";
import { SERVICE_QUERIES } from "../../src/system/queries/service-queries.ts";
import { readIndexUsage } from "../setup/index-usage.ts";
import { runQuery } from "../setup/run-query.ts";

/*
 * The emulator answers any query, and reports the index that production would have needed. Here it
 * is the witness for neededIndexes(), which the tests without an emulator hold against
 * firestore.indexes.json. index-differential.test.ts asks it about queries the service does not make.
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

      const expected = neededIndexes(toStructuredQuery(query))
        .map((needed) => {
          const { collectionGroup, queryScope: scope, fields } = definitionOf(needed);
          return { collectionGroup, scope, fields, nameDirection: needed.nameDirection };
        })
        .filter(({ scope, fields }) => scope === "COLLECTION_GROUP" || fields.length > 1);
      expect(reported).toEqual(expected);
    },
  );
});
