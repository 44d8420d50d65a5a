import { Gate } from "./gate.ts";
import type { PulseConfig } from "./config.ts";
import type { SweepSummary } from "./events.ts";
import { writeOps, type TenantTally } from "./ops-writes.ts";
import { createUserReader, listUsers, type UnparsedUser, type UserReader } from "./read-users.ts";
import { readWithRetry, type ReadPatience } from "./read-with-retry.ts";
import { dueOffsetMs } from "./schedule.ts";
import { scatteredPages } from "./visit-order.ts";
import { failureFields, sweepUser, type UserTally } from "./sweep-user.ts";
import type { SweepDependencies, SweepOptions } from "./sweep.ts";
import type { SweptUser } from "./user-state.ts";

/** How long a cut sweep may take for its heartbeats. */
const OPS_GRACE_MS = 5000;

/**
 * Pages a sweep is read in, at least: reading then spreads over the period as writing does, and no
 * page takes so long to decode that it holds up the commits of that moment.
 */
const PAGES_MIN = 20;

function pageSize(users: number, config: PulseConfig): number {
  return Math.max(1, Math.min(config.pageUsers, Math.ceil(users / PAGES_MIN)));
}

/** The running state of one sweep that holds its lease. */
export class SweepRun {
  readonly #dependencies: SweepDependencies;
  readonly #options: SweepOptions;
  readonly #tenants = new Map<string, TenantTally>();
  readonly #inFlight: Gate;
  readonly #visits: Promise<void>[] = [];
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

  counts(): Omit<SweepSummary, "sweepId" | "durationMs"> {
    return {
      status: this.isCut ? "cut" : "complete",
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

  /** Visits everybody. Whatever happens, no visit is left running when it settles. */
  async run(): Promise<void> {
    try {
      await this.#visitAll(await this.#pages());
    } finally {
      await Promise.all(this.#visits);
    }
  }

  /** The users in the order of their visits. */
  async #pages(): Promise<readonly (readonly SweptUser[])[]> {
    const { store, events } = this.#dependencies;
    const { config, shards, sweepId, startMs } = this.#options;
    const { users, broken } = await readWithRetry(this.#patience(), () => listUsers(store, shards));
    this.#listed = users.length + broken.length;
    for (const { user, error } of broken) this.#fail(user, error);
    const pages = scatteredPages(users, pageSize(users.length, config));
    const dueMsOf = (position: number): number => this.#dueMs(position);
    events.scheduled({ sweepId, startMs, users: pages.flat(), dueMsOf });
    return pages;
  }

  async #visitAll(pages: readonly (readonly SweptUser[])[]): Promise<void> {
    const { store, worker } = this.#dependencies;
    const { shards } = this.#options;
    const reader = createUserReader(this.#patience(), store, {
      cache: worker.accounts,
      areNeighbours: shards === "all",
    });
    let first = 0;
    for (const page of pages) {
      if (this.isCut) return;
      await this.#visitPage(reader, page, first);
      first += page.length;
    }
  }

  async #visitPage(reader: UserReader, page: readonly SweptUser[], first: number): Promise<void> {
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
      if (!this.#inFlight.tryEnter()) await this.#inFlight.enter();
      this.#visits.push(this.#visit(reader, unparsed, dueMs));
    }
  }

  /** A page that cannot be read fails its users and not the sweep. */
  async #readPage(
    reader: UserReader,
    page: readonly SweptUser[],
  ): Promise<readonly UnparsedUser[]> {
    try {
      return await reader.page(page);
    } catch (error) {
      for (const user of page) this.#fail(user, error);
      return [];
    }
  }

  #patience(): ReadPatience {
    const { config, signal } = this.#options;
    return { ...this.#dependencies, retry: config.retry, signal };
  }

  async #visit(reader: UserReader, unparsed: UnparsedUser, dueMs: number): Promise<void> {
    const { clock } = this.#dependencies;
    const { signal } = this.#options;
    const { user } = unparsed;
    const tally: UserTally = { writes: 0, commits: 0 };
    let outcome: "swept" | "failed" | "cut" = "swept";
    try {
      const waitMs = dueMs - clock.monotonicMs();
      if (waitMs > 0) await clock.sleep(waitMs, signal);
      const dueWallMs = Math.round(clock.wallMs() - (clock.monotonicMs() - dueMs));
      const state = reader.parse(unparsed);
      const visit = { state, dueMs, dueWallMs, userCount: this.#listed };
      await sweepUser(this.#dependencies, this.#options, reader, visit, tally);
      this.#swept += 1;
    } catch (error) {
      outcome = signal.aborted ? "cut" : "failed";
      if (outcome === "failed") this.#fail(user, error);
    } finally {
      this.#count(user.tenantId, tally, outcome === "swept");
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
    this.#tenant(user.tenantId).failed += 1;
    this.#dependencies.events.userFailed(user, error);
    const fields = failureFields(user.uid, user.tenantId, error);
    this.#dependencies.log.error(fields, `Pulse: user ${user.uid} failed.`);
  }

  #count(tenantId: string, { writes, commits }: UserTally, swept: boolean): void {
    this.#writes += writes;
    this.#commits += commits;
    const tenant = this.#tenant(tenantId);
    if (swept) tenant.swept += 1;
    tenant.writes += writes;
  }

  #tenant(tenantId: string): TenantTally {
    const known = this.#tenants.get(tenantId);
    if (known !== undefined) return known;
    const tenant = { swept: 0, failed: 0, writes: 0 };
    this.#tenants.set(tenantId, tenant);
    return tenant;
  }

  /**
   * Heartbeats and counters, also of a sweep that was cut: it is then that somebody looks at them.
   * They have a signal of their own, for the sweep's may be what cut it. Call it when the lease is
   * released: no other sweep writes these documents, and the next one need not wait for them.
   */
  async report(): Promise<void> {
    const { clock } = this.#dependencies;
    const { opsGraceMs = OPS_GRACE_MS, signal } = this.#options;
    if (this.isCut && opsGraceMs === 0) return;
    const late = new AbortController();
    const done = new AbortController();
    const grace = clock.sleep(opsGraceMs, done.signal).then(
      () => late.abort(new Error("heartbeats took too long")),
      () => undefined, // They were written in time.
    );
    const own = { ...this.#options, signal: this.isCut ? late.signal : signal };
    const tally = { tenants: this.#tenants, ...this.counts(), userCount: this.#listed };
    await writeOps(this.#dependencies, own, { ...tally, isCut: this.isCut });
    done.abort();
    await grace;
  }

  #delayed(): number {
    const { limiter, clock } = this.#dependencies;
    return limiter.state(clock.monotonicMs()).counters.delayed;
  }
}
