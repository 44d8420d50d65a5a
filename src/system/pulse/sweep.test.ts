import { describe, expect, test } from "vitest";
import { AutoClock } from "../../std/auto-clock.fixture.ts";
import { createRng } from "../../std/rng.ts";
import { limiterConfigSchema } from "../limiter/config.ts";
import { createLimiter, type LimiterStrategy } from "../limiter/create-limiter.ts";
import { parseDocument } from "../schema/document.ts";
import { batchPerformancePath, sweepLeasePath, sweepLeaseSchema } from "../schema/ops.ts";
import { shardOf } from "../schema/shard.ts";
import {
  closingTradeId,
  heartbeatPath,
  heartbeatSchema,
  ledgerTradePath,
} from "../schema/tenant.ts";
import {
  accountPath,
  accountSchema,
  shadowTradePath,
  shadowTradeSchema,
  tradingStatusPath,
} from "../schema/user.ts";
import { createMemoryStore, type MemoryFaults } from "../store/memory-store.ts";
import { StoreError, type Store, type Write } from "../store/store.ts";
import { pulseConfigSchema } from "./config.ts";
import type { CommitEvent, PulseEvents, SweepSchedule, SweepSummary } from "./events.ts";
import type { Quote } from "./quotes.ts";
import { createPulseWorker, runSweep, type SweepDependencies, type SweepOptions } from "./sweep.ts";
import { account, openTrade } from "./testing.fixture.ts";

const config = pulseConfigSchema.parse({ pageUsers: 3 });

/** A service in memory with users u00, u01, …, of tenants t0 and t1 in turn, one trade each. */
async function world(
  options: {
    readonly users?: number;
    readonly strategy?: LimiterStrategy;
    readonly faults?: MemoryFaults;
    readonly price?: string;
    readonly limits?: object;
    readonly tradeId?: string;
  } = {},
) {
  const clock = new AutoClock();
  const faults: { current: MemoryFaults } = { current: {} };
  const store = createMemoryStore(clock, {
    beforeCommit: (writes) => faults.current.beforeCommit?.(writes),
    afterCommit: (writes) => faults.current.afterCommit?.(writes),
  });
  const uids = Array.from({ length: options.users ?? 7 }, (_, index) => `u${10 + index}`);
  await store.commit(
    uids.flatMap((uid, index) => documentsOf(uid, `t${index % 2}`, clock, options.tradeId)),
  );
  faults.current = options.faults ?? {};
  const events = new Events();
  const quotes = {
    asked: 0,
    latest: (symbols: readonly string[]) => {
      quotes.asked += 1;
      const price = options.price ?? "101.00";
      return Promise.resolve(
        new Map<string, Quote>(
          symbols.map((symbol) => [symbol, { symbol, price, atMs: clock.wallMs() }]),
        ),
      );
    },
  };
  const dependencies: SweepDependencies = {
    clock,
    rng: createRng(1),
    store,
    limiter: createLimiter(
      {
        strategy: options.strategy ?? "paced",
        config: limiterConfigSchema.parse(options.limits ?? {}),
      },
      createRng(2),
    ),
    quotes,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    events,
    worker: createPulseWorker("w1", config),
  };
  const sweep = (more: Partial<SweepOptions> = {}) =>
    runSweep(dependencies, {
      config,
      shards: "all",
      shardKey: "all",
      sweepId: `s${clock.monotonicMs()}`,
      startMs: clock.monotonicMs(),
      signal: new AbortController().signal,
      ...more,
    });
  return { clock, store, uids, events, dependencies, sweep, faults, quotes };
}

function documentsOf(
  uid: string,
  tenantId: string,
  clock: AutoClock,
  tradeId = `trade-${uid}`,
): readonly Write[] {
  const now = new Date(clock.wallMs());
  const { trade } = openTrade({ uid, tenant_id: tenantId });
  const status = {
    enabled: true,
    mode: "paper",
    reason: "",
    uid,
    tenant_id: tenantId,
    shard: shardOf(tenantId),
    changed_at: now,
  };
  const create = (path: string, data: Write extends { data: infer D } ? D : object): Write =>
    ({ kind: "create", path, data }) as Write;
  return [
    create(tradingStatusPath(uid), status),
    create(accountPath(uid), account()),
    create(shadowTradePath(uid, tradeId), trade),
  ];
}

class Events implements PulseEvents {
  readonly commits: CommitEvent[] = [];
  readonly failures: string[] = [];
  readonly failedUsers: string[] = [];
  readonly summaries: SweepSummary[] = [];
  overlaps = 0;
  plannedWrites = 0;
  planned(_user: unknown, plan: { readonly writes: number }): void {
    this.plannedWrites += plan.writes;
  }
  readonly listed: string[] = [];
  scheduled({ users }: SweepSchedule): void {
    this.listed.push(...users.map(({ uid }) => uid));
  }
  staleRead(): void {}
  plannedOps(): void {}
  waited(): void {}
  refused(): void {}
  committed(event: CommitEvent): void {
    this.commits.push(event);
  }
  failedAttempt(_user: unknown, code: string): void {
    this.failures.push(code);
  }
  userFailed(user: { readonly uid: string }): void {
    this.failedUsers.push(user.uid);
  }
  sweepEnded(summary: SweepSummary): void {
    this.summaries.push(summary);
  }
  overlapped(): void {
    this.overlaps += 1;
  }
}

async function tradeOf(store: Store, uid: string) {
  const [snapshot] = await store.get([shadowTradePath(uid, `trade-${uid}`)]);
  return parseDocument(shadowTradeSchema, snapshot!);
}

describe("runSweep", () => {
  test("revalues every user, page by page, staggered over the period", async () => {
    const { clock, store, uids, events, sweep } = await world();
    const summary = await clock.run(sweep());
    expect(summary).toMatchObject({ status: "complete", usersListed: 7, usersSwept: 7 });
    for (const uid of uids) expect((await tradeOf(store, uid)).pnl).toBe("10.00");
    const due = events.commits.filter(({ user }) => user.uid !== "w1").map(({ dueMs }) => dueMs);
    expect(due).toEqual([...due].sort((left, right) => left - right));
    // Lead-in 3 % and tail 4 % of 60 s: the first is due at 1.8 s, the last 6/7 of 55.8 s later.
    expect(due[0]).toBeCloseTo(1800, 5);
    expect(due.at(-1)).toBeCloseTo(1800 + (55_800 * 6) / 7, 5);
  });

  test("visits users in the order it told, and never goes through the key space in its order", async () => {
    const { clock, uids, events, sweep } = await world({ users: 60 });
    await clock.run(sweep());
    const visited = events.commits.map(({ user }) => user.uid).filter((uid) => uid !== "w1");
    expect(visited).toEqual(events.listed);
    expect(visited.toSorted()).toEqual(uids);
    // Pages of three neighbours (the configuration's), twenty of them: each is far from the next.
    const positions = visited.map((uid) => uids.indexOf(uid));
    const turns = positions.filter((_, index) => index % 3 === 0);
    const steps = turns.slice(1).map((at, index) => Math.abs(at - (turns[index] ?? 0)));
    expect(Math.min(...steps)).toBeGreaterThan(15);
  });

  test("latency counts from when a user was due, and the limiter's wait is in it", async () => {
    // All users are due at once; after their first writes the printed algorithm holds them for 5 s.
    const { clock, events, sweep } = await world({
      strategy: "literal",
      limits: { batch_write_limit: 2 },
    });
    await clock.run(sweep());
    const users = events.commits.filter(({ user }) => user.uid !== "w1");
    expect(users.map(({ dueMs }) => dueMs)).toEqual(users.map(() => 0));
    expect(Math.max(...users.map(({ sentMs }) => sentMs))).toBeGreaterThan(4999);
  });

  test("writes the account snapshot, heartbeats of each tenant, and this worker's counters", async () => {
    const { clock, store, sweep } = await world();
    await clock.run(sweep());
    const [snapshot] = await store.get([accountPath("u10")]);
    expect(parseDocument(accountSchema, snapshot!)).toMatchObject({ equity: "1010.00" });
    const [beat] = await store.get([heartbeatPath("t0", "pulse-all")]);
    expect(parseDocument(heartbeatSchema, beat!)).toMatchObject({ status: "ok", users_swept: 4 });
    expect(await store.get([batchPerformancePath("w1")])).not.toContain(undefined);
  });

  test("a disabled user is not visited", async () => {
    const { clock, store, sweep } = await world();
    await store.commit([
      { kind: "update", path: tradingStatusPath("u12"), data: { enabled: false } },
    ]);
    expect(await clock.run(sweep())).toMatchObject({ usersListed: 6 });
    expect((await tradeOf(store, "u12")).quoted_at).toBeNull();
  });

  test("a document that does not parse fails its user only", async () => {
    const { clock, store, events, sweep } = await world();
    const path = shadowTradePath("u11", "trade-u11");
    await store.commit([{ kind: "update", path, data: { quantity: "many" } }]);
    expect(await clock.run(sweep())).toMatchObject({ usersSwept: 6, usersFailed: 1 });
    expect(events.failedUsers).toEqual(["u11"]);
    const [beat] = await store.get([heartbeatPath("t1", "pulse-all")]);
    expect(beat?.data).toMatchObject({ status: "degraded" });
  });

  test.each(["ABORTED", "RESOURCE_EXHAUSTED", "UNAVAILABLE"] as const)(
    "a commit refused with %s is tried again until it passes",
    async (code) => {
      let refusals = 2;
      const { clock, store, events, sweep } = await world({
        faults: {
          beforeCommit: ([first]) => {
            if (first?.path.includes("trade-u10") !== true || refusals === 0) return;
            refusals -= 1;
            throw new StoreError(code, "commit", first.path, "injected");
          },
        },
      });
      expect(await clock.run(sweep())).toMatchObject({ usersSwept: 7, usersFailed: 0 });
      expect(events.failures).toEqual([code, code]);
      expect((await tradeOf(store, "u10")).pnl).toBe("10.00");
      expect(events.commits.find(({ user }) => user.uid === "u10")?.attempts).toBe(3);
    },
  );

  test("a commit that keeps failing fails its user after the last attempt, and nobody else", async () => {
    const { clock, events, sweep } = await world({
      faults: {
        beforeCommit: ([first]) => {
          if (first?.path.includes("trade-u10") === true) {
            throw new StoreError("UNAVAILABLE", "commit", first.path, "injected");
          }
        },
      },
    });
    expect(await clock.run(sweep())).toMatchObject({ usersSwept: 6, usersFailed: 1 });
    expect(events.failures).toHaveLength(config.retry.attempts);
  });

  test("a lost answer is not written twice: the close has one ledger entry", async () => {
    let lost = false;
    const { clock, store, events, sweep } = await world({
      price: "70.00",
      faults: {
        afterCommit: ([first]) => {
          if (lost || first?.path.includes("trade-u10") !== true) return;
          lost = true;
          throw new StoreError("UNAVAILABLE", "commit", first.path, "the answer was lost");
        },
      },
    });
    expect(await clock.run(sweep())).toMatchObject({ usersFailed: 0 });
    expect(lost).toBe(true);
    expect((await tradeOf(store, "u10")).status).toBe("CLOSED");
    const entry = ledgerTradePath("t0", closingTradeId("u10", "trade-u10"));
    expect(await store.get([entry])).not.toContain(undefined);
    expect(events.failedUsers).toEqual([]);
    // It was applied, so it is told of: the figures would be too low exactly under faults.
    const told = events.commits.filter(({ user }) => user.uid === "u10");
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ attempts: 2, dueMs: 1800 });
  });

  test("of a lost answer, what is due once more by then is told of when it is written again", async () => {
    let lost = false;
    const { clock, store, events, sweep, quotes, faults } = await world({ users: 1 });
    const { trade } = openTrade({ uid: "u10", tenant_id: "t0", symbol: "XYZ" });
    const moving = shadowTradePath("u10", "trade-moving");
    await store.commit([{ kind: "create", path: moving, data: { ...trade } }]);
    quotes.latest = (symbols) => {
      quotes.asked += 1;
      const priceOf = (symbol: string) => (symbol === "XYZ" ? `10${quotes.asked}.00` : "101.00");
      const quoteOf = (symbol: string) => ({
        symbol,
        price: priceOf(symbol),
        atMs: clock.wallMs(),
      });
      return Promise.resolve(new Map(symbols.map((symbol) => [symbol, quoteOf(symbol)])));
    };
    faults.current = {
      afterCommit: ([first]) => {
        if (lost || first?.path.includes("trade-") !== true) return;
        lost = true;
        throw new StoreError("UNAVAILABLE", "commit", first.path, "the answer was lost");
      },
    };
    expect(await clock.run(sweep())).toMatchObject({ usersSwept: 1, usersFailed: 0 });
    const told = events.commits
      .filter(({ user }) => user.uid === "u10")
      .map(({ writes }) =>
        writes.filter(({ kind }) => kind === "pnl").map(({ write }) => write.path),
      );
    expect(told).toEqual([[shadowTradePath("u10", "trade-u10")], [moving]]);
  });

  test("a trade that changed since it was read is read and planned again", async () => {
    const { clock, store, sweep, quotes } = await world({ users: 1 });
    const path = shadowTradePath("u10", "trade-u10");
    const meddle = async () => {
      // After the page is read (due at 1.8 s, read 1.5 s ahead) and before the user is due.
      await clock.sleep(1000);
      await store.commit([{ kind: "update", path, data: { quantity: "20" } }]);
    };
    await clock.run(Promise.all([sweep(), meddle()]));
    expect((await tradeOf(store, "u10")).pnl).toBe("20.00");
    expect(quotes.asked).toBe(2);
  });

  test("a second sweep while the first runs does nothing and is counted", async () => {
    const { clock, store, events, sweep } = await world();
    const later = async () => {
      await clock.sleep(10_000);
      return sweep({ sweepId: "second" });
    };
    const [first, second] = await clock.run(Promise.all([sweep({ sweepId: "first" }), later()]));
    expect(first.status).toBe("complete");
    expect(second).toMatchObject({ status: "overlapped", usersSwept: 0 });
    expect(events.overlaps).toBe(1);
    const [lease] = await store.get([sweepLeasePath("all")]);
    expect(parseDocument(sweepLeaseSchema, lease!)).toMatchObject({ sweep_id: "first" });
  });

  test("the same sweep delivered twice runs once, at the same time or later", async () => {
    const { clock, events, sweep } = await world();
    const both = await clock.run(
      Promise.all([sweep({ sweepId: "minute-7" }), sweep({ sweepId: "minute-7" })]),
    );
    expect(both.map(({ status }) => status).sort()).toEqual(["complete", "overlapped"]);
    expect(await clock.run(sweep({ sweepId: "minute-7" }))).toMatchObject({ status: "overlapped" });
    expect(await clock.run(sweep({ sweepId: "minute-8" }))).toMatchObject({ status: "complete" });
    expect(events.overlaps).toBe(2);
  });

  test("the lease's own writes count among those of the limiter's second, and wait for them", async () => {
    const limit = 12;
    const sent: { atMs: number; writes: number }[] = [];
    let ofLease = 0;
    const faults: MemoryFaults = {
      beforeCommit: (writes) => {
        sent.push({ atMs: clock.monotonicMs(), writes: writes.length });
        if (writes[0]?.path === sweepLeasePath("all")) ofLease += 1;
      },
    };
    const { clock, sweep } = await world({
      users: 200,
      faults,
      limits: { batch_write_limit: limit },
    });
    await clock.run(sweep({ config: { ...config, leaseSeconds: 5 } }));
    expect(ofLease).toBeGreaterThan(10);
    const inSecondFrom = ({ atMs: fromMs }: { atMs: number }) =>
      sent
        .filter(({ atMs }) => atMs >= fromMs && atMs < fromMs + 1000)
        .reduce((total, { writes }) => total + writes, 0);
    const worst = Math.max(...sent.map(inSecondFrom));
    expect(worst).toBeLessThanOrEqual(limit);
    expect(worst).toBeGreaterThan(limit / 2);
  });

  test("a lease that cannot be renewed for a while does not stop the sweep", async () => {
    const { clock, sweep, faults } = await world();
    let refusals = 0;
    faults.current = {
      beforeCommit: ([first]) => {
        // The first renewal, a third of 30 s into the sweep.
        if (first?.path !== sweepLeasePath("all") || clock.monotonicMs() !== 10_000) return;
        refusals += 1;
        throw new StoreError("UNAVAILABLE", "commit", first.path, "injected");
      },
    };
    const summary = await clock.run(sweep({ config: { ...config, leaseSeconds: 30 } }));
    expect(refusals).toBe(1);
    expect(summary).toMatchObject({ status: "complete", usersSwept: 7 });
  });

  test("a lease that has passed to another sweep cuts this one, and stays the other's", async () => {
    const { clock, store, sweep } = await world();
    const usurp = async () => {
      await clock.sleep(15_000);
      const data = { holder: "somebody else" };
      await store.commit([{ kind: "update", path: sweepLeasePath("all"), data }]);
    };
    const [summary] = await clock.run(
      Promise.all([sweep({ config: { ...config, leaseSeconds: 60 } }), usurp()]),
    );
    // Noticed at the renewal at 20 s; due were 1.8, 9.8, 17.7 s.
    expect(summary).toMatchObject({ status: "cut", usersSwept: 3, usersFailed: 0 });
    const [lease] = await store.get([sweepLeasePath("all")]);
    expect(lease?.data).toMatchObject({ holder: "somebody else", finished_at: null });
  });

  test("a trading status that does not parse fails its user only", async () => {
    const { clock, store, events, sweep } = await world();
    const data = { tenant_id: 7, uid: "somebody else" };
    await store.commit([{ kind: "update", path: tradingStatusPath("u13"), data }]);
    expect(await clock.run(sweep())).toMatchObject({ usersListed: 7, usersSwept: 6 });
    expect(events.failedUsers).toEqual(["u13"]);
  });

  test("commits are cut to what the limiter can grant", async () => {
    const { clock, events, store, sweep } = await world({ limits: { batch_write_limit: 3 } });
    const more = ["a", "b", "c", "d"].map((id) => ({
      kind: "create" as const,
      path: shadowTradePath("u10", id),
      data: { ...openTrade({ uid: "u10", tenant_id: "t0" }).trade },
    }));
    await store.commit(more);
    expect(await clock.run(sweep())).toMatchObject({ usersSwept: 7, usersFailed: 0 });
    expect(Math.max(...events.commits.map(({ writes }) => writes.length))).toBe(3);
  });

  test("users of one tenant whose trades have the same ID close them all", async () => {
    const { clock, store, sweep } = await world({ price: "70.00", tradeId: "t" });
    expect(await clock.run(sweep())).toMatchObject({ usersSwept: 7, usersFailed: 0 });
    for (const uid of ["u10", "u12"]) {
      const path = ledgerTradePath("t0", closingTradeId(uid, "t"));
      expect(await store.get([path])).not.toContain(undefined);
    }
  });

  test("a dead sweep's lease expires", async () => {
    const { clock, store, sweep } = await world();
    const lease = {
      sweep_id: "dead",
      worker_id: "w0",
      holder: "h0",
      started_at: new Date(clock.wallMs() - 200_000),
      expires_at: new Date(clock.wallMs() - 1),
      finished_at: null,
    };
    await store.commit([{ kind: "set", path: sweepLeasePath("all"), data: lease, merge: false }]);
    expect(await clock.run(sweep())).toMatchObject({ status: "complete" });
  });

  test("users due after `untilMs` are left for another sweep", async () => {
    const { clock, sweep } = await world();
    const summary = await clock.run(sweep({ untilMs: 20_000 }));
    // Due at 1.8, 9.8, 17.7 s, then 25.7 s.
    expect(summary).toMatchObject({ status: "cut", usersSwept: 3 });
  });

  test("a cut by its signal ends at once and fails nobody", async () => {
    const { clock, sweep } = await world();
    const stop = new AbortController();
    const stopLater = clock.sleep(12_000).then(() => stop.abort(new Error("stop")));
    const [summary] = await clock.run(Promise.all([sweep({ signal: stop.signal }), stopLater]));
    expect(summary).toMatchObject({ status: "cut", usersSwept: 2, usersFailed: 0 });
    expect(clock.monotonicMs()).toBe(12_000);
  });

  test("a shard's sweep visits its tenants' users only", async () => {
    const { clock, sweep } = await world();
    const shard = shardOf("t0");
    expect(shardOf("t1")).not.toBe(shard);
    const summary = await clock.run(sweep({ shards: [shard], shardKey: String(shard) }));
    expect(summary).toMatchObject({ usersListed: 4, usersSwept: 4 });
  });

  test("the account is read once a minute, not in every sweep", async () => {
    const { clock, dependencies } = await world({ users: 1 });
    const reads: string[] = [];
    const counting: Store = {
      ...dependencies.store,
      get: (paths) => {
        reads.push(...paths);
        return dependencies.store.get(paths);
      },
    };
    const readsOf = async (sweepId: string) => {
      const before = reads.length;
      await clock.run(
        runSweep(
          { ...dependencies, store: counting },
          {
            config,
            shards: "all",
            shardKey: "all",
            sweepId,
            startMs: clock.monotonicMs(),
            signal: new AbortController().signal,
          },
        ),
      );
      return reads.length - before;
    };
    expect(await readsOf("first")).toBe(1);
    expect(await readsOf("soon after")).toBe(0);
    await clock.run(clock.sleep(60_000));
    expect(await readsOf("a minute later")).toBe(1);
  });
});
