import { describe, expect, it } from "vitest";
import { AutoClock } from "../../std/auto-clock.fixture.ts";
import { createMemoryStore } from "../../system/store/memory-store.ts";
import { StoreError, type Store } from "../../system/store/store.ts";
import { LEASE_LIFE_MS, takeStagingLease } from "./lease.ts";

function world() {
  const clock = new AutoClock();
  const memory = createMemoryStore(clock);
  let down = false;
  const store: Store = {
    ...memory,
    transaction: (body) =>
      down
        ? Promise.reject(new StoreError("UNAVAILABLE", "begin transaction", "", "no route"))
        : memory.transaction(body),
  };
  const lost: string[] = [];
  const take = (run: string, purpose: "run" | "clean" = "run") =>
    takeStagingLease(clock, store, {
      run,
      purpose,
      onLost: (reason) => lost.push(`${run}: ${reason}`),
    });
  return { clock, lost, take, setDown: (value: boolean) => (down = value) };
}

describe("takeStagingLease", () => {
  it("refuses a second run while the first is under way, however long that takes", async () => {
    const { clock, take, lost } = world();
    await clock.run(
      (async () => {
        const first = await take("first1");
        await clock.sleep(10 * LEASE_LIFE_MS);
        await expect(take("second")).rejects.toMatchObject({
          code: "E_STAGING_BUSY",
          message: expect.stringContaining("run first1 is under way"),
        });
        await first.release();
        const second = await take("second");
        expect(second.takenOverFrom).toBeUndefined();
        await expect(take("first1", "clean")).rejects.toMatchObject({ code: "E_STAGING_BUSY" });
        await second.release();
      })(),
    );
    expect(lost).toEqual([]);
  });

  it("of two that begin at once lets in one", async () => {
    const { clock, take } = world();
    const begin = async () => {
      const both = await Promise.allSettled([take("first1"), take("second")]);
      for (const one of both) if (one.status === "fulfilled") await one.value.release();
      return both.map(({ status }) => status).toSorted();
    };
    expect(await clock.run(begin())).toEqual(["fulfilled", "rejected"]);
  });

  it("takes over from a run that died, and says from which", async () => {
    const { clock, lost, take, setDown } = world();
    await clock.run(
      (async () => {
        await take("first1");
        setDown(true);
        await clock.sleep(LEASE_LIFE_MS + 1);
        setDown(false);
        const second = await take("second");
        expect(second.takenOverFrom).toBe("first1");
        await second.release();
      })(),
    );
    expect(lost).toEqual([expect.stringContaining("network lost")]);
  });

  it("tells the holder before its lease has run out, and outlives a short outage", async () => {
    const { clock, lost, take, setDown } = world();
    await clock.run(
      (async () => {
        const startMs = clock.monotonicMs();
        const lease = await take("first1");
        setDown(true);
        await clock.sleep(LEASE_LIFE_MS / 2);
        setDown(false);
        await clock.sleep(2 * LEASE_LIFE_MS);
        expect(lost).toEqual([]);
        const downMs = clock.monotonicMs();
        setDown(true);
        while (lost.length === 0) await clock.sleep(1000);
        expect(clock.monotonicMs() - downMs).toBeLessThanOrEqual(LEASE_LIFE_MS);
        expect(startMs).toBeLessThan(downMs);
        setDown(false);
        await lease.release();
      })(),
    );
  });
});
