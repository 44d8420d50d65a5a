import type { Clock } from "../../std/clock.ts";
import { evaluateQuery } from "./memory-query.ts";
import { applyWrite } from "./memory-write.ts";
import {
  StoreError,
  type CommitResult,
  type Query,
  type Snapshot,
  type Store,
  type StoreTransaction,
  type Write,
} from "./store.ts";

/** Where a test may let a commit fail, by throwing a StoreError. */
export interface MemoryFaults {
  /** The commit is refused: nothing is written. */
  readonly beforeCommit?: (writes: readonly Write[]) => void;
  /** The commit is done and its answer is lost. */
  readonly afterCommit?: (writes: readonly Write[]) => void;
}

/** As many as the server allows before it gives the contention back to the caller. */
const ATTEMPTS_MAX = 5;

/** A store in memory for unit tests of the service: exact for what the service asks of the port. */
export function createMemoryStore(clock: Clock, faults: MemoryFaults = {}): Store {
  const documents = new Map<string, Snapshot>();
  let commits = 0;

  const commit = (writes: readonly Write[], check: () => void): CommitResult => {
    faults.beforeCommit?.(writes);
    check();
    commits += 1;
    const commitTimeMs = clock.wallMs();
    const staged = new Map<string, Snapshot | undefined>();
    for (const write of writes) {
      const { path } = write;
      const current = staged.has(path) ? staged.get(path) : documents.get(path);
      staged.set(path, applyWrite(current, write, commitTimeMs, String(commits)));
    }
    for (const [path, document] of staged) {
      if (document) documents.set(path, document);
      else documents.delete(path);
    }
    faults.afterCommit?.(writes);
    return { commitTimeMs };
  };
  const get = (paths: readonly string[]): readonly (Snapshot | undefined)[] =>
    paths.map((path) => documents.get(path));
  const query = (asked: Query): readonly Snapshot[] => evaluateQuery(documents.values(), asked);

  return {
    commit: async (writes) => commit(writes, () => undefined),
    get: async (paths) => get(paths),
    query: async (asked) => query(asked),
    transaction: (body) => runTransaction(body, { get, query, commit }),
  };
}

interface Operations {
  get(paths: readonly string[]): readonly (Snapshot | undefined)[];
  query(query: Query): readonly Snapshot[];
  commit(writes: readonly Write[], check: () => void): CommitResult;
}

/** Optimistic: a read that would answer differently at the end aborts the attempt. */
async function runTransaction<T>(
  body: (transaction: StoreTransaction) => Promise<T>,
  operations: Operations,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const stillHolds: (() => boolean)[] = [];
    const writes: Write[] = [];
    const read = <Answer extends readonly (Snapshot | undefined)[]>(ask: () => Answer): Answer => {
      const answer = ask();
      stillHolds.push(() => sameVersions(answer, ask()));
      return answer;
    };
    const result = await body({
      get: async (paths) => read(() => operations.get(paths)),
      query: async (query) => read(() => operations.query(query)),
      write: (...more) => void writes.push(...more),
    });
    try {
      operations.commit(writes, () => {
        if (stillHolds.every((holds) => holds())) return;
        throw new StoreError("ABORTED", "commit", writes[0]?.path ?? "", "too much contention");
      });
      return result;
    } catch (error) {
      const aborted = error instanceof StoreError && error.code === "ABORTED";
      if (!aborted || attempt === ATTEMPTS_MAX) throw error;
    }
  }
}

function sameVersions(
  left: readonly (Snapshot | undefined)[],
  right: readonly (Snapshot | undefined)[],
): boolean {
  return (
    left.length === right.length &&
    left.every(
      (snapshot, index) =>
        snapshot?.path === right[index]?.path && snapshot?.version === right[index]?.version,
    )
  );
}
