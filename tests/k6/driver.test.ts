import { afterEach, describe, expect, test } from "vitest";
import { createRng } from "../../src/std/rng.ts";
import { createRealClock } from "../../src/sim/clock/real-clock.ts";
import { clientLoadSchema } from "../../src/sim/config/scenario.ts";
import { clientArrivals } from "../../src/sim/drivers/client-arrivals.ts";
import {
  NODE_DRIVER,
  type ClientDriver,
  type ClientPhase,
} from "../../src/sim/drivers/client-driver.ts";
import { LedgerJournal } from "../../src/sim/drivers/ledger-journal.ts";
import { createUserClient } from "../../src/sim/drivers/user-client.ts";
import type { K6 } from "../../src/sim/k6/find/find-k6.ts";
import { createK6Driver } from "../../src/sim/k6/k6-driver.ts";
import { BilledOperations } from "../../src/sim/measure/billed-operations.ts";
import { CommitCounter } from "../../src/sim/measure/commit-counter.ts";
import { PhaseRecorder } from "../../src/sim/measure/phase-recorder.ts";
import { createPopulation } from "../../src/sim/population/create-population.ts";
import type { Machine, StartedProcess } from "../../src/sim/targets/machine.ts";
import { createRealMachine } from "../../src/sim/targets/real-machine.ts";
import { k6sHere } from "../setup/k6s.ts";
import { openStubDatabase, type StubDatabase, type StubOptions } from "./stub-database.ts";

/*
 * The client traffic of one phase, sent by this process and by k6, one process of it and two: who
 * asks for what must be the same to the byte, and what is measured the same within bounds.
 */

const k6s = await k6sHere();
const clock = createRealClock();
const machine = createRealMachine();
const DURATION_MS = 1500;
const { users } = createPopulation({ users: 30, tenants: 12 }, createRng(1).fork("population"));

/** Some 60 operations of six kinds; sign-ups are the service's own on any driver. */
const LOAD = clientLoadSchema.parse({
  perUserPerMinute: {
    "open-trades": 10,
    "sell-trades-24h": 10,
    "tenant-ledger": 12,
    "recent-signals": 10,
    "account-snapshot": 10,
    "ledger-create": 24,
    "sign-up": 4,
  },
  arrivals: "poisson",
});

let database: StubDatabase | undefined;
afterEach(() => database?.close());

/** Sends the phase's traffic, and says what came of it. */
async function send(driver: ClientDriver, stub: StubOptions = { delayMs: 0 }) {
  database = await openStubDatabase(stub);
  const { endpoint, seen } = database;
  const target = { endpoint, projectId: "demo-plimsoll" };
  const userClient = createUserClient(target, clock);
  const prices = (_symbol: string, elapsedMs: number) => ({ price: "187.50", elapsedMs });
  const market = { symbols: ["AAPL", "MSFT"], updatesPerSecond: () => [], lastPriceAt: prices };
  const rng = createRng(7);
  const options = { load: LOAD, users, durationMs: DURATION_MS, market };
  let signedUp = 0;
  const phase: ClientPhase = {
    clock,
    scenario: "a-scenario",
    arrivals: clientArrivals(options, rng),
    durationMs: DURATION_MS,
    rng: rng.fork("operations"),
    target,
    userClient,
    journal: new LedgerJournal(),
    signUp: () => Promise.resolve(void (signedUp += 1)),
    commits: new CommitCounter(),
    billed: new BilledOperations(),
    say: () => undefined,
    signal: new AbortController().signal,
  };
  const clients = await driver.prepare(phase);
  const startMs = clock.monotonicMs() + clients.leadMs;
  const recorder = new PhaseRecorder(clock, startMs, () => undefined);
  try {
    await clients.run(recorder, phase.signal);
  } finally {
    await clients.close();
    userClient.close();
    await database.close();
  }
  const { counts, generator, operations } = recorder;
  return {
    requests: seen.toSorted(),
    counted: [counts.clientOperations, counts.clientErrors, counts.clientRetries],
    dropped: counts.droppedArrivals,
    samples: new Map([...operations].map(([kind, histogram]) => [kind, histogram.count] as const)),
    acknowledged: phase.journal.acknowledged.map(({ tradeId }) => tradeId).toSorted(),
    unconfirmed: phase.journal.unconfirmed.length,
    signedUp,
    faults: generator?.faults,
    generator,
    queries: recorder.queries().summarize({ metric: "query", phase: "p", describes: "" }),
  };
}

function k6Driver(k6: K6, processes = 1, its: Machine = machine): ClientDriver {
  return createK6Driver({ k6, processes }, its);
}

/** Of a run, what must be the same whoever sends the load. */
function whatHappened(sent: Awaited<ReturnType<typeof send>>): object {
  const { requests, counted, dropped, samples, acknowledged, unconfirmed, signedUp } = sent;
  return { requests, counted, dropped, samples, acknowledged, unconfirmed, signedUp };
}

test.skipIf(k6s.length > 0)("skipped: no k6 here (K6_BIN, PATH, ~/.cache/plimsoll/k6)", () => {
  expect(process.env["CI"], "CI has a k6, or these tests say nothing").toBeUndefined();
});

describe.each(k6s)("k6 $version", (k6) => {
  test("asks what the Node driver asks, as the same users, with the same contents, tries and ends", async () => {
    const byNode = await send(NODE_DRIVER);
    const byK6 = await send(k6Driver(k6));
    expect(byK6.faults).toEqual([]);
    expect(byNode.requests.length).toBeGreaterThan(50);
    expect(whatHappened(byK6)).toEqual(whatHappened(byNode));
    expect(byK6.generator).toMatchObject({ processes: 1, name: `k6 ${k6.version}` });
  });
});

/** What does not depend on k6's version; each takes a few seconds. */
describe.each(k6s.slice(0, 1))("k6 $version", (k6) => {
  test("that is killed says so, and what it had not told of counts as dropped", async () => {
    const started: StartedProcess[] = [];
    const watched: Machine = {
      ...machine,
      start: async (...given) => {
        const process = await machine.start(...given);
        started.push(process);
        return process;
      },
    };
    const onRequest = (count: number) => {
      if (count === 20) started[0]?.kill("SIGKILL");
      return undefined;
    };
    const sent = await send(k6Driver(k6, 1, watched), { delayMs: 0, onRequest });
    expect(sent.faults?.[0]).toBe("k6 ended with signal SIGKILL");
    expect(sent.faults?.at(-1)).toMatch(/^\d+ of \d+ arrivals were never told of$/);
    expect(sent.dropped).toBeGreaterThan(10);
  });

  test("whose script throws says what, though k6 itself ends with 0", async () => {
    const onRequest = () => ({ status: 200, content: { no: "list" } });
    const sent = await send(k6Driver(k6), { delayMs: 0, onRequest });
    expect(sent.faults?.join("\n")).toMatch(/^the script failed: TypeError: .* \(\d+×\)/m);
  });

  test("in two processes is the same as in one", async () => {
    const byOne = await send(k6Driver(k6));
    const byTwo = await send(k6Driver(k6, 2));
    expect(byTwo.faults).toEqual([]);
    expect(whatHappened(byTwo)).toEqual(whatHappened(byOne));
    expect(byTwo.generator).toMatchObject({ processes: 2, answered: byOne.generator?.answered });
  });

  /*
   * Bounds: a tenth, and 60 ms for the timers of a busy machine; k6's clock has whole milliseconds.
   * At a load average of 10 on two cores, medians were 1.5 to 3 ms apart and p90s 10 to 35 ms.
   */
  test("measures what the Node driver measures", async () => {
    const delayMs = 600;
    const byNode = await send(NODE_DRIVER, { delayMs });
    const byK6 = await send(k6Driver(k6), { delayMs });
    expect(byK6.queries.count).toBe(byNode.queries.count);
    for (const quantile of ["p50", "p90"] as const) {
      const [node, other] = [byNode.queries[quantile], byK6.queries[quantile]];
      expect(other).toBeGreaterThanOrEqual(delayMs - 1);
      expect(Math.abs(other - node), `${quantile}: ${node} and ${other} ms`).toBeLessThan(
        node * 0.1 + 60,
      );
    }
  });

  test("that leaves no summary, or an empty one, is found out", async () => {
    // The first of two leaves none; the other's is emptied.
    const spoilt: Machine = {
      ...machine,
      readText: (path) =>
        path.endsWith("summary-0.json") ? Promise.reject(new Error("ENOENT")) : Promise.resolve(""),
    };
    const sent = await send(k6Driver(k6, 2, spoilt));
    expect(sent.faults).toEqual(["k6 1 of 2 left no summary", "k6 2 of 2 left an empty summary"]);
  });
});
