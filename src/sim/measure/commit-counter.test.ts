import { expect, test } from "vitest";
import { StoreError, type Store, type StoreTransaction } from "../../system/store/store.ts";
import type { UserClient } from "../drivers/user-client.ts";
import { CommitCounter } from "./commit-counter.ts";

const NO = new StoreError("ABORTED", "commit", "a/b", "no");
const NOTHING = {} as StoreTransaction;

test("counts every try of a commit, failed ones too, of stores and clients", async () => {
  const counter = new CommitCounter();
  const failing = counter.watchStore({ commit: () => Promise.reject(NO) } as unknown as Store);
  const client = counter.watchClient({
    create: () => Promise.reject(NO),
  } as unknown as UserClient);
  await expect(failing.commit([])).rejects.toBe(NO);
  await expect(client.create({} as never, {} as never)).rejects.toBe(NO);
  expect(counter.sent).toBe(2);
  counter.reset();
  expect(counter.sent).toBe(0);
});

test("counts a transaction once for each run that comes to its commit", async () => {
  const counter = new CommitCounter();
  const runsThrice = {
    transaction: async <T>(body: (transaction: StoreTransaction) => Promise<T>): Promise<T> => {
      await body(NOTHING);
      await body(NOTHING).catch(() => undefined);
      return body(NOTHING);
    },
  } as unknown as Store;
  let runs = 0;
  await counter.watchStore(runsThrice).transaction(() => {
    runs += 1;
    return runs === 2 ? Promise.reject(NO) : Promise.resolve("done");
  });
  // The second run's body failed, so it was rolled back.
  expect({ runs, sent: counter.sent }).toEqual({ runs: 3, sent: 2 });
});
