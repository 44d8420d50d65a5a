import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../std/virtual-clock.ts";
import { NODE_TURNS } from "../clock/node-turns.ts";
import { createMemoryStore } from "../../system/store/memory-store.ts";
import { StoreError, type Store, type StatusCode, type Write } from "../../system/store/store.ts";
import type { UserClient } from "../drivers/user-client.ts";
import { thinCounted, type CountedOperations } from "./counted-operations.ts";
import { OperationTally } from "./operation-tally.ts";

const START = Date.UTC(2026, 10, 26, 9, 0);
const create = (path: string): Write => ({ kind: "create", path, data: {} });
const remove = (path: string): Write => ({ kind: "delete", path });

function sumOf({ stretches }: CountedOperations) {
  const sum = { reads: [0, 0], writes: [0, 0], deletes: [0, 0], refused: [0, 0] };
  for (const stretch of stretches) {
    for (const key of ["reads", "writes", "deletes", "refused"] as const) {
      sum[key] = [sum[key][0]! + stretch[key][0], sum[key][1]! + stretch[key][1]];
    }
  }
  return sum;
}

function world() {
  const clock = new VirtualClock(NODE_TURNS, START);
  const tally = new OperationTally(clock);
  const memory = createMemoryStore(clock);
  return { clock, tally, store: tally.watchStore(memory) };
}

function failing(code: StatusCode): Store {
  const fail = () => Promise.reject(new StoreError(code, "commit", "a/b", "no"));
  return { commit: fail, get: fail, query: fail, transaction: fail };
}

describe("a run's own count of its operations", () => {
  it("counts what was committed, read and deleted, in the second it was answered", async () => {
    const { clock, tally, store } = world();
    const work = async () => {
      await store.commit([create("a/1"), create("a/2"), create("a/3")]);
      await clock.sleep(2500);
      await store.commit([remove("a/3")]);
      await store.get(["a/1", "a/none"]);
      await store.query({ from: { kind: "collection", path: "a" } });
      await store.query({ from: { kind: "collection", path: "none" } });
    };
    await clock.run(work());
    const at = START / 1000;
    expect(tally.counted()).toEqual({
      stretchMs: 1000,
      stretches: [
        { at, reads: [0, 0], writes: [3, 3], deletes: [0, 0], refused: [0, 0] },
        { at: at + 2, reads: [3, 5], writes: [0, 0], deletes: [1, 1], refused: [0, 0] },
      ],
    });
  });

  it.each([
    ["UNAVAILABLE", [0, 1], [0, 1], [0, 0]],
    ["DEADLINE_EXCEEDED", [0, 1], [0, 1], [0, 0]],
    ["ABORTED", [0, 0], [0, 0], [1, 1]],
    ["RESOURCE_EXHAUSTED", [0, 0], [0, 0], [1, 1]],
    ["FAILED_PRECONDITION", [0, 0], [0, 0], [0, 0]],
  ] as const)("knows what %s leaves open", async (code, writes, deletes, refused) => {
    const { tally } = world();
    const store = tally.watchStore(failing(code));
    await expect(store.commit([create("a/1"), remove("a/2")])).rejects.toThrow(code);
    expect(sumOf(tally.counted())).toMatchObject({ writes, deletes, refused });
  });

  it("counts the run of a transaction that was committed; each before it may have been refused", async () => {
    const { tally } = world();
    const memory = createMemoryStore(new VirtualClock(NODE_TURNS, START));
    const again: Store = {
      ...failing("INTERNAL"),
      transaction: async (body) => {
        await memory.transaction(body);
        return await memory.transaction(body);
      },
    };
    await tally.watchStore(again).transaction(async (transaction) => {
      await transaction.get(["a/none"]);
      transaction.write({ kind: "set", path: "a/1", data: {}, merge: false });
    });
    expect(sumOf(tally.counted())).toEqual({
      reads: [0, 2],
      writes: [1, 1],
      deletes: [0, 0],
      refused: [0, 1],
    });
  });

  it("allows clients one look-up of their rules a request", async () => {
    const { tally } = world();
    const client = {
      query: () => Promise.resolve([{}, {}]),
      get: () => Promise.resolve(undefined),
      create: () => Promise.resolve(),
    } as unknown as UserClient;
    const watched = tally.watchClient(client);
    const user = { uid: "u" } as never;
    await watched.query(user, {} as never);
    await watched.get(user, "a/none");
    await watched.create(user, create("a/1") as never);
    expect(sumOf(tally.counted())).toMatchObject({ reads: [2, 2 + 1 + 3], writes: [1, 1] });
  });

  it("counts what another process did the same way", () => {
    const { tally } = world();
    tally.client("read", "OK", 4);
    tally.client("read", "ABORTED", 0);
    tally.client("create", "OK", 0);
    tally.client("create", "UNAVAILABLE", 0);
    expect(sumOf(tally.counted())).toEqual({
      reads: [4, 8],
      writes: [1, 2],
      deletes: [0, 0],
      refused: [1, 1],
    });
  });

  it("joins seconds of a long run without losing a count", () => {
    const counted: CountedOperations = {
      stretchMs: 1000,
      stretches: Array.from({ length: 20_000 }, (_, index) => ({
        at: 1000 + index * 2,
        reads: [1, 2],
        writes: [3, 4],
        deletes: [5, 6],
        refused: [7, 8],
      })),
    };
    const thin = thinCounted(counted);
    expect(thin.stretches.length).toBeLessThanOrEqual(3600);
    expect(sumOf(thin)).toEqual(sumOf(counted));
    expect(thin.stretches[0]?.at).toBe(Math.floor((1000 * 1000) / thin.stretchMs));
  });
});
