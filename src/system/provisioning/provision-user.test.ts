import { describe, expect, it } from "vitest";
import { provisioningContract } from "../../../tests/contract/provisioning-contract.ts";
import { createMemoryStore } from "../store/memory-store.ts";
import { StoreError, type StatusCode } from "../store/store.ts";
import { createWorld, InstantClock } from "./onboarding.fixture.ts";
import { provisionUser } from "./provision-user.ts";
import { seedDocuments } from "./seed-documents.ts";

provisioningContract({
  name: "memory",
  clock: new InstantClock(),
  create: () => ({ store: createMemoryStore(new InstantClock()), close: async () => undefined }),
});

const USER = { uid: "u1", email: "u1@example.com", tenantId: "acme" };
const PATHS = seedDocuments(USER, "owner").map(({ path }) => path);

/** Throws the error the first `times` times it is called. */
function failing(code: StatusCode, times: number): () => void {
  let left = times;
  return () => {
    left -= 1;
    if (left >= 0) throw new StoreError(code, "commit", "", "injected");
  };
}

describe("provisionUser under faults", () => {
  it.each<readonly [StatusCode, "beforeCommit" | "afterCommit"]>([
    ["ABORTED", "beforeCommit"],
    ["RESOURCE_EXHAUSTED", "beforeCommit"],
    ["UNAVAILABLE", "afterCommit"],
    ["DEADLINE_EXCEEDED", "afterCommit"],
  ])("comes through %s (%s)", async (code, point) => {
    const { clock, store } = createWorld({ [point]: failing(code, 3) });
    expect(await provisionUser(clock, store, USER)).toMatchObject({ kind: "provisioned" });
    expect((await store.get(PATHS)).every((snapshot) => snapshot !== undefined)).toBe(true);
    expect(clock.monotonicMs()).toBeGreaterThan(0);
  });

  it("leaves nothing behind when it crashes before the commit, everything after it", async () => {
    const before = createWorld({ beforeCommit: failing("PERMISSION_DENIED", 1) });
    await expect(provisionUser(before.clock, before.store, USER)).rejects.toThrow("injected");
    expect((await before.store.get(PATHS)).filter(Boolean)).toEqual([]);
    const after = createWorld({ afterCommit: failing("PERMISSION_DENIED", 1) });
    await expect(provisionUser(after.clock, after.store, USER)).rejects.toThrow("injected");
    expect((await after.store.get(PATHS)).filter(Boolean)).toHaveLength(7);
    for (const { clock, store } of [before, after]) {
      await provisionUser(clock, store, USER);
      expect((await store.get(PATHS)).filter(Boolean)).toHaveLength(7);
    }
  });

  it("writes everything in one commit", async () => {
    const sizes: number[] = [];
    const { clock, store } = createWorld({ beforeCommit: (writes) => sizes.push(writes.length) });
    await provisionUser(clock, store, USER);
    await provisionUser(clock, store, USER);
    expect(sizes).toEqual([7]);
  });

  it("waits between half and all of 50, 100 and 200 ms, each user differently", async () => {
    const waits = new Set<number>();
    for (const uid of ["u1", "u2", "u3"]) {
      const { clock, store } = createWorld({ beforeCommit: failing("UNAVAILABLE", 3) });
      await provisionUser(clock, store, { ...USER, uid });
      waits.add(clock.monotonicMs());
    }
    expect(waits.size).toBe(3);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(175);
    expect(Math.max(...waits)).toBeLessThan(350);
  });

  it("gives up after five attempts", async () => {
    let attempts = 0;
    const { clock, store } = createWorld({
      beforeCommit: () => {
        attempts += 1;
        throw new StoreError("UNAVAILABLE", "commit", "", "injected");
      },
    });
    await expect(provisionUser(clock, store, USER)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(attempts).toBe(5);
  });

  it.each([
    ["no e-mail", { ...USER, email: "" }],
    ["a bad e-mail", { ...USER, email: "u1" }],
    ["a slash in the user ID", { ...USER, uid: "a/b" }],
    ["an empty tenant", { ...USER, tenantId: "" }],
  ])("refuses %s", async (_, user) => {
    const { clock, store } = createWorld();
    const result = await provisionUser(clock, store, user);
    expect(result).toMatchObject({ kind: "refused", reason: "invalid-user" });
  });
});
