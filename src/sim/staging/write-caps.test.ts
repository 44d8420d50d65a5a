import { describe, expect, it } from "vitest";
import { AutoClock } from "../../std/auto-clock.fixture.ts";
import { createMemoryStore } from "../../system/store/memory-store.ts";
import { cappedStore, WriteCaps, type WriteLimits } from "./write-caps.ts";

function world(limits: WriteLimits) {
  const clock = new AutoClock();
  const stops: string[] = [];
  const caps = new WriteCaps(clock, limits, (reason) => stops.push(reason));
  return { clock, caps, stops };
}

const write = (id: number) =>
  ({ kind: "set", path: `users/u${id}`, data: {}, merge: false }) as const;

describe("WriteCaps", () => {
  it("makes seeding wait for its second, however many seed at once", async () => {
    const { clock, caps, stops } = world({ perSecond: 1000, total: 10_000 });
    const sentMs: number[] = [];
    const all = Array.from({ length: 40 }, () =>
      caps.admit(50, "p").then(() => sentMs.push(clock.monotonicMs())),
    );
    await clock.run(Promise.all(all));
    // 500 a second, whatever the cap: 50 × 10 in each.
    for (const atMs of sentMs) {
      expect(
        sentMs.filter((other) => other > atMs - 1000 && other <= atMs).length * 50,
      ).toBeLessThanOrEqual(500);
    }
    expect(caps.sent).toBe(2000);
    expect(stops).toEqual([]);
  });

  it("stops load that would exceed a second, and sends no more of it", async () => {
    const { clock, caps, stops } = world({ perSecond: 300, total: 10_000 });
    caps.enter("load");
    await caps.admit(300, "p");
    await clock.run(clock.sleep(500));
    await expect(caps.admit(1, "p")).rejects.toMatchObject({ code: "CANCELLED" });
    await clock.run(clock.sleep(5000));
    await expect(caps.admit(1, "p")).rejects.toMatchObject({ code: "CANCELLED" });
    expect(caps.sent).toBe(300);
    expect(stops).toEqual([expect.stringContaining("--max-writes-per-second")]);
  });

  it("lets a steady load of the cap itself pass", async () => {
    const { clock, caps, stops } = world({ perSecond: 300, total: 10_000 });
    caps.enter("load");
    for (let second = 0; second < 5; second += 1) {
      await caps.admit(300, "p");
      await clock.run(clock.sleep(1000));
    }
    expect(stops).toEqual([]);
  });

  it.each(["seeding", "load"] as const)(
    "never sends more than the whole while %s",
    async (stage) => {
      const { clock, caps, stops } = world({ perSecond: 5000, total: 10 });
      caps.enter(stage);
      await clock.run(caps.admit(10, "p"));
      await expect(clock.run(caps.admit(1, "p"))).rejects.toThrow("--max-writes");
      expect(caps.sent).toBe(10);
      expect(stops).toHaveLength(1);
    },
  );

  it("stops when others have sent too much", () => {
    const { caps, stops } = world({ perSecond: 300, total: 10_000 });
    caps.sentElsewhere(301);
    expect(stops).toHaveLength(1);
    expect(caps.sent).toBe(301);
  });
});

describe("cappedStore", () => {
  it("sends nothing of a commit that a cap forbids, in a transaction as well", async () => {
    const { clock, caps, stops } = world({ perSecond: 5000, total: 2 });
    caps.enter("load");
    const memory = createMemoryStore(clock);
    const store = cappedStore(memory, caps);
    await store.commit([write(1), write(2)]);
    await expect(store.commit([write(3)])).rejects.toMatchObject({ code: "CANCELLED" });
    const body = store.transaction(async (transaction) => transaction.write(write(4)));
    await expect(body).rejects.toMatchObject({ code: "CANCELLED" });
    expect(await memory.get(["users/u3", "users/u4"])).toEqual([undefined, undefined]);
    expect(stops).toHaveLength(1);
  });
});
