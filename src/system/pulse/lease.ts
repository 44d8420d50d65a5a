import type { Clock } from "../../std/clock.ts";
import type { WriteLimiter } from "../limiter/limiter.ts";
import { parseDocument } from "../schema/document.ts";
import { sweepLeasePath, sweepLeaseSchema, type SweepLease } from "../schema/ops.ts";
import type { Snapshot, Store, Write } from "../store/store.ts";

export type LeaseAnswer =
  | { readonly kind: "held"; readonly lease: Lease }
  /** Another sweep of the same shards is running, or this very sweep has been run before. */
  | { readonly kind: "taken"; readonly heldBy: string };

export interface LeaseRequest {
  readonly shardKey: string;
  readonly sweepId: string;
  readonly workerId: string;
  /** Unique to this attempt: schedules and task queues deliver the same sweep more than once. */
  readonly holder: string;
  readonly lifeMs: number;
}

/** A sweep's right to be the only one of its shards, held in a document. */
export interface Lease {
  /** Puts the expiry off; "lost" when it has passed to another sweep meanwhile. */
  renew(): Promise<"held" | "lost">;
  release(): Promise<void>;
}

export interface LeaseDependencies {
  readonly clock: Clock;
  readonly store: Store;
  readonly limiter: WriteLimiter;
}

/**
 * Takes the lease unless another sweep holds it. The check and the write are one transaction, so
 * of two instances that start at once one is told that it overlaps. A sweep that has finished is
 * not run again under the same ID.
 */
export async function takeLease(
  dependencies: LeaseDependencies,
  request: LeaseRequest,
): Promise<LeaseAnswer> {
  const { clock, store } = dependencies;
  const path = sweepLeasePath(request.shardKey);
  const startedAt = new Date(clock.wallMs());
  const heldBy = await store.transaction(async (transaction) => {
    const lease = readLease((await transaction.get([path]))[0]);
    if (lease !== undefined && blocks(lease, request, clock)) return lease.sweep_id;
    await depart(dependencies);
    transaction.write(leaseWrite(clock, request, startedAt, null));
    return undefined;
  });
  if (heldBy !== undefined) return { kind: "taken", heldBy };
  /** Writes only while the lease is still ours: an expired one may have passed to another sweep. */
  const rewrite = (finishedAt: Date | null): Promise<"held" | "lost"> =>
    store.transaction(async (transaction) => {
      const lease = readLease((await transaction.get([path]))[0]);
      if (lease?.holder !== request.holder) return "lost";
      await depart(dependencies);
      transaction.write(leaseWrite(clock, request, startedAt, finishedAt));
      return "held";
    });
  return {
    kind: "held",
    lease: {
      renew: () => rewrite(null),
      release: async () => void (await rewrite(new Date(clock.wallMs()))),
    },
  };
}

/** So long a lease waits at most, whatever holds the limiter back: it must not run out meanwhile. */
const PATIENCE_MS = 1000;

/**
 * A lease stands in no line, or a long one would make it run out. But it is a write as any other:
 * it is counted among those that are really sent, and waits while their second is full.
 */
async function depart({ clock, limiter }: LeaseDependencies): Promise<void> {
  const nowMs = clock.monotonicMs();
  await clock.sleep(Math.min(PATIENCE_MS, limiter.depart(1, nowMs) - nowMs));
}

function leaseWrite(
  clock: Clock,
  request: LeaseRequest,
  startedAt: Date,
  finishedAt: Date | null,
): Write {
  const data: SweepLease = {
    sweep_id: request.sweepId,
    worker_id: request.workerId,
    holder: request.holder,
    started_at: startedAt,
    expires_at: new Date(clock.wallMs() + request.lifeMs),
    finished_at: finishedAt,
  };
  return { kind: "set", path: sweepLeasePath(request.shardKey), data, merge: false };
}

function readLease(snapshot: Snapshot | undefined): SweepLease | undefined {
  return snapshot === undefined ? undefined : parseDocument(sweepLeaseSchema, snapshot);
}

function blocks(lease: SweepLease, request: LeaseRequest, clock: Clock): boolean {
  if (lease.holder === request.holder) return false; // Our own try, whose answer was lost.
  if (lease.finished_at !== null) return lease.sweep_id === request.sweepId;
  return lease.expires_at.getTime() > clock.wallMs();
}
