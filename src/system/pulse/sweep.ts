import type { Clock } from "../../std/clock.ts";
import type { Rng } from "../../std/rng.ts";
import type { WriteLimiter } from "../limiter/limiter.ts";
import type { Log } from "../log.ts";
import type { Store } from "../store/store.ts";
import { AccountCache } from "./account-cache.ts";
import type { PulseConfig } from "./config.ts";
import type { PulseEvents, SweepSummary } from "./events.ts";
import { Gate } from "./gate.ts";
import { keepLease } from "./keep-lease.ts";
import { takeLease, type Lease } from "./lease.ts";
import type { QuoteSource } from "./quotes.ts";
import { readWithRetry } from "./read-with-retry.ts";
import { SweepRun } from "./sweep-run.ts";

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
  /** How long a sweep that was cut may take for its heartbeats; 0: it writes none. */
  readonly opsGraceMs?: number;
  readonly signal: AbortSignal;
}

/**
 * One sweep: every enabled user of the shards is revalued once. A failing user never stops it, nor
 * does a lease that cannot be renewed for a while; one that passed to another sweep cuts it.
 * Rejects only when the database cannot be listed, or the lease cannot be asked for.
 */
export async function runSweep(
  dependencies: SweepDependencies,
  options: SweepOptions,
): Promise<SweepSummary> {
  const { clock, events, log, rng, worker } = dependencies;
  const { shardKey, sweepId, config, startMs, signal } = options;
  const request = {
    shardKey,
    sweepId,
    workerId: worker.workerId,
    holder: `${worker.workerId}-${rng.integer(0, 0xffff_ffff).toString(16)}-${clock.wallMs()}`,
    lifeMs: config.leaseSeconds * 1000,
  };
  const patience = { clock, rng, retry: config.retry, signal };
  const answer = await readWithRetry(patience, () => takeLease(dependencies, request));
  if (answer.kind === "taken") {
    const fields = { sweep_id: sweepId, held_by: answer.heldBy };
    log.warn(fields, "Pulse: the sweep before is still running, or this one has run. Skipping.");
    events.overlapped({ shardKey, heldBy: answer.heldBy, startMs });
    return { ...NOTHING_SWEPT, sweepId, durationMs: clock.monotonicMs() - startMs };
  }
  const keeper = keepLease(clock, log, answer.lease, request.lifeMs);
  const run = new SweepRun(dependencies, {
    ...options,
    signal: AbortSignal.any([signal, keeper.lost]),
  });
  try {
    await run.run();
  } finally {
    await keeper.stop();
    await release(answer.lease, sweepId, log);
  }
  await run.report();
  const durationMs = clock.monotonicMs() - startMs;
  const summary: SweepSummary = { sweepId, ...run.counts(), durationMs };
  events.sweepEnded(summary);
  log.info({ ...summary }, `Pulse: swept ${summary.usersSwept} of ${summary.usersListed} users.`);
  return summary;
}

/** A lease that cannot be given back expires by itself, and must not hide how the sweep ended. */
async function release(lease: Lease, sweepId: string, log: Log): Promise<void> {
  try {
    await lease.release();
  } catch (error) {
    log.warn({ sweep_id: sweepId, error: String(error) }, "Pulse: the lease was not released.");
  }
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
