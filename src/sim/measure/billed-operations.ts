import type { Store, Write } from "../../system/store/store.ts";
import type { ListenChannel } from "../drivers/listen-channel.ts";
import type { UserClient } from "../drivers/user-client.ts";
import { notedTransaction } from "./noted-transaction.ts";

/** Operations as Firestore bills them, in documents. */
export interface Billed {
  readonly reads: number;
  readonly writes: number;
  readonly deletes: number;
}

/**
 * Counts what Firestore would bill: each document read, a query that finds none as one, each
 * document a listener is told of, and each write or delete that was committed. What is refused or
 * fails is not billed. (https://firebase.google.com/docs/firestore/pricing, read 2026-11.)
 */
export class BilledOperations {
  #reads = 0;
  #writes = 0;
  #deletes = 0;

  reset(): void {
    this.#reads = 0;
    this.#writes = 0;
    this.#deletes = 0;
  }

  /** What another process has read and written for this run. */
  billedElsewhere({ reads, writes }: Pick<Billed, "reads" | "writes">): void {
    this.#reads += reads;
    this.#writes += writes;
  }

  counts(): Billed {
    return { reads: this.#reads, writes: this.#writes, deletes: this.#deletes };
  }

  /** The same store, counted. What a run of a transaction reads is billed, committed or not. */
  watchStore(store: Store): Store {
    return {
      commit: async (writes) => {
        const result = await store.commit(writes);
        this.#committed(writes);
        return result;
      },
      get: async (paths) => this.#got(await store.get(paths)),
      query: async (query) => this.#found(await store.query(query)),
      transaction: async (body) => {
        let written: Write[] = [];
        const result = await store.transaction((transaction) => {
          written = [];
          return body({
            ...notedTransaction(transaction, written),
            get: async (paths) => this.#got(await transaction.get(paths)),
            query: async (query) => this.#found(await transaction.query(query)),
          });
        });
        this.#committed(written);
        return result;
      },
    };
  }

  /** The same client, counted. */
  watchClient(client: UserClient): UserClient {
    return {
      query: async (user, query, signal) => this.#found(await client.query(user, query, signal)),
      get: async (user, path, signal) => {
        const found = await client.get(user, path, signal);
        this.#reads += 1;
        return found;
      },
      create: async (user, write, signal) => {
        await client.create(user, write, signal);
        this.#writes += 1;
      },
      close: () => client.close(),
    };
  }

  /** The same channel, counted. */
  watchChannel(channel: ListenChannel): ListenChannel {
    return {
      listen: (call) =>
        channel.listen({
          ...call,
          onMessage: (message) => {
            if (message.documentChange) this.#reads += 1;
            call.onMessage(message);
          },
        }),
      close: () => channel.close(),
    };
  }

  #committed(writes: readonly Write[]): void {
    for (const { kind } of writes) {
      if (kind === "delete") this.#deletes += 1;
      else this.#writes += 1;
    }
  }

  #got<T>(documents: readonly T[]): readonly T[] {
    this.#reads += documents.length;
    return documents;
  }

  #found<T>(documents: readonly T[]): readonly T[] {
    this.#reads += Math.max(1, documents.length);
    return documents;
  }
}
