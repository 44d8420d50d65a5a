import { assert } from "../../std/assert.ts";
import type { UserClient } from "../drivers/user-client.ts";
import type { RunScope } from "./run-scope.ts";
import type { WriteCaps } from "./write-caps.ts";

/** A user's app that acts as the run's users only, writes the run's documents only, and under its caps. */
export function confinedClient(client: UserClient, scope: RunScope, caps: WriteCaps): UserClient {
  const mayAct = (uid: string): void =>
    assert(scope.ownsUser(uid), `run ${scope.runId} may not act as ${uid}, who is not its user`);
  return {
    query: async (user, query, signal) => {
      mayAct(user.uid);
      return client.query(user, query, signal);
    },
    get: async (user, path, signal) => {
      mayAct(user.uid);
      return client.get(user, path, signal);
    },
    create: async (user, write, signal) => {
      mayAct(user.uid);
      const { path } = write;
      assert(scope.owns(path), `run ${scope.runId} may not touch ${path}: it is not the run's`);
      await caps.admit(1, path);
      await client.create(user, write, signal);
    },
    close: () => client.close(),
  };
}
