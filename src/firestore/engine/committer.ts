import type { DatabaseName, Document } from "../data/document.ts";
import type { Timestamp } from "../data/timestamp.ts";
import type { LocatedWrites } from "./located-writes.ts";
import type { CommitTimes } from "./commit-times.ts";
import type { CommitResult } from "./engine.ts";
import type { LockQueue, LockRequest } from "./lock-queue.ts";
import { type LockTable, seesChange, type Touched } from "./lock-table.ts";
import { timestampOf } from "./micros.ts";
import { crossTransactionContention } from "./refusals.ts";
import { stageWrites, type StagedCommit } from "./stage-writes.ts";
import type { StagedDocument, Store } from "./store.ts";
import type { Transaction } from "./transaction.ts";
import type { Change } from "./version.ts";

export interface CommitterParts {
  readonly database: DatabaseName;
  readonly store: Store;
  readonly times: CommitTimes;
  readonly locks: LockTable;
  readonly queue: LockQueue;
  readonly onChanges: (changes: readonly Change[], micros: number) => void;
}

/** Makes commits happen, at one instant each, when nobody's locks are in the way. */
export class Committer {
  readonly #parts: CommitterParts;
  #count = 0;

  constructor(parts: CommitterParts) {
    this.#parts = parts;
  }

  get count(): number {
    return this.#count;
  }

  /** Commits writes that have been checked, or says that somebody is in the way. */
  tryNow(checked: LocatedWrites, owner: Transaction | undefined): CommitResult | "blocked" {
    const { locks, queue } = this.#parts;
    if (!locks.isEmpty || queue.size > 0) {
      if (!queue.isFree(this.request(checked, owner, () => undefined))) return "blocked";
    }
    const result = this.#commit(checked, owner);
    // What it changed may have been what others wait for.
    if (queue.size > 0) queue.pump();
    return result;
  }

  /** A request for the queue, for a commit that is blocked. */
  request(
    checked: LocatedWrites,
    owner: Transaction | undefined,
    onDone: (result: CommitResult) => void,
  ): LockRequest {
    const paths = new Set(checked.writes.map(({ path }) => path));
    return {
      owner,
      kind: "write",
      paths,
      holders: () => this.#holders(checked, paths, owner),
      run: () => {
        onDone(this.#commit(checked, owner));
      },
    };
  }

  #holders(
    checked: LocatedWrites,
    paths: ReadonlySet<string>,
    owner: Transaction | undefined,
  ): ReadonlySet<Transaction> {
    const { locks } = this.#parts;
    const readers = locks.readersOf(paths, owner);
    if (!locks.hasQueriers) return readers;
    // All of them: whoever is left out would be a surprise later, and a ring through them unseen.
    return new Set([...readers, ...locks.queriersOf(this.#touched(checked), owner)]);
  }

  /** What the commit would change. A commit that will be refused changes nothing, and may as well be refused now. */
  #touched(checked: LocatedWrites): readonly Touched[] {
    try {
      const time = timestampOf(this.#parts.times.nextCommit());
      return this.#stage(checked, time).documents.map(touchedOf);
    } catch {
      return [];
    }
  }

  #stage(checked: LocatedWrites, commitTime: Timestamp): StagedCommit {
    const { database, store } = this.#parts;
    return stageWrites(database, checked.now(store.tree), commitTime);
  }

  #commit(checked: LocatedWrites, owner: Transaction | undefined): CommitResult {
    const { store, times, onChanges } = this.#parts;
    if (owner?.isOptimistic === true) this.#validate(owner);
    const micros = times.nextCommit();
    const commitTime = timestampOf(micros);
    const { documents, writeResults } = this.#stage(checked, commitTime);
    const changes = store.apply(documents, micros, commitTime);
    times.commitAt(micros);
    this.#count += 1;
    onChanges(changes, micros);
    return { commitTime, writeResults };
  }

  /** Nothing that an optimistic transaction read may have changed since its snapshot. */
  #validate(transaction: Transaction): void {
    const { store, times } = this.#parts;
    const { snapshot, paths, predicates } = transaction;
    if (paths.size === 0 && predicates.length === 0) return;
    if (!store.history.reaches(snapshot, times.now())) throw crossTransactionContention();
    for (const { row, document: after, previous } of store.history.since(snapshot)) {
      const change = { path: row.path, before: previous?.document, after };
      if (paths.has(row.path) || seesChange(transaction, change)) {
        throw crossTransactionContention();
      }
    }
  }
}

function touchedOf({ path, before, fields }: StagedDocument): Touched {
  return { path, before, after: fields && previewOf(path, fields, before) };
}

/** The document to be, for filters to look at; its times are not known yet. */
function previewOf(
  path: string,
  fields: Document["fields"],
  before: Document | undefined,
): Document {
  const unknown = timestampOf(0);
  return {
    path,
    fields,
    createTime: before?.createTime ?? unknown,
    updateTime: before?.updateTime ?? unknown,
  };
}
