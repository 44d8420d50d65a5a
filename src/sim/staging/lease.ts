import { z } from "zod";
import type { Clock } from "../../std/clock.ts";
import { parseDocument, timestamp } from "../../system/schema/document.ts";
import type { Store, Write } from "../../system/store/store.ts";
import { UserError } from "../cli/errors.ts";

/** What the harness itself keeps in a project: a lease, and a manifest for each run. */
export const STAGING_COLLECTION = "plimsoll_staging";
const LEASE_PATH = `${STAGING_COLLECTION}/lease`;

const leaseSchema = z.object({
  run: z.string(),
  /** What the holder does. */
  purpose: z.enum(["run", "clean"]),
  started_at: timestamp,
  expires_at: timestamp,
  released: z.boolean(),
});
type LeaseDocument = z.infer<typeof leaseSchema>;

/** Longer than any pause of a living process, short enough that nobody waits long for a dead one. */
export const LEASE_LIFE_MS = 60_000;
/** Renewals in a lease's life: three may fail before it runs out. */
const RENEWALS = 4;

export interface StagingLease {
  /** The run that had held it and never gave it back; undefined when there is none. */
  readonly takenOverFrom: string | undefined;
  /** Ends the renewing and gives the lease back. Rejects when it could not be given back. */
  release(): Promise<void>;
}

export interface LeaseRequest {
  readonly run: string;
  readonly purpose: LeaseDocument["purpose"];
  /**
   * Called once, when the lease has passed to another, or will run out since the project does not
   * answer: nothing more may be written.
   */
  readonly onLost: (reason: string, kind: "taken" | "unreachable") => void;
}

/**
 * Takes the project for one run, or throws E_STAGING_BUSY. Check and write are one transaction, so
 * of two that begin at once one is refused. It is renewed until it is released; one whose holder has
 * died runs out and is taken over. The clocks of two machines may differ by less than its life.
 */
export async function takeStagingLease(
  clock: Clock,
  store: Store,
  request: LeaseRequest,
): Promise<StagingLease> {
  const startedAt = new Date(Math.round(clock.wallMs()));
  const write = (released: boolean): Write => ({
    kind: "set",
    path: LEASE_PATH,
    merge: false,
    data: {
      run: request.run,
      purpose: request.purpose,
      started_at: startedAt,
      expires_at: new Date(Math.round(clock.wallMs()) + LEASE_LIFE_MS),
      released,
    } satisfies LeaseDocument,
  });
  const before = await store.transaction(async (transaction) => {
    const [snapshot] = await transaction.get([LEASE_PATH]);
    const lease = snapshot && parseDocument(leaseSchema, snapshot);
    const isTheirs = lease !== undefined && !lease.released;
    if (isTheirs && lease.expires_at.getTime() > clock.wallMs()) throw busy(lease);
    transaction.write(write(false));
    return isTheirs ? lease.run : undefined;
  });
  /** Writes only while it is still ours. */
  const rewrite = (released: boolean): Promise<boolean> =>
    store.transaction(async (transaction) => {
      const [snapshot] = await transaction.get([LEASE_PATH]);
      const lease = snapshot && parseDocument(leaseSchema, snapshot);
      const isOurs = lease?.run === request.run && lease.purpose === request.purpose;
      if (isOurs) transaction.write(write(released));
      return isOurs;
    });
  const ended = new AbortController();
  const kept = keep(clock, () => rewrite(false), ended.signal, request.onLost);
  return {
    takenOverFrom: before,
    release: async () => {
      ended.abort();
      await kept;
      await rewrite(true);
    },
  };
}

async function keep(
  clock: Clock,
  renew: () => Promise<boolean>,
  ended: AbortSignal,
  onLost: LeaseRequest["onLost"],
): Promise<void> {
  let expiresMs = clock.monotonicMs() + LEASE_LIFE_MS;
  let last = "";
  for (;;) {
    const isOver = await clock.sleep(LEASE_LIFE_MS / RENEWALS, ended).then(
      () => false,
      () => true, // Only a release ends the sleep early.
    );
    if (isOver) return;
    const askedMs = clock.monotonicMs();
    try {
      if (!(await renew())) {
        onLost("the project's lease has passed to another run", "taken");
        return;
      }
      expiresMs = askedMs + LEASE_LIFE_MS;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    // The next try would come too late.
    if (clock.monotonicMs() + LEASE_LIFE_MS / RENEWALS >= expiresMs) {
      onLost(`the project's lease could not be renewed (network lost?): ${last}`, "unreachable");
      return;
    }
  }
}

function busy({ run, purpose, expires_at: expiresAt }: LeaseDocument): UserError {
  const what = purpose === "run" ? `run ${run} is under way` : `run ${run} is being cleaned`;
  return new UserError(
    "E_STAGING_BUSY",
    `--target staging: ${what} in this project, by its lease until ${expiresAt.toISOString()}`,
    "Wait until it has ended. If it has died, its lease runs out by itself within a minute.",
  );
}
