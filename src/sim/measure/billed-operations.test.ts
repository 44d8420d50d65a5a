import { expect, it } from "vitest";
import { AutoClock } from "../../std/auto-clock.fixture.ts";
import { createMemoryStore } from "../../system/store/memory-store.ts";
import type { Query } from "../../system/store/store.ts";
import type { ListenCall, ListenChannel } from "../drivers/listen-channel.ts";
import type { UserClient } from "../drivers/user-client.ts";
import { BilledOperations } from "./billed-operations.ts";

const ALL: Query = { from: { kind: "collection", path: "users" } };

it("counts documents as Firestore bills them, and nothing that failed", async () => {
  const billed = new BilledOperations();
  const store = billed.watchStore(createMemoryStore(new AutoClock()));
  await store.query(ALL);
  expect(billed.counts()).toEqual({ reads: 1, writes: 0, deletes: 0 });
  const create = (id: string) => ({ kind: "create", path: `users/${id}`, data: { a: 1 } }) as const;
  await store.commit([create("one"), create("two")]);
  await expect(store.commit([create("one")])).rejects.toThrow("ALREADY_EXISTS");
  await store.get(["users/one", "users/nobody"]);
  await store.query(ALL);
  expect(billed.counts()).toEqual({ reads: 5, writes: 2, deletes: 0 });
  billed.reset();
  const read = await store.transaction(async (transaction) => {
    const [one] = await transaction.get(["users/one"]);
    await transaction.query(ALL);
    transaction.write({ kind: "delete", path: "users/two" }, create("three"));
    return one?.data;
  });
  expect(read).toEqual({ a: 1 });
  expect(billed.counts()).toEqual({ reads: 3, writes: 1, deletes: 1 });
});

it("counts what clients read and make, and each document a listener is told of", async () => {
  const billed = new BilledOperations();
  const found = { path: "users/one", data: {}, version: "1" };
  const client: UserClient = {
    query: () => Promise.resolve([found, found]),
    get: () => Promise.resolve(undefined),
    create: () => Promise.resolve(),
    close: () => undefined,
  };
  const user = { uid: "one", tenantId: "t", role: "trader" } as unknown as ListenCall["user"];
  const watched = billed.watchClient(client);
  await watched.query(user, ALL);
  await watched.get(user, "users/nobody");
  await watched.create(user, { kind: "create", path: "users/x", data: {} });
  expect(billed.counts()).toEqual({ reads: 3, writes: 1, deletes: 0 });
  const channel: ListenChannel = {
    listen: ({ onMessage }) => {
      onMessage({ documentChange: { document: { name: "users/one", fields: {} } } });
      onMessage({ documentRemove: { document: "users/one" } });
      onMessage({ targetChange: { targetChangeType: "NO_CHANGE" } });
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
  const heard: unknown[] = [];
  const onMessage = (message: unknown): void => void heard.push(message);
  const { signal } = new AbortController();
  await billed.watchChannel(channel).listen({ user, query: ALL, signal, onMessage });
  expect(heard.length).toBe(3);
  expect(billed.counts().reads).toBe(4);
});
