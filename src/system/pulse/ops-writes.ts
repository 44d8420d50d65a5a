import {
  batchPerformancePath,
  workerWriteRatePath,
  type BatchPerformance,
  type WorkerWriteRate,
} from "../schema/ops.ts";
import { heartbeatPath, type Heartbeat } from "../schema/tenant.ts";
import type { DocumentData, Write } from "../store/store.ts";
import { commitWrites } from "./commit-writes.ts";
import type { SweepDependencies, SweepOptions } from "./sweep.ts";

/** What a sweep did for a tenant; it grows as the sweep goes on. */
export interface TenantTally {
  swept: number;
  failed: number;
  writes: number;
}

export interface SweepTally {
  readonly tenants: ReadonlyMap<string, Readonly<TenantTally>>;
  readonly usersSwept: number;
  readonly usersFailed: number;
  readonly writes: number;
  readonly commits: number;
  readonly rateLimited: number;
  readonly userCount: number;
  /** Whether the sweep ended before every user was visited. */
  readonly isCut: boolean;
}

/** Heartbeats in one commit: small, so that they interleave with the users' writes. */
const OPS_BATCH = 20;

/** Stands for the service itself where the limiter wants to know whose writes these are. */
export const OPS_TENANT = "plimsoll-ops";

/**
 * After a sweep: a heartbeat in each tenant, and this worker's own counters. Every document has
 * one writer, so none is hot however many workers there are. They pass the limiter as all writes.
 */
export async function writeOps(
  dependencies: SweepDependencies,
  options: SweepOptions,
  tally: SweepTally,
): Promise<void> {
  const { clock, worker } = dependencies;
  // Counters first: they are few, and tell most when there is little time.
  const writes = [
    ...counters(dependencies, options, tally),
    ...heartbeats(dependencies, options, tally),
  ];
  const batchSize = Math.min(OPS_BATCH, dependencies.limiter.costMax);
  const dueMs = clock.monotonicMs();
  dependencies.events.plannedOps(writes, dueMs);
  for (let first = 0; first < writes.length && !options.signal.aborted; first += batchSize) {
    const batch = writes.slice(first, first + batchSize);
    try {
      await commitWrites(dependencies, {
        user: { uid: worker.workerId, tenantId: OPS_TENANT },
        writes: batch.map((write) => ({ kind: "ops", write })),
        dueMs,
        userCount: tally.userCount,
        retry: options.config.retry,
        signal: options.signal,
      });
    } catch (error) {
      // One batch that fails must not silence the other tenants' heartbeats.
      const fields = { sweep_id: options.sweepId, error: String(error) };
      dependencies.log.error(fields, "Pulse: some heartbeats were not written.");
    }
  }
}

function heartbeats(
  { clock }: SweepDependencies,
  { sweepId, shardKey }: SweepOptions,
  { tenants, isCut }: SweepTally,
): readonly Write[] {
  const serviceId = `pulse-${shardKey}`;
  return [...tenants].map(([tenantId, tenant]) => {
    const data: Heartbeat = {
      service_id: serviceId,
      status: statusOf(tenant, isCut),
      sweep_id: sweepId,
      users_swept: tenant.swept,
      users_failed: tenant.failed,
      writes: tenant.writes,
      last_beat_at: new Date(clock.wallMs()),
    };
    return set(heartbeatPath(tenantId, serviceId), { ...data });
  });
}

function statusOf({ swept, failed }: Readonly<TenantTally>, isCut: boolean): Heartbeat["status"] {
  if (failed > 0 && swept === 0) return "failing";
  return failed > 0 || isCut ? "degraded" : "ok";
}

function counters(
  { clock, worker }: SweepDependencies,
  { config }: SweepOptions,
  { writes, commits, rateLimited }: SweepTally,
): readonly Write[] {
  const perMinute = 60 / config.periodSeconds;
  const lastUpdated = new Date(clock.wallMs());
  const rate: WorkerWriteRate = {
    writes_per_minute: Math.round(writes * perMinute),
    last_updated: lastUpdated,
  };
  const performance: BatchPerformance = {
    current_batch_count: commits,
    batches_per_minute: Math.round(commits * perMinute),
    rate_limited_events: rateLimited,
    last_updated: lastUpdated,
  };
  return [
    set(workerWriteRatePath(worker.workerId), rate),
    set(batchPerformancePath(worker.workerId), performance),
  ];
}

function set(path: string, data: DocumentData): Write {
  return { kind: "set", path, data, merge: false };
}
