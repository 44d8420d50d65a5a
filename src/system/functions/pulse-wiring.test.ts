import { describe, expect, it } from "vitest";
import { AutoClock } from "../../std/auto-clock.fixture.ts";
import { createRng } from "../../std/rng.ts";
import { openTrade } from "../pulse/testing.fixture.ts";
import { shardOf } from "../schema/shard.ts";
import { tradingStatusPath } from "../schema/user.ts";
import { heartbeatsPath } from "../schema/tenant.ts";
import {
  createWorld,
  InstantClock,
  MemoryLog,
  START_MS,
  type OnboardingWorld,
} from "../provisioning/onboarding.fixture.ts";
import type { OnboardingDependencies } from "../provisioning/onboard-user.ts";
import { provisionUser } from "../provisioning/provision-user.ts";
import { createMemoryStore } from "../store/memory-store.ts";
import { Pulse, type ShardTask } from "./pulse-wiring.ts";
import { readServiceConfig } from "./service-config.ts";

interface Queued {
  readonly id: string;
  readonly task: ShardTask;
}

/** A clock on which no sweep comes to its deadline. */
class PatientClock extends InstantClock {
  override async sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    if (durationMs < DEADLINE_MS) return super.sleep(durationMs, signal);
    return new Promise((_, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason as Error));
    });
  }
}

/** Two periods of a minute. */
const DEADLINE_MS = 120_000;

function createPulse(pulseConfig: object, fails: (task: ShardTask) => boolean = () => false) {
  const world = { ...createWorld(), clock: new PatientClock() };
  const queued: Queued[] = [];
  const pulse = new Pulse({
    ...world,
    rng: createRng(1),
    config: readServiceConfig({ PULSE_CONFIG: JSON.stringify(pulseConfig) }),
    quotes: { latest: async () => new Map() },
    queue: {
      enqueue: async (task, id) => {
        if (fails(task)) throw new Error("queue is down");
        queued.push({ id, task });
      },
    },
  });
  return { world, queued, pulse };
}

/** A user whom the pulse sweeps. */
async function addTrader(
  { clock, store }: Pick<OnboardingDependencies, "clock" | "store">,
  tenantId: string,
): Promise<void> {
  await provisionUser(clock, store, { uid: "u1", email: "u1@example.com", tenantId });
  const data = { enabled: true, mode: "paper" };
  await store.commit([{ kind: "update", path: tradingStatusPath("u1"), data }]);
}

const heartbeatOf = async ({ store }: OnboardingWorld, tenantId: string) =>
  (await store.query({ from: { kind: "collection", path: heartbeatsPath(tenantId) } }))[0]?.data;

describe("Pulse", () => {
  it("sweeps by itself with one worker", async () => {
    const { world, pulse, queued } = createPulse({});
    await addTrader(world, "acme");
    await pulse.start(START_MS + 1234);
    expect(await heartbeatOf(world, "acme")).toMatchObject({
      status: "ok",
      sweep_id: `sweep-${START_MS}`,
      users_swept: 1,
    });
    expect(queued).toEqual([]);
  });

  it("cuts a sweep that outlives two periods", async () => {
    const { world } = createPulse({});
    await addTrader(world, "acme");
    const pulse = new Pulse({
      ...world,
      clock: new InstantClock(),
      rng: createRng(1),
      config: readServiceConfig({}),
      quotes: { latest: () => new Promise(() => undefined) },
      queue: { enqueue: async () => undefined },
    });
    await pulse.start(START_MS);
    expect(world.log.lines).toContainEqual(
      expect.objectContaining({ fields: expect.objectContaining({ status: "cut" }) }),
    );
  });

  it("hands the shard groups to the queue with several, and sweeps a group's own tenants", async () => {
    const { world, pulse, queued } = createPulse({ workers: 4 });
    await addTrader(world, "acme");
    await pulse.start(START_MS);
    expect(queued.map(({ id }) => id)).toEqual(
      ["0-15", "16-31", "32-47", "48-63"].map((shardKey) => `sweep-${START_MS}-${shardKey}`),
    );
    const ownGroup = Math.floor(shardOf("acme") / 16);
    for (const [group, { task }] of queued.entries()) {
      await pulse.startShard(JSON.parse(JSON.stringify(task)));
      expect((await heartbeatOf(world, "acme")) !== undefined).toBe(group >= ownGroup);
    }
  });

  it("drops a start that comes more than a period late, and sweeps one that is just in time", async () => {
    const { world, pulse } = createPulse({});
    await addTrader(world, "acme");
    await world.clock.sleep(60_000);
    await pulse.start(START_MS);
    expect(await heartbeatOf(world, "acme")).toMatchObject({ sweep_id: `sweep-${START_MS}` });
    const nextMs = START_MS + 60_000;
    // Wherever the sweep has left the clock, a millisecond too late.
    await world.clock.sleep(nextMs + 60_001 - world.clock.wallMs());
    await pulse.start(nextMs);
    expect(await heartbeatOf(world, "acme")).toMatchObject({ sweep_id: `sweep-${START_MS}` });
    expect(world.log.lines.at(-1)).toMatchObject({
      level: "warn",
      fields: { sweepId: `sweep-${nextMs}`, lateMs: 60_001 },
      message: expect.stringContaining("dropped"),
    });
  });

  it("drops a task that comes more than a period late", async () => {
    const { world, pulse } = createPulse({ workers: 2 });
    await addTrader(world, "acme");
    await world.clock.sleep(60_001);
    for (const shardKey of ["0-31", "32-63"]) {
      await pulse.startShard({ sweepId: "late", shardKey, dueAtMs: START_MS });
    }
    expect(await heartbeatOf(world, "acme")).toBeUndefined();
    expect(world.log.lines.map(({ level }) => level)).toEqual(["warn", "warn"]);
  });

  it("holds tenants to the limit of their plan, which it reads at the second sweep", async () => {
    // The writes of a trade a minute are more than 0.01 a second.
    const limits = { plans: { free: 0.01 } };
    const clock = new AutoClock(START_MS);
    const log = new MemoryLog();
    const store = createMemoryStore(clock);
    await addTrader({ clock, store }, "acme");
    const { path, trade } = openTrade({ uid: "u1", tenant_id: "acme" });
    await store.commit([{ kind: "create", path, data: trade }]);
    let price = 100;
    const pulse = new Pulse({
      clock,
      log,
      store,
      rng: createRng(1),
      config: readServiceConfig({
        LIMITER_CONFIG: JSON.stringify({ tuning: { tenants: { limits } } }),
      }),
      quotes: {
        latest: async () => {
          const quote = { symbol: trade.symbol, price: `${(price += 1)}.00`, atMs: clock.wallMs() };
          return new Map([[trade.symbol, quote]]);
        },
      },
      queue: { enqueue: async () => undefined },
    });
    const overShareAfter: number[] = [];
    for (const minute of [0, 1, 2]) {
      const dueMs = START_MS + minute * 60_000;
      await clock.run(clock.sleep(dueMs - clock.wallMs()));
      await clock.run(pulse.start(dueMs));
      overShareAfter.push(
        log.lines.filter(({ fields }) => fields["reason"] === "tenant-share").length,
      );
    }
    expect(overShareAfter).toEqual([0, 0, 1]);
  });

  it("waits for its period", async () => {
    const { pulse, queued } = createPulse({ workers: 2, periodSeconds: 300 });
    for (let minute = 0; minute < 10; minute += 1) await pulse.start(START_MS + minute * 60_000);
    expect(queued).toHaveLength(4);
  });

  it("queues what it can and reports the rest", async () => {
    const { pulse, queued } = createPulse({ workers: 2 }, ({ shardKey }) => shardKey === "0-31");
    await expect(pulse.start(START_MS)).rejects.toThrow("1 of 2");
    expect(queued.map(({ task }) => task.shardKey)).toEqual(["32-63"]);
  });

  it("drops tasks of a fan-out that is no more, and refuses what is no task", async () => {
    const { pulse, world } = createPulse({ workers: 2 });
    await pulse.startShard({ sweepId: "s", shardKey: "0-15", dueAtMs: START_MS });
    expect(world.log.lines).toMatchObject([{ level: "warn", fields: { shardKey: "0-15" } }]);
    await expect(pulse.startShard({ shards: "all" })).rejects.toThrow("sweepId");
  });
});
