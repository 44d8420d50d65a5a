import type { Clock } from "../../std/clock.ts";
import type { Rng } from "../../std/rng.ts";
import type { WriteLimiter } from "../limiter/limiter.ts";
import type { Log } from "../log.ts";
import { StoreError, type Store } from "../store/store.ts";
import { AccountCache } from "./account-cache.ts";
import type { PulseConfig } from "./config.ts";
import type { PulseEvents, SweepSummary } from "./events.ts";
import { Gate } from "./gate.ts";
import { takeLease, type Lease } from "./lease.ts";
import { writeOps, type TenantTally } from "./ops-writes.ts";
import type { QuoteSource } from "./quotes.ts";
import { createUserReader, listUsers, type UnparsedUser, type UserReader } from "./read-users.ts";
import { backOffMs, isRetryable } from "./retry.ts";
import { dueOffsetMs } from "./schedule.ts";
import { failureFields, sweepUser } from "./sweep-user.ts";
import type { SweptUser } from "./user-state.ts";

/** What a worker keeps from sweep to sweep: section 9's cache, and its bound on open commits. */
export interface PulseWorker {
  readonly workerId: string;
  readonly accounts: AccountCache;
  readonly gate: Gate;
}

export function createPulseWorker(workerId: string, config: PulseConfig): PulseWorker {
  return {
    workerId,
    accounts: new AccountCache(config.snapshotCacheSeconds * 1000, config.snapshotCacheUsers),
    gate: new Gate(config.maxCommitsInFlight),
  };
}

export interface SweepDependencies {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly store: Store;
  readonly limiter: WriteLimiter;
  readonly quotes: QuoteSource;
  readonly log: Log;
  readonly events: PulseEvents;
  readonly worker: PulseWorker;
}

export interface SweepOptions {
  readonly config: PulseConfig;
  readonly shards: readonly number[] | "all";
  /** Names the shards in lease and heartbeats: "all", "0-15". */
  readonly shardKey: string;
  readonly sweepId: string;
  /** When the sweep was due to start, on the monotonic clock: users' due times count from it. */
  readonly startMs: number;
  /** Users who would be due later than this are not visited: the sweep is then cut short. */
  readonly untilMs?: number;
  readonly signal: AbortSignal;
}

/**
 * One sweep: every enabled user of the shards is revalued once. A failing user never stops it.
 * Rejects only when the database cannot be listed, or the lease cannot be asked for.
 */
export async function runSweep(
  dependencies: SweepDependencies,
  options: SweepOptions,
): Promise<SweepSummary> {
  const { clock, store, events, log, worker } = dependencies;
  const { shardKey, sweepId, config } = options;
  const { workerId } = worker;
  const lifeMs = config.leaseSeconds * 1000;
  const answer = await takeLease(clock, store, { shardKey, sweepId, workerId, lifeMs });
  if (answer.kind === "taken") {
    log.warn(
      { sweep_id: sweepId, held_by: answer.heldBy },
      "Pulse: the sweep before is still running. Skipping this one.",
    );
    events.overlapped(shardKey, answer.heldBy);
    return { ...NOTHING_SWEPT, sweepId, durationMs: clock.monotonicMs() - options.startMs };
  }
  const sweep = new Sweep(dependencies, options);
  try {
    await sweep.run(answer.lease);
  } finally {
    await answer.lease.release();
  }
  const summary: SweepSummary = {
    sweepId,
    status: sweep.isCut ? "cut" : "complete",
    ...sweep.counts(),
    durationMs: clock.monotonicMs() - options.startMs,
  };
  events.sweepEnded(summary);
  log.info({ ...summary }, `Pulse: swept ${summary.usersSwept} of ${summary.usersListed} users.`);
  return summary;
}

const NOTHING_SWEPT = {
  status: "overlapped",
  usersListed: 0,
  usersSwept: 0,
  usersFailed: 0,
  writes: 0,
  commits: 0,
  rateLimited: 0,
} as const;

/** A page is asked for twice at most: a third try would come when its users' time is over. */
const READ_ATTEMPTS = 2;

/** Pages a sweep is read in, at least, so that reading spreads over the period as writing does. */
const PAGES_MIN = 10;

function pageSize(users: number, config: PulseConfig): number {
  return Math.max(1, Math.min(config.pageUsers, Math.ceil(users / PAGES_MIN)));
}

/** The running state of one sweep. */
class Sweep {
  readonly #dependencies: SweepDependencies;
  readonly #options: SweepOptions;
  readonly #tenants = new Map<string, TenantTally>();
  readonly #inFlight: Gate;
  #listed = 0;
  #swept = 0;
  #failed = 0;
  #writes = 0;
  #commits = 0;
  #isCut = false;
  readonly #delayedBefore: number;

  constructor(dependencies: SweepDependencies, options: SweepOptions) {
    this.#dependencies = dependencies;
    this.#options = options;
    this.#inFlight = new Gate(options.config.maxUsersInFlight);
    this.#delayedBefore = this.#delayed();
  }

  counts(): Omit<SweepSummary, "sweepId" | "status" | "durationMs"> {
    return {
      usersListed: this.#listed,
      usersSwept: this.#swept,
      usersFailed: this.#failed,
      writes: this.#writes,
      commits: this.#commits,
      rateLimited: this.#delayed() - this.#delayedBefore,
    };
  }

  /** Whether it ended before every user was visited. */
  get isCut(): boolean {
    return this.#isCut || this.#options.signal.aborted;
  }

  async run(lease: Lease): Promise<void> {
    const { clock, store, worker } = this.#dependencies;
    const { config, shards } = this.#options;
    const users = await listUsers(store, shards);
    this.#listed = users.length;
    const reader = createUserReader(clock, store, {
      cache: worker.accounts,
      areNeighbours: shards === "all",
    });
    const visits: Promise<void>[] = [];
    let renewAtMs = clock.monotonicMs() + (config.leaseSeconds * 1000) / 3;
    const pageUsers = pageSize(users.length, config);
    for (let first = 0; first < users.length && !this.isCut; first += pageUsers) {
      const page = users.slice(first, first + pageUsers);
      await this.#visitPage(reader, page, first, visits);
      if (clock.monotonicMs() < renewAtMs) continue;
      await lease.renew();
      renewAtMs = clock.monotonicMs() + (config.leaseSeconds * 1000) / 3;
    }
    await Promise.all(visits);
    if (!this.isCut) await this.#finish();
  }

  async #visitPage(
    reader: UserReader,
    page: readonly SweptUser[],
    first: number,
    visits: Promise<void>[],
  ): Promise<void> {
    const { clock } = this.#dependencies;
    const { config, signal, untilMs = Infinity } = this.#options;
    const firstDueMs = this.#dueMs(first);
    if (firstDueMs > untilMs) {
      this.#isCut = true;
      return;
    }
    // Read one page ahead, so that reading one goes on while the one before is visited.
    const spanMs = this.#dueMs(first + page.length) - firstDueMs;
    const waitMs = firstDueMs - Math.max(config.readAheadMs, spanMs) - clock.monotonicMs();
    try {
      if (waitMs > 0) await clock.sleep(waitMs, signal);
    } catch {
      return; // Only the signal ends a sleep early: the sweep is cut short.
    }
    for (const [offset, unparsed] of (await this.#readPage(reader, page)).entries()) {
      const dueMs = this.#dueMs(first + offset);
      if (dueMs > untilMs) {
        this.#isCut = true;
        return;
      }
      await this.#inFlight.enter();
      visits.push(this.#visit(reader, unparsed, dueMs));
    }
  }

  /** A page that cannot be read fails its users and not the sweep. */
  async #readPage(
    reader: UserReader,
    page: readonly SweptUser[],
  ): Promise<readonly UnparsedUser[]> {
    const { clock, rng } = this.#dependencies;
    const { config, signal } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await reader.page(page);
      } catch (error) {
        const isLast = attempt === READ_ATTEMPTS || signal.aborted;
        if (!isLast && error instanceof StoreError && isRetryable(error.code)) {
          await clock.sleep(backOffMs(config.retry, attempt + 1, rng)).catch(() => undefined);
          continue;
        }
        for (const user of page) this.#fail(user, error);
        return [];
      }
    }
  }

  async #visit(reader: UserReader, unparsed: UnparsedUser, dueMs: number): Promise<void> {
    const { clock } = this.#dependencies;
    const { signal } = this.#options;
    try {
      const waitMs = dueMs - clock.monotonicMs();
      if (waitMs > 0) await clock.sleep(waitMs, signal);
      const dueWallMs = Math.round(clock.wallMs() - (clock.monotonicMs() - dueMs));
      const state = reader.parse(unparsed);
      const visit = { state, dueMs, dueWallMs, userCount: this.#listed };
      const tally = await sweepUser(this.#dependencies, this.#options, reader, visit);
      this.#count(state.tenantId, tally.writes, false);
      this.#swept += 1;
      this.#commits += tally.commits;
    } catch (error) {
      if (!signal.aborted) this.#fail(unparsed.user, error);
    } finally {
      this.#inFlight.leave();
    }
  }

  #dueMs(position: number): number {
    const { limiter } = this.#dependencies;
    const { config, startMs } = this.#options;
    return startMs + dueOffsetMs(position, this.#listed, limiter.stagger, config);
  }

  #fail(user: SweptUser, error: unknown): void {
    this.#failed += 1;
    this.#count(user.tenantId, 0, true);
    this.#dependencies.events.userFailed(user, error);
    const fields = failureFields(user.uid, user.tenantId, error);
    this.#dependencies.log.error(fields, `Pulse: user ${user.uid} failed.`);
  }

  #count(tenantId: string, writes: number, failed: boolean): void {
    this.#writes += writes;
    const tally = this.#tenants.get(tenantId) ?? { swept: 0, failed: 0, writes: 0 };
    this.#tenants.set(tenantId, {
      swept: tally.swept + (failed ? 0 : 1),
      failed: tally.failed + (failed ? 1 : 0),
      writes: tally.writes + writes,
    });
  }

  /** Heartbeats and counters; their failure is logged and does not undo the sweep. */
  async #finish(): Promise<void> {
    const { log } = this.#dependencies;
    const { sweepId } = this.#options;
    try {
      await writeOps(this.#dependencies, this.#options, {
        tenants: this.#tenants,
        ...this.counts(),
        userCount: this.#listed,
      });
    } catch (error) {
      if (this.#options.signal.aborted) return;
      const message = error instanceof Error ? error.message : String(error);
      log.error({ sweep_id: sweepId, error: message }, "Pulse: heartbeats were not written.");
    }
  }

  #delayed(): number {
    const { limiter, clock } = this.#dependencies;
    return limiter.state(clock.monotonicMs()).counters.delayed;
  }
}
