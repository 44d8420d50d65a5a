import { describe, expect, it } from "vitest";
import { provisioningContract } from "../../../tests/contract/provisioning-contract.ts";
import { storeContract } from "../../../tests/contract/store-contract.ts";
import { createAdmission } from "../../firestore/admission/create-admission.ts";
import { createEngine } from "../../firestore/engine/create-engine.ts";
import { createCatalogue, NO_INDEX_FILE } from "../../firestore/indexes/create-catalogue.ts";
import { AutoClock } from "../../std/auto-clock.fixture.ts";
import type { Clock } from "../../std/clock.ts";
import { createRng } from "../../std/rng.ts";
import type { Store } from "../../system/store/store.ts";
import { InProcessDatabase } from "./in-process-database.ts";
import { createInProcessStore } from "./in-process-store.ts";

const NAME = { projectId: "demo-test", databaseId: "(default)" };

interface Opened {
  readonly clock: AutoClock;
  readonly store: Store;
}

/** `latency`: with it, every call takes time. Composite indexes are not what these tests are about. */
function open(latency: "off" | "us-central1", mode: "on" | "off" = "off"): Opened {
  const clock = new AutoClock();
  const rng = createRng(1);
  const engine = createEngine(clock, rng.fork("engine")).database(NAME);
  const admission = createAdmission({
    catalogue: createCatalogue(NO_INDEX_FILE),
    previous: (_, path) => engine.peek(path)?.fields ?? "none",
    rng: rng.fork("admission"),
    mode,
    latency,
  });
  const database = new InProcessDatabase(clock, engine, admission);
  return {
    clock,
    store: createInProcessStore(clock, rng.fork("store"), database, { deadlineMs: 10_000 }),
  };
}

/** Time passes while a call is under way, and stands still between calls. */
function running({ clock, store }: Opened): Store {
  return {
    commit: (writes) => clock.run(store.commit(writes)),
    get: (paths) => clock.run(store.get(paths)),
    query: (query) => clock.run(store.query(query)),
    transaction: (body) => clock.run(store.transaction(body)),
  };
}

storeContract({
  name: "in-process",
  create: () => ({ store: running(open("off")), close: () => Promise.resolve() }),
});

const provisioningClock = new AutoClock();
const runningClock: Clock = {
  monotonicMs: () => provisioningClock.monotonicMs(),
  wallMs: () => provisioningClock.wallMs(),
  sleep: (durationMs, signal) => provisioningClock.run(provisioningClock.sleep(durationMs, signal)),
};
provisioningContract({
  name: "in-process",
  create: () => ({ store: running(open("off")), close: () => Promise.resolve() }),
  clock: runningClock,
});

const TRADE = { kind: "create", path: "users/u1/trades/t1", data: { n: 1 } } as const;

describe("the in-process store", () => {
  it("takes as long as production would, and commits at the end of it", async () => {
    const { clock, store } = open("us-central1", "on");
    const { commitTimeMs } = await clock.run(store.commit([TRADE]));
    expect(clock.monotonicMs()).toBeGreaterThan(1);
    expect(commitTimeMs).toBe(Math.floor(clock.wallMs()));
  });

  it("refuses what production refuses, in its words", async () => {
    const { clock, store } = open("off", "on");
    const query = store.query({
      from: { kind: "collection-group", name: "trades" },
      where: [
        { field: "a", operator: "==", value: 1 },
        { field: "b", operator: ">", value: 1 },
      ],
    });
    await expect(clock.run(query)).rejects.toMatchObject({
      name: "StoreError",
      code: "FAILED_PRECONDITION",
      operation: "query",
      path: "**/trades",
      message: expect.stringContaining("The query requires an index"),
    });
  });

  it("leaves nothing of what a flood was refused", async () => {
    const { clock, store } = open("off", "on");
    const write = (index: number) => ({ ...TRADE, path: `flood/${index}` });
    const commits = Array.from({ length: 8000 }, (_, index) => store.commit([write(index)]));
    const outcomes = await clock.run(Promise.allSettled(commits));
    const refused = outcomes.filter(({ status }) => status === "rejected");
    expect(refused.length).toBeGreaterThan(0);
    const found = await clock.run(store.query({ from: { kind: "collection", path: "flood" } }));
    expect(found).toHaveLength(outcomes.length - refused.length);
  });
});
