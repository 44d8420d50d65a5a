import type { Clock } from "../../std/clock.ts";
import type { Log } from "../log.ts";
import type { Lease } from "./lease.ts";

export interface LeaseKeeper {
  /** Aborts when the lease has passed to another sweep. */
  readonly lost: AbortSignal;
  /** Ends the renewing; call it before the lease is released. */
  stop(): Promise<void>;
}

/** Renewals in a lease's life: two may fail before it runs out. */
const RENEWALS = 3;

/** Renews a lease on a timer of its own, whatever the sweep is waiting for. */
export function keepLease(clock: Clock, log: Log, lease: Lease, lifeMs: number): LeaseKeeper {
  const lost = new AbortController();
  const ended = new AbortController();
  const renewOnce = async (): Promise<void> => {
    try {
      if ((await lease.renew()) === "lost") {
        lost.abort(new Error("the lease has passed to another sweep"));
      }
    } catch (error) {
      log.warn({ error: String(error) }, "Pulse: the lease was not renewed. Trying again.");
    }
  };
  const keep = async (): Promise<void> => {
    while (!lost.signal.aborted) {
      const over = await clock.sleep(lifeMs / RENEWALS, ended.signal).then(
        () => false,
        () => true, // Only `stop` ends the sleep early.
      );
      if (over) return;
      await renewOnce();
    }
  };
  const kept = keep();
  return {
    lost: lost.signal,
    stop: () => {
      ended.abort();
      return kept;
    },
  };
}
