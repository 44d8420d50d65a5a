import type { Clock } from "../../std/clock.ts";
import { parseDocument } from "../schema/document.ts";
import { sweepLeasePath, sweepLeaseSchema, type SweepLease } from "../schema/ops.ts";
import type { Snapshot, Store } from "../store/store.ts";

export type LeaseAnswer =
  | { readonly kind: "held"; readonly lease: Lease }
  /** Another sweep of the same shards is still running. */
  | { readonly kind: "taken"; readonly heldBy: string };

export interface LeaseRequest {
  readonly shardKey: string;
  readonly sweepId: string;
  readonly workerId: string;
  readonly lifeMs: number;
}

/** A sweep's right to be the only one of its shards, held in a document. */
export interface Lease {
  /** Puts the expiry off; call it while the sweep goes on. */
  renew(): Promise<void>;
  release(): Promise<void>;
}

/**
 * Takes the lease unless another sweep holds it. The check and the write are one transaction, so
 * of two instances that start at once one is told that it overlaps.
 */
export async function takeLease(
  clock: Clock,
  store: Store,
  request: LeaseRequest,
): Promise<LeaseAnswer> {
  const path = sweepLeasePath(request.shardKey);
  const startedAt = new Date(clock.wallMs());
  const write = (finishedAt: Date | null) => {
    const data: SweepLease = {
      sweep_id: request.sweepId,
      worker_id: request.workerId,
      started_at: startedAt,
      expires_at: new Date(clock.wallMs() + request.lifeMs),
      finished_at: finishedAt,
    };
    return { kind: "set", path, data, merge: false } as const;
  };
  const heldBy = await store.transaction(async (transaction) => {
    const lease = readLease((await transaction.get([path]))[0]);
    if (lease !== undefined && lease.sweep_id !== request.sweepId && isRunning(lease, clock)) {
      return lease.sweep_id;
    }
    transaction.write(write(null));
    return undefined;
  });
  if (heldBy !== undefined) return { kind: "taken", heldBy };
  /** Writes only while the lease is still ours: an expired one may have passed to another sweep. */
  const rewrite = async (finishedAt: Date | null): Promise<void> => {
    await store.transaction(async (transaction) => {
      const lease = readLease((await transaction.get([path]))[0]);
      if (lease?.sweep_id === request.sweepId) transaction.write(write(finishedAt));
    });
  };
  return {
    kind: "held",
    lease: {
      renew: () => rewrite(null),
      release: () => rewrite(new Date(clock.wallMs())),
    },
  };
}

function readLease(snapshot: Snapshot | undefined): SweepLease | undefined {
  return snapshot === undefined ? undefined : parseDocument(sweepLeaseSchema, snapshot);
}

function isRunning(lease: SweepLease, clock: Clock): boolean {
  return lease.finished_at === null && lease.expires_at.getTime() > clock.wallMs();
}
