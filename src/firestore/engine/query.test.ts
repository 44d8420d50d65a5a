import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Document } from "../data/document.ts";
import type { StructuredQuery } from "../data/query.ts";
import { FirestoreError } from "../data/status.ts";
import type { EmbeddedDatabase } from "./database.ts";
import { anyQuery, anyWrite, LATEST, rig } from "./engine.fixture.ts";
import type { ListenEvent } from "./engine.ts";
import { naiveQuery } from "./naive-query.fixture.ts";

const anyWrites = (size: number) => fc.array(anyWrite, { minLength: size, maxLength: size });

/** Undefined where Firestore would refuse the query. */
async function answer(
  database: EmbeddedDatabase,
  query: StructuredQuery,
  at: Parameters<EmbeddedDatabase["query"]>[1] = LATEST,
): Promise<readonly Document[] | undefined> {
  try {
    return (await database.query(query, at)).result.documents;
  } catch (error) {
    if (error instanceof FirestoreError && error.code === "INVALID_ARGUMENT") return undefined;
    throw error;
  }
}

function everything(database: EmbeddedDatabase, paths: Iterable<string>): readonly Document[] {
  return [...paths].map((path) => database.peek(path)).filter((document) => document !== undefined);
}

describe("a query", () => {
  it("returns what looking at every document, sorting and slicing would", async () => {
    let answered = 0;
    let found = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(anyWrites(60), fc.array(anyQuery, { minLength: 6, maxLength: 6 })), {
          minLength: 3,
          maxLength: 3,
        }),
        async (rounds) => {
          const { database } = rig();
          const paths = new Set<string>();
          for (const [writes, queries] of rounds) {
            for (const write of writes) {
              paths.add(write.path);
              database.commitNow([write]);
            }
            for (const query of queries) {
              const documents = await answer(database, query);
              if (documents === undefined) continue;
              answered += 1;
              found += documents.length;
              const expected = naiveQuery(everything(database, paths), query);
              expect(documents.map(({ path }) => path)).toEqual(expected.map(({ path }) => path));
            }
          }
        },
      ),
      { numRuns: 120 },
    );
    expect(answered).toBeGreaterThan(200);
    expect(found).toBeGreaterThan(500);
  });

  it("sees the past as it was", async () => {
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(
        anyWrites(100),
        anyWrites(60),
        fc.array(anyQuery, { minLength: 6, maxLength: 6 }),
        async (earlier, later, queries) => {
          const { database } = rig();
          for (const write of earlier) database.commitNow([write]);
          const paths = new Set([...earlier, ...later].map(({ path }) => path));
          const snapshot = everything(database, paths);
          const { readTime } = await database.get([], LATEST);
          for (const write of later) database.commitNow([write]);
          for (const query of queries) {
            const documents = await answer(database, query, { kind: "read-time", readTime });
            if (documents === undefined) continue;
            answered += 1;
            expect(documents).toEqual(naiveQuery(snapshot, query));
          }
        },
      ),
      { numRuns: 80 },
    );
    expect(answered).toBeGreaterThan(50);
  });
});

describe("a listener", () => {
  it("tells, change by change, what the query would return", async () => {
    let events = 0;
    await fc.assert(
      fc.asyncProperty(
        anyWrites(70),
        fc.array(fc.array(anyWrite, { minLength: 1, maxLength: 4 }), { maxLength: 15 }),
        fc.array(anyQuery, { minLength: 4, maxLength: 4 }),
        async (before, commits, queries) => {
          const { database } = rig();
          for (const write of before) database.commitNow([write]);
          const clients: { query: StructuredQuery; client: Client }[] = [];
          for (const query of queries) {
            const client = new Client();
            try {
              database.listen({ query }, client.take);
              clients.push({ query, client });
            } catch (error) {
              if (!(error instanceof FirestoreError)) throw error;
            }
          }
          for (const writes of commits) {
            database.commitNow(writes);
            for (const { query, client } of clients) {
              const expected = (await answer(database, query)) ?? [];
              expect(new Set(client.view.values())).toEqual(new Set(expected));
              expect(client.count).toBe(expected.length);
            }
          }
          events += clients.reduce((sum, { client }) => sum + client.events, 0);
        },
      ),
      { numRuns: 120 },
    );
    expect(events).toBeGreaterThan(200);
  });

  it("that resumes is told of the difference, and of nothing else", async () => {
    let differences = 0;
    await fc.assert(
      fc.asyncProperty(
        anyWrites(70),
        anyWrites(20),
        fc.array(anyQuery, { minLength: 4, maxLength: 4 }),
        async (before, between, queries) => {
          const { database } = rig();
          for (const write of before) database.commitNow([write]);
          for (const query of queries) {
            if ((await answer(database, query)) === undefined) continue;
            const client = new Client();
            database.listen({ query }, client.take).stop();
            const old = new Map(client.view);
            for (const write of between) database.commitNow([write]);
            let event: ListenEvent | undefined;
            const target = { query, resume: { token: client.token } };
            database.listen(target, (first) => {
              event = first;
              client.take(first);
            });
            const expected = (await answer(database, query)) ?? [];
            expect(event?.reset).toBe(false);
            expect(new Set(client.view.values())).toEqual(new Set(expected));
            for (const document of event?.changed ?? []) {
              expect(old.get(document.path)).not.toEqual(document);
            }
            differences += (event?.changed.length ?? 0) + (event?.removed.length ?? 0);
          }
        },
      ),
      { numRuns: 80 },
    );
    expect(differences).toBeGreaterThan(50);
  });
});

/** What an SDK keeps of a target. */
class Client {
  readonly view = new Map<string, Document>();
  token = new Uint8Array();
  count = 0;
  events = 0;

  take = (event: ListenEvent): void => {
    if (event.reset) this.view.clear();
    for (const document of event.changed) this.view.set(document.path, document);
    for (const { path } of event.removed) this.view.delete(path);
    this.token = new Uint8Array(event.resumeToken);
    this.count = event.count;
    this.events += 1;
  };
}
