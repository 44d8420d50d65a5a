import { AssertionError } from "../../std/assert.ts";
import type { Clock } from "../../std/clock.ts";
import type { Target } from "../targets/target.ts";

/** How a run came to its end. A `fault` is thrown once the report is written. */
export type End =
  | { readonly kind: "complete" }
  | { readonly kind: "interrupted"; readonly reason: string }
  | { readonly kind: "faulty"; readonly reason: string; readonly fault: Error };

/** All that can end a run early: the user, or the death of the target. */
interface Ending {
  readonly signal: AbortSignal;
  /** What a failure that ended the run comes to, once the target had time to be found dead. */
  explain(failure: unknown): Promise<End>;
}

/**
 * How long a target is given to be found dead after a failure: its calls fail at once, and an
 * emulator that this run did not start is known to be gone after three refused probes, some 3 s.
 */
const DEATH_GRACE_MS = 6000;

export function watchForEnd(clock: Clock, interrupted: AbortSignal, target: Target): Ending {
  const died = new AbortController();
  let death: Error | undefined;
  void target.died.then((error) => {
    death = error;
    died.abort(error);
  });
  const signal = AbortSignal.any([interrupted, died.signal]);
  return {
    signal,
    explain: async (failure) => {
      // A broken assertion is a fault of ours, whatever else went wrong.
      if (failure instanceof AssertionError) return faulty(failure);
      if (signal.aborted && failure === signal.reason) {
        return death === undefined
          ? { kind: "interrupted", reason: describe(failure) }
          : faulty(death);
      }
      if (death === undefined) {
        await clock.sleep(DEATH_GRACE_MS, died.signal).catch(() => undefined);
      }
      return faulty(death ?? asError(failure));
    },
  };
}

/** A dead emulator's message goes on with its last output, which belongs under the report. */
function faulty(fault: Error): End {
  return { kind: "faulty", reason: fault.message.split(/[;\n]/)[0] ?? fault.message, fault };
}

function describe(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}

function asError(failure: unknown): Error {
  return failure instanceof Error ? failure : new Error(String(failure), { cause: failure });
}
