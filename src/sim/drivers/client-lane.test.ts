import { describe, expect, test } from "vitest";
import { createRng } from "../../std/rng.ts";
import {
  clientLoadSchema,
  clientOperation,
  type ClientLoad,
  type ClientOperation,
} from "../config/scenario.ts";
import { clientArrivals, ratePerSecond, type ClientArrivalsOptions } from "./client-arrivals.ts";
import { runClientLane, type ClientLaneOptions } from "./client-lane.ts";
import type { Operation } from "./operations.ts";
import type { OperationOutcome } from "./outcome.ts";
import { FakeClock } from "./testing/fake-clock.ts";
import { syntheticUser } from "./testing/synthetic-user.ts";

const OK: OperationOutcome = { kind: "ok", documents: 1, attempts: 1 };

const MARKET: ClientArrivalsOptions["market"] = {
  symbols: ["AAPL"],
  updatesPerSecond: () => [],
  lastPriceAt: () => ({ price: "1.00", elapsedMs: 0 }),
};

interface Recorded {
  readonly name: ClientOperation;
  readonly intendedMs: number;
  readonly startedMs: number;
  readonly finishedMs: number;
  readonly outcome: OperationOutcome;
}

interface Setup
  extends
    Partial<Omit<ClientLaneOptions, "arrivals">>,
    Partial<Omit<ClientArrivalsOptions, "load">> {
  readonly load: unknown;
  readonly seed?: number;
  readonly workMs?: number;
}

/** A lane whose operations take `workMs` each, with logs of what they did and what was recorded. */
function setUp({ load, seed = 1, workMs = 5, users = [syntheticUser()], ...options }: Setup) {
  const clock = new FakeClock();
  const recorded: Recorded[] = [];
  const dropped: ClientOperation[] = [];
  const calls: string[] = [];
  const operation =
    (name: ClientOperation): Operation =>
    async ({ user }) => {
      calls.push(`${name} ${user.uid}`);
      await clock.sleep(workMs);
      return OK;
    };
  const operations = Object.fromEntries(
    clientOperation.options.map((name) => [name, operation(name)]),
  ) as ClientLaneOptions["operations"];
  const abort = new AbortController();
  const done = runClientLane(
    {
      arrivals: clientArrivals(
        { load: clientLoadSchema.parse(load), users, durationMs: 60_000, market: MARKET },
        createRng(seed),
      ),
      startMs: 1000,
      operations,
      recorder: {
        operation: (name, intendedMs, startedMs, finishedMs, outcome) =>
          recorded.push({ name, intendedMs, startedMs, finishedMs, outcome }),
        dropped: (name) => dropped.push(name),
      },
      signal: abort.signal,
      ...options,
    },
    clock,
  );
  return { clock, abort, recorded, dropped, calls, done };
}

const twentyUsers = Array.from({ length: 20 }, (_, index) =>
  syntheticUser({ uid: `user-${index}` }),
);

test("each operation comes at its own rate, on all users together", async () => {
  const perUserPerMinute = { "open-trades": 3, "account-snapshot": 0.5 };
  const load = { perUserPerMinute, arrivals: "constant" };
  const { clock, recorded, done } = setUp({ load, users: twentyUsers });
  await clock.advanceTo(62_000);
  await done;
  const count = (wanted: ClientOperation) => recorded.filter(({ name }) => name === wanted).length;
  expect(count("open-trades")).toBe(60);
  expect(count("account-snapshot")).toBe(10);
  expect(recorded).toHaveLength(70);
});

test("what is recorded counts from the intended start", async () => {
  // One a minute, evenly: the only arrival is due halfway, at 1,000 + 30,000 ms.
  const load = { perUserPerMinute: { "recent-signals": 1 }, arrivals: "constant" };
  const { clock, recorded, done } = setUp({ load, workMs: 7 });
  await clock.advanceTo(30_000);
  clock.stall(2000);
  await clock.advanceTo(62_000);
  expect(recorded).toEqual([
    {
      name: "recent-signals",
      intendedMs: 31_000,
      startedMs: 32_000,
      finishedMs: 32_007,
      outcome: OK,
    },
  ]);
  expect(await done).toMatchObject({ lateArrivals: 1, worstLatenessMs: 1000 });
});

test("stages change the rate", async () => {
  const stages = [
    { untilShare: 0.5, factor: 0 },
    { untilShare: 1, factor: 2 },
  ];
  const load = { perUserPerMinute: { "open-trades": 10 }, arrivals: "constant", stages };
  const { clock, recorded, done } = setUp({ load });
  await clock.advanceTo(62_000);
  await done;
  expect(recorded).toHaveLength(10);
  expect(Math.min(...recorded.map(({ intendedMs }) => intendedMs))).toBeGreaterThan(31_000);
});

test("busy users act more often", async () => {
  const users = [
    syntheticUser({ uid: "idle", activity: 0 }),
    syntheticUser({ uid: "calm", activity: 1 }),
    syntheticUser({ uid: "busy", activity: 9 }),
  ];
  const load = { perUserPerMinute: { "open-trades": 500 }, arrivals: "poisson" };
  const { clock, calls, done } = setUp({ load, users });
  await clock.advanceTo(62_000);
  await done;
  const share = (uid: string) =>
    calls.filter((call) => call === `open-trades ${uid}`).length / calls.length;
  expect(calls.length).toBeGreaterThan(1300);
  expect(share("idle")).toBe(0);
  // Binomial with p = 0.9 and n ≈ 1,500: the deviation is 0.008, so 0.04 is five of them.
  expect(Math.abs(share("busy") - 0.9)).toBeLessThan(0.04);
});

test("the seed decides who does what, and one operation does not shift another", async () => {
  const run = async (perUserPerMinute: object, seed: number) => {
    const load = { perUserPerMinute, arrivals: "poisson" };
    const { clock, calls, done } = setUp({ load, users: twentyUsers, seed });
    await clock.advanceTo(62_000);
    await done;
    return calls.filter((call) => call.startsWith("open-trades"));
  };
  const alone = await run({ "open-trades": 2 }, 7);
  expect(await run({ "open-trades": 2, "recent-signals": 5 }, 7)).toEqual(alone);
  expect(await run({ "open-trades": 2 }, 8)).not.toEqual(alone);
});

describe("under pressure", () => {
  test("a slow operation is dropped beyond its bound, and the others go on", async () => {
    const perUserPerMinute = { "open-trades": 60, "recent-signals": 60 };
    const load = { perUserPerMinute, arrivals: "constant" };
    const slow = { hang: Promise.withResolvers<OperationOutcome>() };
    const operations = {
      "open-trades": () => slow.hang.promise,
      "recent-signals": () => Promise.resolve(OK),
    } as unknown as ClientLaneOptions["operations"];
    const { clock, recorded, dropped, done } = setUp({ load, operations, maxInFlight: 4 });
    await clock.advanceTo(80_000);
    expect(await done).toMatchObject({ arrivals: 120, completed: 60, dropped: 56, abandoned: 4 });
    expect(new Set(dropped)).toEqual(new Set(["open-trades"]));
    const abandoned = recorded.filter(({ outcome }) => outcome.kind === "failed");
    expect(abandoned.map(({ name }) => name)).toEqual(Array(4).fill("open-trades"));
    expect(abandoned[0]?.outcome).toMatchObject({ code: "CANCELLED" });
  });

  test("a fault of the program ends all operations", async () => {
    const perUserPerMinute = { "open-trades": 1, "recent-signals": 60 };
    const load = { perUserPerMinute, arrivals: "constant" };
    let signalReads = 0;
    const operations = {
      "open-trades": () => Promise.reject(new TypeError("a bug")),
      "recent-signals": () => Promise.resolve(((signalReads += 1), OK)),
    } as unknown as ClientLaneOptions["operations"];
    const { clock, done } = setUp({ load, operations });
    await Promise.all([expect(done).rejects.toThrow("a bug"), clock.advanceTo(62_000)]);
    expect(signalReads, "one a second until 31,000 ms").toBe(30);
  });
});

test("without load or users there is nothing to do", async () => {
  const nothing = { arrivals: 0, completed: 0, dropped: 0, abandoned: 0, worstLatenessMs: 0 };
  const idle = setUp({ load: { perUserPerMinute: {}, arrivals: "constant" } });
  expect(await idle.done).toMatchObject(nothing);
  const load = { perUserPerMinute: { "open-trades": 1 }, arrivals: "constant" };
  expect(await setUp({ load, users: [] }).done).toMatchObject(nothing);
});

describe("ratePerSecond", () => {
  const load: ClientLoad = {
    perUserPerMinute: { "open-trades": 0.6, "ledger-create": 0.3 },
    atMostPerSecond: 6,
    arrivals: "constant",
    stages: [{ untilShare: 1, factor: 1 }],
  };

  test("is the users' own rate while that is within the bound", () => {
    expect(ratePerSecond("open-trades", load, 100)).toBeCloseTo(1, 10);
    expect(ratePerSecond("open-trades", { ...load, atMostPerSecond: null }, 10_000)).toBeCloseTo(
      100,
      10,
    );
  });

  test("keeps the mix at the bound", () => {
    expect(ratePerSecond("open-trades", load, 10_000)).toBeCloseTo(4, 10);
    expect(ratePerSecond("ledger-create", load, 10_000)).toBeCloseTo(2, 10);
    expect(ratePerSecond("sign-up", load, 10_000)).toBe(0);
  });
});
