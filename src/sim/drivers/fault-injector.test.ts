import { describe, expect, it } from "vitest";
import { AutoClock } from "../../std/auto-clock.fixture.ts";
import { createRng } from "../../std/rng.ts";
import { StoreError, type Store, type Write } from "../../system/store/store.ts";
import { faultsSchema } from "../config/fault.ts";
import { FaultInjector } from "./fault-injector.ts";

const WRITE: Write = { kind: "set", path: "users/u1", data: {}, merge: false };

async function day(faults: readonly object[]) {
  const clock = new AutoClock();
  const injector = new FaultInjector(clock);
  const done: string[] = [];
  const store: Store = {
    commit: async (writes) => {
      done.push(...writes.map(({ path }) => path));
      return { commitTimeMs: 0 };
    },
    get: async (paths) => {
      done.push(...paths);
      return paths.map(() => undefined);
    },
    query: async () => [],
    transaction: (body) =>
      body({
        get: async (paths) => paths.map(() => undefined),
        query: async () => [],
        write: (...writes) => void done.push(...writes.map(({ path }) => path)),
      }),
  };
  const startMs = clock.monotonicMs();
  const script = faultsSchema.parse(faults);
  injector.begin({ faults: script, startMs, rng: createRng("faults"), tenantRankOf: () => 0 });
  return { clock, injector, done, watched: injector.watchStore(store), startMs };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "OK";
  } catch (error) {
    if (error instanceof StoreError) return error.code;
    throw error;
  }
}

const CODES = {
  refuse: ["ABORTED", "RESOURCE_EXHAUSTED", "UNAVAILABLE", "INTERNAL"],
  "lose-answer": ["UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL"],
} as const;

describe("a script of faults", () => {
  it.each(CODES.refuse)("refuses with %s, and nothing is done", async (code) => {
    const { watched, done, injector } = await day([{ kind: "refuse", code }]);
    expect(await codeOf(watched.commit([WRITE]))).toBe(code);
    expect(await codeOf(watched.transaction(async (one) => one.write(WRITE)))).toBe(code);
    // The one within the transaction was put down, and is not committed: its body has failed.
    expect(done).toEqual(["users/u1"]);
    expect(injector.end()).toMatchObject({ refuse: 2 });
  });

  it.each(CODES["lose-answer"])("loses an answer as %s, and all is done", async (code) => {
    const { watched, done, injector } = await day([{ kind: "lose-answer", code }]);
    expect(await codeOf(watched.commit([WRITE]))).toBe(code);
    expect(await codeOf(watched.transaction(async (one) => one.write(WRITE)))).toBe(code);
    expect(done).toEqual(["users/u1", "users/u1"]);
    expect(injector.end()).toMatchObject({ "lose-answer": 2 });
  });

  it("makes a slow one slow, within its window, and only what it is aimed at", async () => {
    const { clock, watched, startMs } = await day([
      { kind: "slow", addedMs: 500, fromSecond: 1, untilSecond: 3, operations: "reads" },
    ]);
    const lasted: number[] = [];
    const callAtTimes = async (): Promise<void> => {
      for (const atMs of [0, 1000, 2000, 3000]) {
        await clock.sleep(startMs + atMs - clock.monotonicMs());
        const beganMs = clock.monotonicMs();
        await watched.get(["users/u1"]);
        await watched.commit([WRITE]);
        lasted.push(clock.monotonicMs() - beganMs);
      }
    };
    await clock.run(callAtTimes());
    expect(lasted).toEqual([0, 500, 500, 0]);
  });

  it("browns out: some find nobody, some wait, and it is counted under its own name", async () => {
    const { clock, watched, injector, startMs } = await day([
      { kind: "brown-out", unavailableShare: 0.2, slowShare: 0.5, addedMs: 10 },
    ]);
    let unavailable = 0;
    const callOften = async (): Promise<void> => {
      for (let call = 0; call < 400; call += 1) {
        const code = await codeOf(call % 2 === 0 ? watched.commit([WRITE]) : watched.get(["a/b"]));
        if (code === "UNAVAILABLE") unavailable += 1;
      }
    };
    await clock.run(callOften());
    const slow = (clock.monotonicMs() - startMs) / 10;
    // A fifth of all, and half of the rest, at four deviations.
    expect(Math.abs(unavailable - 80)).toBeLessThan(32);
    expect(Math.abs(slow - 160)).toBeLessThan(40);
    expect(injector.end()).toMatchObject({ "brown-out": unavailable + slow, refuse: 0, slow: 0 });
  });

  it("leaves calls alone that are not its own, and all once it has ended", async () => {
    const none = await day([
      { kind: "quota-cut", share: 0.5 },
      { kind: "cold-database", atSecond: 1 },
      { kind: "instance-death", atSecond: 1 },
    ]);
    expect(await codeOf(none.watched.commit([WRITE]))).toBe("OK");
    const ended = await day([{ kind: "refuse", code: "ABORTED" }]);
    ended.injector.end();
    expect(await codeOf(ended.watched.commit([WRITE]))).toBe("OK");
  });
});
