import type { Clock } from "../../std/clock.ts";
import {
  StoreError,
  type Store,
  type StoreTransaction,
  type Write,
} from "../../system/store/store.ts";
import type { ListenChannel } from "../drivers/listen-channel.ts";
import type { UserClient } from "../drivers/user-client.ts";
import {
  addRanges,
  type CountedOperations,
  type CountedStretch,
  type Quantity,
  type Range,
} from "./counted-operations.ts";
import { notedTransaction } from "./noted-transaction.ts";

const STRETCH_MS = 1000;

/** After these nobody knows whether a commit was applied. */
const UNKNOWN_OUTCOMES = new Set<string>([
  "CANCELLED",
  "UNKNOWN",
  "DEADLINE_EXCEEDED",
  "INTERNAL",
  "UNAVAILABLE",
]);

/** What the database refuses with for contention, and for its ramp and quotas. */
const REFUSALS = new Set<string>(["ABORTED", "RESOURCE_EXHAUSTED"]);

/** Security rules may look up one document for a user's request; firestore.rules does for some. */
const LOOKED_UP_BY_RULES = 1;

/**
 * Counts a run's operations as the database's own metrics count them, by the second of wall time in
 * which their answers came, so that both can be compared over the same stretch of time. Wrap what
 * is nearest to the database: tries that are repeated further out are each counted.
 */
export class OperationTally {
  readonly #clock: Clock;
  readonly #stretches = new Map<number, CountedStretch>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  counted(): CountedOperations {
    const stretches = [...this.#stretches.values()].sort((left, right) => left.at - right.at);
    return { stretchMs: STRETCH_MS, stretches };
  }

  /** The same store, counted. */
  watchStore(store: Store): Store {
    return {
      commit: (writes) =>
        this.#committing(
          () => store.commit(writes),
          () => writes,
        ),
      get: async (paths) => this.#looked(await this.#asking(() => store.get(paths))),
      query: async (query) => this.#found(await this.#asking(() => store.query(query))),
      transaction: (body) => this.#transaction(store, body),
    };
  }

  /** The same client, counted. Its requests go through the security rules. */
  watchClient(client: UserClient): UserClient {
    return {
      query: async (user, query, signal) =>
        this.#found(
          await this.#asking(() => client.query(user, query, signal), LOOKED_UP_BY_RULES),
        ),
      get: async (user, path, signal) => {
        const ask = () => client.get(user, path, signal);
        const [found] = this.#looked([await this.#asking(ask, LOOKED_UP_BY_RULES)]);
        return found;
      },
      create: (user, write, signal) => {
        this.#add("reads", [0, LOOKED_UP_BY_RULES]);
        return this.#committing(
          () => client.create(user, write, signal),
          () => [write],
        );
      },
      close: () => client.close(),
    };
  }

  /** The same channel, counted: a read for each document that a listener is told of. */
  watchChannel(channel: ListenChannel): ListenChannel {
    return {
      listen: (call) => {
        this.#add("reads", [0, LOOKED_UP_BY_RULES]);
        return channel.listen({
          ...call,
          onMessage: (message) => {
            if (message.documentChange) this.#add("reads", [1, 1]);
            call.onMessage(message);
          },
        });
      },
      close: () => channel.close(),
    };
  }

  /**
   * Operations of a user that another process carried out, by the code it was answered with: `read`
   * documents found, or one document created. It is counted now.
   */
  client(kind: "read" | "create", code: string, documents: number): void {
    if (kind === "read" && code === "OK") this.#found({ length: documents });
    if (kind === "create" && code === "OK") this.#wrote([{ kind: "create" }], true);
    if (kind === "create" && UNKNOWN_OUTCOMES.has(code)) this.#wrote([{ kind: "create" }], false);
    if (REFUSALS.has(code)) this.#add("refused", [1, 1]);
    this.#add("reads", [0, LOOKED_UP_BY_RULES]);
  }

  async #transaction<T>(
    store: Store,
    body: (transaction: StoreTransaction) => Promise<T>,
  ): Promise<T> {
    let written: Write[] = [];
    let runs = 0;
    const run = () =>
      store.transaction((transaction) => {
        runs += 1;
        // A body is run again after a commit that failed, most often for contention.
        if (runs > 1) this.#add("refused", [0, 1]);
        written = [];
        return body({
          ...notedTransaction(transaction, written),
          get: async (paths) => this.#looked(await transaction.get(paths)),
          query: async (query) => this.#found(await transaction.query(query)),
        });
      });
    return await this.#committing(run, () => written);
  }

  async #committing<T>(
    commit: () => Promise<T>,
    writes: () => readonly Pick<Write, "kind">[],
  ): Promise<T> {
    try {
      const result = await commit();
      this.#wrote(writes(), true);
      return result;
    } catch (error) {
      this.#refused(error);
      // An error that is no answer (a fault in the body) leaves it as open as a lost one.
      const code = error instanceof StoreError ? error.code : "UNKNOWN";
      if (UNKNOWN_OUTCOMES.has(code)) this.#wrote(writes(), false);
      throw error;
    }
  }

  async #asking<T>(ask: () => Promise<T>, mayReadMore = 0): Promise<T> {
    this.#add("reads", [0, mayReadMore]);
    try {
      return await ask();
    } catch (error) {
      this.#refused(error);
      throw error;
    }
  }

  #refused(error: unknown): void {
    if (error instanceof StoreError && REFUSALS.has(error.code)) this.#add("refused", [1, 1]);
  }

  #wrote(writes: readonly Pick<Write, "kind">[], isSure: boolean): void {
    const deletes = writes.filter(({ kind }) => kind === "delete").length;
    this.#add("deletes", [isSure ? deletes : 0, deletes]);
    const others = writes.length - deletes;
    this.#add("writes", [isSure ? others : 0, others]);
  }

  /** A document that is not there is billed; whether it counts as read is not said anywhere. */
  #looked<T>(documents: readonly (T | undefined)[]): readonly (T | undefined)[] {
    const found = documents.filter((one) => one !== undefined).length;
    this.#add("reads", [found, documents.length]);
    return documents;
  }

  /** A query that finds nothing is billed as one read. */
  #found<T extends { readonly length: number }>(documents: T): T {
    this.#add("reads", [documents.length, Math.max(1, documents.length)]);
    return documents;
  }

  #add(quantity: Quantity, range: Range): void {
    if (range[1] === 0) return;
    const at = Math.floor(this.#clock.wallMs() / STRETCH_MS);
    const stretch = this.#stretches.get(at) ?? {
      at,
      reads: [0, 0],
      writes: [0, 0],
      deletes: [0, 0],
      refused: [0, 0],
    };
    this.#stretches.set(at, { ...stretch, [quantity]: addRanges(stretch[quantity], range) });
  }
}
