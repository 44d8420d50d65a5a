import type { Clock } from "../../std/clock.ts";
import type { Rng } from "../../std/rng.ts";
import type { DatabaseName, Document, FieldPath } from "../data/document.ts";
import type { Aggregation, StructuredQuery } from "../data/query.ts";
import { FirestoreError } from "../data/status.ts";
import type { Value } from "../data/value.ts";
import type { Write, WriteResult } from "../data/write.ts";
import { checkDocumentPath } from "./check-path.ts";
import { checkDistinct, checkWrites } from "./check-writes.ts";
import { CommitTimes } from "./commit-times.ts";
import type {
  CommitResult,
  Consistency,
  Database,
  DatabaseStatistics,
  ListDocuments,
  ListenEvent,
  Listening,
  ListenTarget,
  Lookup,
  Page,
  QueryResult,
  ReadResult,
  TransactionId,
  TransactionMode,
} from "./engine.ts";
import type { HistoryLimits } from "./history.ts";
import { createParts, type DatabaseParts } from "./database-parts.ts";
import { listQuery } from "./list-documents.ts";
import { LocatedWrites } from "./located-writes.ts";
import { microsOf, timestampOf } from "./micros.ts";
import { readOnlyTransaction } from "./refusals.ts";
import type { Transaction } from "./transaction.ts";

export class EmbeddedDatabase implements Database {
  readonly name: DatabaseName;
  readonly #clock: Clock;
  readonly #rng: Rng;
  readonly #history: HistoryLimits;
  readonly #times: CommitTimes;
  #parts: DatabaseParts;

  constructor(clock: Clock, rng: Rng, name: DatabaseName, history: HistoryLimits) {
    this.name = name;
    this.#clock = clock;
    this.#rng = rng;
    this.#history = history;
    this.#times = new CommitTimes(clock);
    this.#parts = this.#newParts();
  }

  /** Where the writes' documents are, for those who look at them before the commit. */
  locate(writes: readonly Write[]): LocatedWrites {
    return LocatedWrites.in(this.#parts.store.tree, writes);
  }

  /** The whole of a commit at once, without waiting; "blocked" when somebody's locks are in the way. */
  commitNow(
    writes: readonly Write[] | LocatedWrites,
    transaction?: TransactionId,
  ): CommitResult | "blocked" {
    const { tree } = this.#parts.store;
    const located =
      writes instanceof LocatedWrites ? writes.now(tree) : LocatedWrites.in(tree, writes);
    const checked = checkWrites(this.name, located);
    const owner = this.#writer(checked.writes, transaction);
    return this.#attempt(checked, owner);
  }

  async commit(
    writes: readonly Write[],
    transaction?: TransactionId,
    signal?: AbortSignal,
  ): Promise<CommitResult> {
    const checked = checkWrites(this.name, this.locate(writes));
    const owner = this.#writer(checked.writes, transaction);
    const result = this.#attempt(checked, owner);
    return result === "blocked" ? this.#commitLater(checked, owner, signal) : result;
  }

  async batchWrite(writes: readonly Write[]): Promise<readonly (WriteResult | FirestoreError)[]> {
    checkDistinct(writes);
    const checked = writes.map((write) => checkWrites(this.name, this.locate([write])));
    return Promise.all(checked.map((write) => this.#writeAlone(write)));
  }

  begin(mode: TransactionMode): ReturnType<Database["begin"]> {
    const now = this.#times.forRead();
    const snapshot =
      mode.kind === "read-only" && mode.readTime !== undefined
        ? this.#parts.reads.checkedReadTime(microsOf(mode.readTime))
        : now;
    const { id } = this.#parts.transactions.begin(mode, snapshot);
    return { transaction: id, readTime: timestampOf(snapshot) };
  }

  rollback(transaction: TransactionId): void {
    const { transactions } = this.#parts;
    const open = transactions.find(transaction);
    if (open !== undefined) transactions.end(open);
  }

  async get(
    paths: readonly string[],
    at: Consistency,
    mask?: readonly FieldPath[],
  ): Promise<ReadResult<readonly Lookup[]>> {
    const { tree } = this.#parts.store;
    for (const path of paths) {
      if (tree.row(path) === undefined) checkDocumentPath(this.name, path);
    }
    const wanted = [...new Set(paths)];
    return this.#parts.reads.read(at, { paths: wanted }, (reader, when) =>
      reader.get(wanted, when, mask),
    );
  }

  async query(query: StructuredQuery, at: Consistency): Promise<ReadResult<QueryResult>> {
    const normal = this.#parts.reader.normalise(query);
    return this.#parts.reads.readQuery(at, normal, (reader, when) => reader.query(normal, when));
  }

  async aggregate(
    query: StructuredQuery,
    aggregations: readonly Aggregation[],
    at: Consistency,
  ): Promise<ReadResult<ReadonlyMap<string, Value>>> {
    const normal = this.#parts.reader.normaliseAggregation(query, aggregations);
    return this.#parts.reads.readQuery(at, normal, (reader, when) =>
      reader.aggregate(normal, aggregations, when),
    );
  }

  async listDocuments(request: ListDocuments, at: Consistency): Promise<Page<Lookup>> {
    const { parent, collectionId, orderBy } = request;
    const normal = this.#parts.reader.normalise(listQuery(parent, collectionId, orderBy));
    const read = await this.#parts.reads.readQuery(at, normal, (reader, when) =>
      reader.listDocuments(request, when),
    );
    return read.result;
  }

  async listCollectionIds(
    parent: string,
    pageSize: number,
    pageToken: string | undefined,
    at: Consistency,
  ): Promise<Page<string>> {
    const read = await this.#parts.reads.read(at, { paths: [] }, (reader, when) =>
      reader.listCollectionIds({ parent, pageSize, pageToken }, when),
    );
    return read.result;
  }

  async partition(
    query: StructuredQuery,
    partitions: number,
    at: Consistency,
  ): Promise<readonly (readonly Value[])[]> {
    const read = await this.#parts.reads.read(at, { paths: [] }, (reader, when) =>
      reader.partition(query, partitions, when),
    );
    return read.result;
  }

  listen(target: ListenTarget, sink: (event: ListenEvent) => void): Listening {
    const listening = this.#parts.listeners.listen(target, sink);
    return listening;
  }

  peek(path: string): Document | undefined {
    return this.#parts.store.get(path);
  }

  clear(): void {
    const before = this.#parts;
    this.#parts = this.#newParts();
    before.transactions.endAll();
    before.queue.pump();
    before.listeners.moveTo(this.#parts.listeners);
  }

  statistics(): DatabaseStatistics {
    const { store, transactions, listeners, committer } = this.#parts;
    return {
      documents: store.tree.size,
      oldVersions: store.history.size,
      transactions: transactions.size,
      listeners: listeners.size,
      commits: committer.count,
    };
  }

  #newParts(): DatabaseParts {
    return createParts({
      clock: this.#clock,
      database: this.name,
      times: this.#times,
      history: this.#history,
      life: this.#rng.integer(1, 0xffff_ffff),
    });
  }

  /** The transaction that the commit is of. Undefined: none. */
  #writer(writes: readonly Write[], id: TransactionId | undefined): Transaction | undefined {
    if (id === undefined) return undefined;
    const transaction = this.#parts.transactions.use(id);
    if (transaction.mode.kind === "read-only" && writes.length > 0) throw readOnlyTransaction();
    return transaction;
  }

  /** A commit ends its transaction, whether it succeeds or is refused. */
  #attempt(checked: LocatedWrites, owner: Transaction | undefined): CommitResult | "blocked" {
    const { committer, transactions } = this.#parts;
    if (checked.writes.length === 0) {
      if (owner !== undefined) transactions.end(owner);
      return { commitTime: timestampOf(this.#times.forRead()), writeResults: [] };
    }
    let result: CommitResult | "blocked";
    try {
      result = committer.tryNow(checked, owner);
    } catch (error) {
      if (owner !== undefined) transactions.end(owner);
      throw error;
    }
    if (result !== "blocked" && owner !== undefined) transactions.end(owner);
    return result;
  }

  async #commitLater(
    checked: LocatedWrites,
    owner: Transaction | undefined,
    signal: AbortSignal | undefined,
  ): Promise<CommitResult> {
    const { committer, queue, transactions } = this.#parts;
    let result: CommitResult | undefined;
    const request = committer.request(checked, owner, (done) => {
      result = done;
      if (owner !== undefined) transactions.end(owner);
    });
    try {
      await queue.wait(request, signal);
    } catch (error) {
      if (owner !== undefined) transactions.end(owner);
      throw error;
    }
    return result as unknown as CommitResult;
  }

  async #writeAlone(alone: LocatedWrites): Promise<WriteResult | FirestoreError> {
    try {
      const attempt = this.#attempt(alone, undefined);
      const { writeResults } =
        attempt === "blocked" ? await this.#commitLater(alone, undefined, undefined) : attempt;
      return writeResults[0] as WriteResult;
    } catch (error) {
      if (error instanceof FirestoreError) return error;
      throw error;
    }
  }
}
