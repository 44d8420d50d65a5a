import { describe, expect, it } from "vitest";
import { storeContract } from "../../../tests/contract/store-contract.ts";
import type { Clock } from "../../std/clock.ts";
import { createMemoryStore } from "./memory-store.ts";
import { StoreError } from "./store.ts";

const clock: Clock = {
  monotonicMs: () => 0,
  wallMs: () => 1_700_000_000_000,
  sleep: async () => undefined,
};

storeContract({
  name: "memory",
  create: () => ({ store: createMemoryStore(clock), close: async () => undefined }),
});

describe("the memory store's faults", () => {
  const fault = new StoreError("UNAVAILABLE", "commit", "a/b", "injected");
  const throwFault = (): void => {
    throw fault;
  };
  const write = { kind: "create", path: "a/b", data: {} } as const;

  it("refuse a commit before it is done", async () => {
    const store = createMemoryStore(clock, { beforeCommit: throwFault });
    await expect(store.commit([write])).rejects.toBe(fault);
    expect(await store.get(["a/b"])).toEqual([undefined]);
  });

  it("lose the answer of a commit that was done", async () => {
    const store = createMemoryStore(clock, { afterCommit: throwFault });
    await expect(store.commit([write])).rejects.toBe(fault);
    expect(await store.get(["a/b"])).toMatchObject([{ path: "a/b" }]);
  });
});
