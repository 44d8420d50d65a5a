import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { AssertionError } from "../../std/assert.ts";
import { createRng } from "../../std/rng.ts";
import { createRealClock } from "../clock/real-clock.ts";
import type { ClientOperation } from "../config/scenario.ts";
import type { ClientArrival } from "../drivers/client-arrivals.ts";
import type { ClientPhase, ReadyClients } from "../drivers/client-driver.ts";
import { LedgerJournal, type LedgerRecord } from "../drivers/ledger-journal.ts";
import { FakeClock } from "../drivers/testing/fake-clock.ts";
import { syntheticUser } from "../drivers/testing/synthetic-user.ts";
import { BilledOperations } from "../measure/billed-operations.ts";
import { CommitCounter } from "../measure/commit-counter.ts";
import { PhaseRecorder } from "../measure/phase-recorder.ts";
import { ask, machineWithK6, type FakeK6 } from "./fake-k6.fixture.ts";
import { createK6Driver } from "./k6-driver.ts";
import { formatLine } from "./line-format.ts";

const clock = createRealClock();
const READS = 6;
const ENTRIES = 4;

function record(n: number): LedgerRecord {
  return {
    uid: "ada",
    tenantId: "acme",
    tradeId: `trade-${n}`,
    strategyId: "momentum-1",
    symbol: "AAPL",
    side: "BUY",
    quantity: "1",
    price: "1.00",
    notional: "1.00",
  };
}

/** A phase of a few reads and ledger entries, all due at its beginning. */
function phase(changes: Partial<ClientPhase> = {}): ClientPhase {
  const arrivals = new Map<ClientOperation, readonly ClientArrival[]>([
    [
      "open-trades",
      Array.from({ length: READS }, () => {
        return { offsetMs: 0, user: syntheticUser(), content: { kind: "nothing" as const } };
      }),
    ],
    [
      "ledger-create",
      Array.from({ length: ENTRIES }, (_, n) => {
        const content = { kind: "trade" as const, record: record(n) };
        return { offsetMs: 0, user: syntheticUser(), content };
      }),
    ],
  ]);
  return {
    clock,
    scenario: "a-scenario",
    arrivals,
    durationMs: 100,
    rng: createRng(1),
    target: { endpoint: "localhost:1", projectId: "demo" },
    userClient: { query: never, get: never, create: never, close: () => undefined },
    journal: new LedgerJournal(),
    signUp: () => Promise.resolve(),
    commits: new CommitCounter(),
    billed: new BilledOperations(),
    say: () => undefined,
    signal: new AbortController().signal,
    ...changes,
  };
}

function never(): Promise<never> {
  return Promise.reject(new Error("not by this process"));
}

let opened: ReadyClients | undefined;
afterEach(() => opened?.close());

interface Setup {
  readonly phase?: Partial<ClientPhase>;
  readonly processes?: number;
}

async function run(k6: FakeK6, { phase: changes = {}, processes = 1 }: Setup = {}) {
  const machine = machineWithK6(k6);
  const version = { version: "v2.2.0", major: 2 };
  const driver = createK6Driver(
    { k6: { ...version, path: "/k6", source: "K6_BIN" }, processes },
    machine,
  );
  const its = phase(changes);
  const clients = await driver.prepare(its);
  opened = clients;
  const recorder = new PhaseRecorder(clock, clock.monotonicMs(), () => undefined);
  await clients.run(recorder, its.signal);
  await clients.close();
  expect(machine.left(), "processes left behind").toBe(0);
  const { generator } = recorder;
  return { recorder, generator, ...its, machine };
}

/** What a k6 does that does everything. */
const good: FakeK6 = async ({ plan, start, print, okLine, writeSummary }) => {
  const startWallMs = await start();
  for (const { name, arrivals } of plan.operations) {
    for (const n of arrivals.keys()) print(okLine(name, n, startWallMs));
  }
  await writeSummary();
  return "exit code 0";
};

test("what k6 tells is recorded, journaled, counted and billed as the Node driver's own", async () => {
  const { recorder, generator, journal, commits, billed } = await run(good);
  expect(generator).toMatchObject({ name: "k6 v2.2.0", processes: 1, faults: [] });
  expect(generator).toMatchObject({ arrivals: READS + ENTRIES, answered: READS + ENTRIES });
  const { counts } = recorder;
  expect(counts).toMatchObject({ clientOperations: READS + ENTRIES, clientErrors: 0 });
  expect(counts.droppedArrivals).toBe(0);
  expect(recorder.operations.get("open-trades")?.count).toBe(READS);
  expect(journal.acknowledged).toHaveLength(ENTRIES);
  expect(journal.unconfirmed).toEqual([]);
  expect(commits.sent).toBe(ENTRIES);
  expect(billed.counts()).toEqual({ reads: READS, writes: ENTRIES, deletes: 0 });
});

test("several processes are told which part is theirs, and begin together", async () => {
  const parts: string[] = [];
  let waiting = 0;
  const { generator } = await run(
    async ({ plan, parameters, start, print, okLine, writeSummary }) => {
      const index = parameters.indexOf("--execution-segment");
      parts.push(`${parameters[index + 1]} of ${parameters[index + 3]}`);
      const own = waiting;
      waiting += 1;
      const startWallMs = await start();
      expect(waiting, "one began before all were there").toBe(3);
      for (const { name, arrivals } of plan.operations) {
        for (const n of arrivals.keys()) if (n % 3 === own) print(okLine(name, n, startWallMs));
      }
      await writeSummary();
      return "exit code 0";
    },
    { processes: 3 },
  );
  expect(parts.toSorted()).toEqual([
    "0:1/3 of 0,1/3,2/3,1",
    "1/3:2/3 of 0,1/3,2/3,1",
    "2/3:1 of 0,1/3,2/3,1",
  ]);
  expect(generator).toMatchObject({ processes: 3, answered: READS + ENTRIES, faults: [] });
});

describe("a fault, and the reason that is given", () => {
  test("killed: the rest of its arrivals never came, and its entries may be there", async () => {
    const { generator, recorder, journal } = await run(async ({ start, print, okLine }) => {
      const startWallMs = await start();
      print(okLine("open-trades", 0, startWallMs));
      print(okLine("ledger-create", 1, startWallMs));
      return "signal SIGKILL";
    });
    expect(generator?.faults).toEqual([
      "k6 ended with signal SIGKILL",
      "k6 left no summary",
      "8 of 10 arrivals were never told of",
    ]);
    expect(recorder.counts).toMatchObject({ clientOperations: 2, droppedArrivals: 8 });
    expect(journal.acknowledged.map(({ tradeId }) => tradeId)).toEqual(["trade-1"]);
    expect(journal.unconfirmed).toHaveLength(ENTRIES - 1);
  });

  test("one of two that fails before the phase begins: the other does its part", async () => {
    const { generator } = await run(
      async (fake) => {
        if (fake.parameters.includes("0:1/2")) {
          fake.print("ReferenceError: x is not defined");
          return "exit code 107";
        }
        return good(fake);
      },
      { processes: 2 },
    );
    expect(generator?.faults).toEqual([
      "k6 1 of 2 ended with exit code 107 (the script failed): ReferenceError: x is not defined",
      "k6 1 of 2 left no summary",
    ]);
    expect(generator?.answered).toBe(READS + ENTRIES);
  });

  test("an iteration that threw, though k6 calls that a success", async () => {
    const { generator } = await run(async (fake) => {
      fake.print(formatLine({ kind: "fault", message: "TypeError: boom" }));
      return good(fake);
    });
    expect(generator?.faults).toContain("k6 began before the phase did");
    const { generator: later } = await run(async (fake) => {
      await fake.start();
      for (const _ of [1, 2]) fake.print(formatLine({ kind: "fault", message: "Error: boom" }));
      return good(fake);
    });
    expect(later?.faults).toEqual(["the script failed: Error: boom (2×)"]);
  });

  test.each([
    ["an empty summary", "", "k6 left an empty summary"],
    ["a summary of something else", "{}", "k6 left a summary that cannot be read"],
    [
      "dropped iterations",
      '{"format":"plimsoll-k6-summary/1","iterations":1,"droppedIterations":3}',
      "k6 dropped 3 iterations",
    ],
  ])("%s", async (_what, content, fault) => {
    const { generator } = await run(async (fake) => {
      await good(fake);
      await fake.writeSummary(content);
      return "exit code 99";
    });
    expect(generator?.faults).toEqual([fault]);
  });

  test.each<[what: string, lines: (startWallMs: number) => readonly string[], fault: string]>([
    ["garbage", () => ["plimsoll-k6 {]"], "a line that cannot be read"],
    [
      "an arrival nobody planned",
      () => [formatLine({ kind: "dropped", operation: "open-trades", n: READS })],
      "a line about an arrival that is not in the plan",
    ],
    [
      "an operation nobody planned",
      () => [formatLine({ kind: "dropped", operation: "recent-signals", n: 0 })],
      "a line about an arrival that is not in the plan",
    ],
    [
      "an arrival told of twice",
      () => [formatLine({ kind: "dropped", operation: "open-trades", n: 0 })],
      "an arrival told of twice",
    ],
  ])("%s", async (_what, lines, fault) => {
    const { generator, recorder } = await run(async (fake) => {
      const startWallMs = await fake.start();
      const end = await good(fake);
      for (const line of lines(startWallMs)) fake.print(line);
      return end;
    });
    expect(generator?.faults).toEqual([fault]);
    expect(recorder.counts).toMatchObject({ clientOperations: READS + ENTRIES });
    expect(recorder.counts.droppedArrivals).toBe(0);
  });

  test("times that cannot be are not taken for a latency", async () => {
    const { generator, recorder } = await run(async (fake) => {
      const startWallMs = await fake.start();
      fake.print(fake.okLine("open-trades", 0, startWallMs - 5000));
      return good(fake);
    });
    expect(generator?.faults).toEqual(["an arrival told of with times that cannot be"]);
    expect(recorder.operations.get("open-trades")?.count).toBe(READS);
  });

  test("an arrival that found nobody free counts as dropped, and was never sent", async () => {
    const { generator, recorder, journal } = await run(async (fake) => {
      await fake.start();
      fake.print(formatLine({ kind: "dropped", operation: "ledger-create", n: 0 }));
      return good(fake);
    });
    expect(recorder.counts.droppedArrivals).toBe(1);
    expect(journal.unconfirmed).toEqual([]);
    expect(generator?.faults).toEqual([
      "an arrival for which no virtual user was free before the phase's end",
      "an arrival told of twice",
    ]);
  });
});

test("a failed entry that may have been applied stays open; one refused for certain does not", async () => {
  const failed = (n: number, ambiguous: boolean, startWallMs: number) =>
    formatLine({
      kind: "failed",
      operation: "ledger-create",
      n,
      startedMs: Math.ceil(startWallMs),
      finishedMs: Math.ceil(startWallMs) + 3,
      attempts: 3,
      code: "UNAVAILABLE",
      message: "down",
      ambiguous,
    });
  const { journal, recorder, commits } = await run(async (fake) => {
    const startWallMs = await fake.start();
    fake.print(failed(0, true, startWallMs));
    fake.print(failed(1, false, startWallMs));
    return "exit code 0";
  });
  const open = journal.unconfirmed.map(({ tradeId }) => tradeId);
  expect(open).toContain("trade-0");
  expect(open).not.toContain("trade-1");
  expect(recorder.counts).toMatchObject({ clientErrors: 2, clientRetries: 2 });
  expect(commits.sent).toBe(6);
});

test("a k6 that never makes ready is given up, and the phase goes on without clients", async () => {
  const fakeClock = new FakeClock();
  const machine = machineWithK6(({ killed }) => killed);
  const k6 = { version: "v2.2.0", major: 2, path: "/k6", source: "PATH" } as const;
  const its = phase({ clock: fakeClock });
  const preparing = createK6Driver({ k6, processes: 1 }, machine).prepare(its);
  while (fakeClock.sleeping === 0) await setImmediate();
  await fakeClock.advanceTo(180_000);
  const clients = await preparing;
  opened = clients;
  const recorder = new PhaseRecorder(fakeClock, fakeClock.monotonicMs(), () => undefined);
  await clients.run(recorder, its.signal);
  expect(recorder.generator?.faults[0]).toBe("k6 was not ready within 180 s");
  expect(recorder.counts.droppedArrivals).toBe(READS + ENTRIES);
  expect(machine.left()).toBe(0);
});

describe("an interruption", () => {
  test("in the phase ends k6, is no fault, and leaves what was due unfinished", async () => {
    const interrupt = new AbortController();
    const { generator, recorder } = await run(
      async ({ start, print, okLine, killed }) => {
        print(okLine("open-trades", 0, await start()));
        interrupt.abort(new Error("Ctrl-C"));
        return killed;
      },
      { phase: { signal: interrupt.signal } },
    );
    expect(generator?.faults).toEqual([]);
    expect(recorder.counts).toMatchObject({ clientOperations: READS + ENTRIES, clientErrors: 9 });
    expect(recorder.counts.droppedArrivals).toBe(0);
  });

  test("while k6 makes ready ends it, and leaves nothing behind", async () => {
    const interrupt = new AbortController();
    let planFile = "";
    const machine = machineWithK6(({ parameters, killed }) => {
      planFile = parameters.find((word) => word.startsWith("PLIMSOLL_PLAN="))?.slice(14) ?? "";
      interrupt.abort(new Error("Ctrl-C"));
      return killed;
    });
    const k6 = { version: "v2.2.0", major: 2, path: "/k6", source: "PATH" } as const;
    const driver = createK6Driver({ k6, processes: 1 }, machine);
    await expect(driver.prepare(phase({ signal: interrupt.signal }))).rejects.toThrow("Ctrl-C");
    expect(machine.left()).toBe(0);
    expect(planFile).toMatch(/plan\.json$/);
    expect(existsSync(dirname(planFile))).toBe(false);
  });
});

describe("sign-ups", () => {
  const signingUp: FakeK6 = async (fake) => {
    const { signUpUrl } = fake.plan;
    if (signUpUrl === null) throw new Error("no place to sign up");
    const startWallMs = await fake.start();
    const outcome = JSON.parse(await ask(signUpUrl, "POST", '{"n":0}')) as { documents?: number };
    expect(outcome).toMatchObject({ kind: "ok", documents: 1 });
    fake.print(fake.okLine("sign-up", 0, startWallMs));
    await fake.writeSummary();
    return "exit code 0";
  };
  const arrivals = new Map([
    [
      "sign-up" as const,
      [{ offsetMs: 0, user: syntheticUser(), content: { kind: "nothing" as const } }],
    ],
  ]);

  test("run the service's own provisioning, here", async () => {
    let signedUp = 0;
    const signUp = () => Promise.resolve(void (signedUp += 1));
    const { generator, recorder, billed } = await run(signingUp, { phase: { arrivals, signUp } });
    expect(generator?.faults).toEqual([]);
    expect(signedUp).toBe(1);
    expect(recorder.operations.get("sign-up")?.count).toBe(1);
    // The service's store counts what a sign-up writes.
    expect(billed.counts()).toEqual({ reads: 0, writes: 0, deletes: 0 });
  });

  test("that break an assertion end the run", async () => {
    const signUp = () => Promise.reject(new AssertionError("void"));
    const broken = run(
      async ({ plan, start, killed }) => {
        await start();
        await ask(plan.signUpUrl ?? "", "POST", '{"n":0}').catch(() => undefined);
        return killed;
      },
      { phase: { arrivals, signUp } },
    );
    await expect(broken).rejects.toThrow("void");
  });
});

test("k6's own settings of the user's do not reach it, but for where its metrics go", async () => {
  let environment: Readonly<Record<string, string | undefined>> = {};
  const machine = machineWithK6(good);
  const k6 = { version: "v2.2.0", major: 2, path: "/k6", source: "PATH" } as const;
  const watching = {
    ...machine,
    start: (...given: Parameters<typeof machine.start>) => {
      environment = given[3] ?? {};
      return machine.start(...given);
    },
  };
  opened = await createK6Driver({ k6, processes: 1 }, watching).prepare(phase());
  expect(environment).toEqual({
    A: "b",
    K6_OUT: "json",
    GOGC: "400",
    GOMEMLIMIT: "2GiB",
    K6_NO_USAGE_REPORT: "true",
    K6_AUTO_EXTENSION_RESOLUTION: "false",
  });
});
