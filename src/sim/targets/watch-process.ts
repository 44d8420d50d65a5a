import type { Clock } from "../../std/clock.ts";
import { UserError } from "../cli/errors.ts";
import type { StartedProcess } from "./machine.ts";

const PROBE_PERIOD_MS = 1_000;
const PROBE_TIMEOUT_MS = 4_000;
/** So many probes in a row turned away at once mean that nobody is there: about 3 s. */
const REFUSALS_MAX = 3;
/** A probe that fails sooner than this was turned away; a later one was left waiting. */
const TURNED_AWAY_MS = 1_000;
/** Left waiting for this long, it hangs. An overloaded emulator may be silent for tens of seconds. */
const SILENCE_MAX_MS = 90_000;
/** How long SIGTERM is given before SIGKILL; the emulator takes a third of a second. */
const TERM_GRACE_MS = 3_000;

/** A part of a target that may die: the emulator, or the gateway. */
export interface Watched {
  /** What it is, for the message: "the emulator". */
  readonly name: string;
  /** host:port. */
  readonly endpoint: string;
  /** Whether it answers at all. Never rejects. */
  answers(timeoutMs: number): Promise<boolean>;
}

/**
 * Settles when it stops answering, or when its process ends, with an error that says which part it
 * was and how it ended. Says nothing once `stopping` aborts. `process` is null when this run did
 * not start it.
 */
export function watchForDeath(
  clock: Clock,
  watched: Watched,
  process: StartedProcess | null,
  stopping: AbortSignal,
): Promise<Error> {
  return new Promise((resolve) => {
    const settle = (message: string) => {
      if (!stopping.aborted) resolve(died(watched, message));
    };
    void process?.ended.then((how) => settle(describeEnd(how, process)));
    void untilSilent(clock, watched, stopping).then((silence) => {
      if (silence !== undefined) settle(silence);
    });
  });
}

/** SIGTERM, then SIGKILL when that does not help. */
export async function endProcess(clock: Clock, process: StartedProcess): Promise<void> {
  const inTime = new AbortController();
  const grace = clock.sleep(TERM_GRACE_MS, inTime.signal).then(
    () => process.kill("SIGKILL"),
    () => undefined, // It ended in time.
  );
  process.kill("SIGTERM");
  await process.ended;
  inTime.abort();
  await grace;
}

/** Resolves with how it fell silent, or with nothing when it is stopped. */
async function untilSilent(
  clock: Clock,
  watched: Watched,
  stopping: AbortSignal,
): Promise<string | undefined> {
  let answeredAtMs = clock.monotonicMs();
  let refusals = 0;
  for (;;) {
    const stopped = await clock.sleep(PROBE_PERIOD_MS, stopping).then(
      () => false,
      () => true, // The sleep was cut short by `stop`.
    );
    if (stopped) return undefined;
    const askedAtMs = clock.monotonicMs();
    const answered = await watched.answers(PROBE_TIMEOUT_MS);
    const nowMs = clock.monotonicMs();
    if (answered) answeredAtMs = nowMs;
    refusals = answered || nowMs - askedAtMs >= TURNED_AWAY_MS ? 0 : refusals + 1;
    if (refusals === REFUSALS_MAX) return "refuses connections";
    if (nowMs - answeredAtMs >= SILENCE_MAX_MS) {
      return `has not answered for ${SILENCE_MAX_MS / 1000} s`;
    }
  }
}

/** One line, since reports repeat it: of the process's chatter only the last complaint, if any. */
function describeEnd(how: string, process: StartedProcess): string {
  const complaints = process
    .lastLines()
    .split("\n")
    .filter((line) => /Error|Exception|SEVERE|FATAL ERROR/.test(line));
  const last = complaints.at(-1);
  return `ended by itself (${how})${last === undefined ? "" : `: ${last.trim()}`}`;
}

/** How Java and Node.js say that a heap was too small. */
const HEAP_WAS_FULL = /OutOfMemoryError|heap out of memory/;

function died({ name, endpoint }: Watched, message: string): UserError {
  const hint = HEAP_WAS_FULL.test(message)
    ? `Give ${name} more memory with --emulator-heap, or run fewer users.`
    : "Start the run again; if it dies again, run `npm run sim -- doctor`.";
  return new UserError("E_TARGET_DIED", `${name} at ${endpoint} ${message}`, hint);
}
