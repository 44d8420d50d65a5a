import { expect, test } from "vitest";
import { AutoClock } from "../../std/auto-clock.fixture.ts";
import { createMemoryStore } from "../../system/store/memory-store.ts";
import { StoreError, type Store } from "../../system/store/store.ts";
import { SignUps } from "./sign-ups.ts";

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

test("knows whose sign-up got no answer, also of those still under way", async () => {
  const clock = new AutoClock();
  const memory = createMemoryStore(clock);
  const store: Store = {
    ...memory,
    commit: async (writes) => {
      await clock.sleep(100);
      const times = await memory.commit(writes);
      // Carried out, and the answer lost.
      const lost = writes.some(({ path }) => path === "users/bob");
      if (lost) throw new StoreError("CANCELLED", "commit", "users/bob", "connection lost");
      return times;
    },
  };
  const signUps = new SignUps(clock, store, log);
  const ada = signUps.signUp({ uid: "ada", email: "ada@example.com" });
  const bob = signUps.signUp({ uid: "bob", email: "bob@example.com" });
  const bobEnds = bob.catch((error: unknown) => error);
  expect(await clock.run(signUps.unanswered())).toEqual(["bob"]);
  expect(await ada).toBe("tenant_ada");
  expect(await bobEnds).toMatchObject({ code: "CANCELLED" });
  expect(await memory.get(["users/bob"])).not.toEqual([undefined]);
});
