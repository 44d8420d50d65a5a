import type { Store } from "../../system/store/store.ts";
import type { UserClient } from "../drivers/user-client.ts";

/**
 * Counts every commit that this process sends, tries that fail included. The gateway counts what
 * arrives: two witnesses, and a report whose figures rest on commits that nobody saw is found out.
 */
export class CommitCounter {
  #sent = 0;

  get sent(): number {
    return this.#sent;
  }

  reset(): void {
    this.#sent = 0;
  }

  /** Commits that another process has sent for this run. */
  sentElsewhere(commits: number): void {
    this.#sent += commits;
  }

  /** The same store, counted. A run of a transaction sends one commit, unless its body fails. */
  watchStore(store: Store): Store {
    return {
      commit: (writes) => {
        this.#sent += 1;
        return store.commit(writes);
      },
      get: (paths) => store.get(paths),
      query: (query) => store.query(query),
      transaction: (body) =>
        store.transaction(async (transaction) => {
          const result = await body(transaction);
          this.#sent += 1;
          return result;
        }),
    };
  }

  /** The same client, counted. */
  watchClient(client: UserClient): UserClient {
    return {
      query: (user, query, signal) => client.query(user, query, signal),
      get: (user, path, signal) => client.get(user, path, signal),
      create: (user, write, signal) => {
        this.#sent += 1;
        return client.create(user, write, signal);
      },
      close: () => client.close(),
    };
  }
}
