import { afterEach, expect, it } from "vitest";
import { UserError } from "../cli/errors.ts";
import { runTrial } from "./run-trial.ts";
import { TrialError } from "./trial-fault.ts";
import { TrialPool } from "./trial-pool.ts";
import type { TrialSpec } from "./trial-spec.ts";

const pools: TrialPool[] = [];
afterEach(() => Promise.all(pools.splice(0).map((pool) => pool.close())));

function open(workers: number): TrialPool {
  const pool = new TrialPool({ workers });
  pools.push(pool);
  return pool;
}

function small(seed: number, users = 5): TrialSpec {
  return { options: { users, seed, scenario: "high-volatility", duration: "8s" } };
}

/** Long enough that it is not over before anything else. */
const ENDLESS: TrialSpec = {
  options: { users: 2000, scenario: "high-volatility", duration: "24h" },
};

it("gives the same for one worker, for two and in this thread, beginning with what was asked first", async () => {
  const specs = [small(1, 30), small(2, 12), small(3), small(1, 30)];
  const heard: number[] = [];
  const one = await open(1).runAll(specs, { onResult: (_, index) => heard.push(index) });
  expect(heard).toEqual([0, 1, 2, 3]);
  const two = await open(2).runAll(specs);
  expect(two).toEqual(one);
  expect(one[3]).toEqual(one[0]);
  expect(one[1]).toEqual(await runTrial(specs[1]!));
  expect(one.map(({ run }) => run.seed)).toEqual([1, 2, 3, 1]);
});

it("says of a failed trial which it was and how to repeat it, and goes on with others", async () => {
  const pool = open(1);
  const spec = { ...small(4), untilMs: Number.POSITIVE_INFINITY };
  const failed = await pool.run(spec).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(TrialError);
  expect(failed).toMatchObject({ spec, command: undefined });
  expect((failed as TrialError).message).toContain("Repeat: runTrial(");
  expect(((failed as TrialError).cause as Error).stack).toContain("src/sim/trial/run-trial.ts");
  expect(new TrialError(small(4), "why").message).toContain(
    "\nRepeat: npm run sim -- --users 5 --tenants 2 --seed 4 --scenario high-volatility",
  );
  const refused = await pool.run({ options: { users: -1 } }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(UserError);
  expect(refused).toMatchObject({ code: "E_BAD_OPTIONS", exitCode: 2 });
  const notData = { options: { users: () => 1 } };
  await expect(pool.run(notData)).rejects.toThrow("must be plain data");
  expect((await pool.run(small(4))).run.seed).toBe(4);
});

it("gives up what its signal aborts, running or waiting, and goes on with others", async () => {
  const pool = open(2);
  const abort = new AbortController();
  const reason = new Error("enough");
  const running = pool.run(ENDLESS, abort.signal);
  const short = pool.run(small(1));
  const waiting = pool.run(ENDLESS, abort.signal);
  await short;
  abort.abort(reason);
  await expect(running).rejects.toBe(reason);
  await expect(waiting).rejects.toBe(reason);
  await expect(pool.run(small(1), abort.signal)).rejects.toBe(reason);
  expect((await pool.run(small(2))).run.seed).toBe(2);
});

it("ends all of a lot when one of them fails, and everything when it is closed", async () => {
  const pool = open(2);
  await expect(pool.runAll([ENDLESS, { options: { users: -1 } }])).rejects.toThrow("--users");
  const left = pool.run(ENDLESS);
  const closed = pool.close();
  await expect(left).rejects.toThrow("was closed");
  await closed;
  await expect(pool.run(small(1))).rejects.toThrow("is closed");
});
