import { expect, test } from "vitest";
import { createRng } from "../../std/rng.ts";
import { clientLoadSchema } from "../config/scenario.ts";
import { clientArrivals, type ClientArrival } from "../drivers/client-arrivals.ts";
import { syntheticUser } from "../drivers/testing/synthetic-user.ts";
import { makePlan } from "./make-plan.ts";

const MARKET = {
  symbols: ["AAPL", "MSFT"],
  updatesPerSecond: () => [],
  lastPriceAt: (_symbol: string, elapsedMs: number) => ({
    price: (100 + elapsedMs / 1000).toFixed(2),
    elapsedMs,
  }),
};
const users = Array.from({ length: 20 }, (_, index) => syntheticUser({ uid: `user-${index}` }));

function plan(perUserPerMinute: object, instances = 1, tokens?: ReadonlyMap<string, string>) {
  const load = clientLoadSchema.parse({ perUserPerMinute, arrivals: "poisson" });
  const planned = clientArrivals({ load, users, durationMs: 60_000, market: MARKET }, createRng(3));
  const arrivals = new Map([...planned].map(([kind, ofKind]) => [kind, [...ofKind]] as const));
  const made = makePlan({
    scenario: "a-scenario",
    target: { baseUrl: "http://127.0.0.1:8080", projectId: "demo", reach: "loopback" },
    start: { kind: "harness", url: "http://127.0.0.1:9/start" },
    durationMs: 60_000,
    requestTimeoutMs: 10_000,
    arrivals,
    signUpUrl: "http://127.0.0.1:9/sign-up",
    seed: 3,
    instances,
    tokens,
  });
  return { made, arrivals };
}

test("every arrival is in it: its moment, its user and its contents", () => {
  const { made, arrivals } = plan({ "ledger-create": 2, "open-trades": 1, "tenant-ledger": 1 });
  expect(made.operations.map(({ name }) => name)).toEqual([...arrivals.keys()]);
  for (const { name, arrivals: planned } of made.operations) {
    const meant = arrivals.get(name) as readonly ClientArrival[];
    expect(planned.length).toBeGreaterThan(10);
    expect(planned.map(([offsetMs]) => offsetMs)).toEqual(meant.map(({ offsetMs }) => offsetMs));
    expect(planned.map(([, user]) => made.users[user]?.uid)).toEqual(
      meant.map(({ user }) => user.uid),
    );
  }
  const [, , values] = made.operations.find(({ name }) => name === "ledger-create")!.arrivals[0]!;
  const { content } = arrivals.get("ledger-create")![0]!;
  expect(content).toMatchObject({ kind: "trade", record: values });
});

test("there are virtual users for a stall of a second, and for every process", () => {
  // 20 users × 90 a minute are 30 a second.
  const vus = (instances: number) =>
    plan({ "open-trades": 90, "recent-signals": 0.5 }, instances).made.operations.map(
      (operation) => operation.vus,
    );
  const [often = 0, rarely] = vus(1);
  expect(often).toBeGreaterThan(30);
  expect(often).toBeLessThan(80);
  expect(rarely).toBe(4);
  expect(vus(7)[1]).toBe(7);
});

test("users carry the tokens they were given, and none where none were", () => {
  const tokens = new Map(users.map(({ uid }) => [uid, `token of ${uid}`]));
  const load = { "open-trades": 10 };
  for (const { uid, token } of plan(load, 1, tokens).made.users)
    expect(token).toBe(`token of ${uid}`);
  for (const { token } of plan(load).made.users) expect(token).toBeNull();
});
