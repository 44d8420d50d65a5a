import { assert } from "../../std/assert.ts";
import type { Filter, Query, Snapshot, Store, Write } from "../../system/store/store.ts";
import type { PathRange, RunScope } from "./run-scope.ts";

/**
 * The database as one run may see it: its own documents and no others. A write or a read elsewhere
 * is a fault of the program and throws before anything is sent. A query of all collections of one
 * name (such as the service's sweep) is confined to the run's users and tenants.
 */
export function confinedStore(store: Store, scope: RunScope): Store {
  const place = (path: string): string => {
    const placed = scope.toDatabase(path);
    assert(scope.owns(placed), `run ${scope.runId} may not touch ${path}: it is not the run's`);
    return placed;
  };
  const placeWrites = (writes: readonly Write[]): readonly Write[] =>
    writes.map((write) => {
      const path = place(write.path);
      return path === write.path ? write : { ...write, path };
    });
  const found = (snapshot: Snapshot): Snapshot => {
    const { path } = snapshot;
    assert(scope.owns(path), `run ${scope.runId} was shown ${path}, which is not the run's`);
    const known = scope.toRun(path);
    return known === path ? snapshot : { ...snapshot, path: known };
  };
  const maybeFound = (snapshot: Snapshot | undefined): Snapshot | undefined =>
    snapshot && found(snapshot);
  return {
    commit: async (writes) => store.commit(placeWrites(writes)),
    get: async (paths) => (await store.get(paths.map(place))).map(maybeFound),
    query: async (query) =>
      (await confinedQuery(query, scope, (one) => store.query(one))).map(found),
    transaction: (body) =>
      store.transaction((transaction) =>
        body({
          get: async (paths) => (await transaction.get(paths.map(place))).map(maybeFound),
          query: async (query) =>
            (await confinedQuery(query, scope, (one) => transaction.query(one))).map(found),
          write: (...writes) => transaction.write(...placeWrites(writes)),
        }),
      ),
  };
}

type Ask = (query: Query) => Promise<readonly Snapshot[]>;

async function confinedQuery(
  query: Query,
  scope: RunScope,
  ask: Ask,
): Promise<readonly Snapshot[]> {
  const { from } = query;
  if (from.kind === "collection") {
    // A collection is the run's when any document in it would be.
    const example = `${from.path}/${scope.prefix}`;
    const isWithin =
      from.path.includes(`/`) && scope.owns(example) && !from.path.startsWith("ops/");
    assert(isWithin, `run ${scope.runId} may not list ${from.path}: it is not the run's`);
    return ask(query);
  }
  const ranges = scope.rangesOf(from.name);
  const [only] = ranges;
  assert(only !== undefined, `no document of a run lies in a collection ${from.name}`);
  if (ranges.length === 1) return ask(within(query, only));
  return oneAfterAnother(query, scope, ranges, ask);
}

function within(query: Query, { from, to }: PathRange): Query {
  const bounds: readonly Filter[] = [
    { field: "__name__", operator: ">=", value: from },
    { field: "__name__", operator: "<", value: to },
  ];
  return { ...query, where: [...(query.where ?? []), ...bounds] };
}

/** A list in order of name over several ranges is one list after another. */
async function oneAfterAnother(
  query: Query,
  scope: RunScope,
  ranges: readonly PathRange[],
  ask: Ask,
): Promise<readonly Snapshot[]> {
  const { orderBy = [], startAfter, limit = Infinity } = query;
  const [order] = orderBy;
  assert(
    orderBy.length === 1 && order?.field === "__name__" && order.direction === "asc",
    "documents in several places are listed in order of name only",
  );
  const last = startAfter?.[0];
  const after = typeof last === "string" ? scope.toDatabase(last) : undefined;
  const found: Snapshot[] = [];
  for (const range of ranges) {
    if (found.length >= limit) break;
    if (after !== undefined && after >= range.to) continue;
    const { startAfter: _, ...rest } = query;
    const cursor = after === undefined || after < range.from ? {} : { startAfter: [after] };
    const left = limit === Infinity ? {} : { limit: limit - found.length };
    found.push(...(await ask(within({ ...rest, ...cursor, ...left }, range))));
  }
  return found;
}
