import { expect, test } from "vitest";
import { AutoClock } from "../../std/auto-clock.fixture.ts";
import { createMemoryStore } from "../../system/store/memory-store.ts";
import { MeteredStore, type CommitTimes } from "./metered-store.ts";

test("a try that fails was sent all the same: it is told, as not applied", async () => {
  const clock = new AutoClock();
  const store = new MeteredStore(clock, createMemoryStore(clock));
  const told: CommitTimes[] = [];
  store.observer = (times) => told.push(times);
  const update = { kind: "update", path: "users/nobody", data: { a: 1 } } as const;
  await expect(store.commit([update])).rejects.toThrow("NOT_FOUND");
  await store.commit([{ kind: "create", path: "users/somebody", data: { a: 1 } }]);
  expect(told.map(({ appliedMs }) => appliedMs === null)).toEqual([true, false]);
});
