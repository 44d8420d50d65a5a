import type { Clock } from "../../std/clock.ts";
import { UserError } from "../cli/errors.ts";
import type { EmulatorApi } from "./emulator-api.ts";
import type { StartedProcess } from "./machine.ts";
import type { Target } from "./target.ts";

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

/** The part of the emulator's endpoints that watching needs. */
type WatchedApi = Pick<EmulatorApi, "endpoint" | "answers" | "clear" | "collectionIds">;

export interface RunningEmulatorOptions {
  readonly projectId: string;
  readonly description: string;
  readonly reason: string;
  /** null when this run did not start it. */
  readonly process: StartedProcess | null;
}

/** An emulator that is up, watched until it is stopped. */
export function watchEmulator(
  clock: Clock,
  api: WatchedApi,
  options: RunningEmulatorOptions,
): Target {
  const stopping = new AbortController();
  const { process } = options;
  let stopped: Promise<void> | undefined;
  return {
    kind: "emulator",
    projectId: options.projectId,
    endpoint: api.endpoint,
    description: options.description,
    reason: options.reason,
    processId: process?.processId ?? null,
    died: watch(clock, api, process, stopping.signal),
    clear: () => api.clear(),
    collectionIds: (documentPath) => api.collectionIds(documentPath),
    stop: () => {
      stopping.abort();
      stopped ??= process === null ? Promise.resolve() : endProcess(clock, process);
      return stopped;
    },
  };
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

function watch(
  clock: Clock,
  api: WatchedApi,
  process: StartedProcess | null,
  stopping: AbortSignal,
): Promise<Error> {
  return new Promise((resolve) => {
    const settle = (message: string) => {
      if (!stopping.aborted) resolve(died(api.endpoint, message));
    };
    void process?.ended.then((how) => settle(describeEnd(how, process)));
    void untilSilent(clock, api, stopping).then((silence) => {
      if (silence !== undefined) settle(silence);
    });
  });
}

/** Resolves with how the emulator fell silent, or with nothing when it is stopped. */
async function untilSilent(
  clock: Clock,
  api: WatchedApi,
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
    const answered = await api.answers(PROBE_TIMEOUT_MS);
    const nowMs = clock.monotonicMs();
    if (answered) answeredAtMs = nowMs;
    refusals = answered || nowMs - askedAtMs >= TURNED_AWAY_MS ? 0 : refusals + 1;
    if (refusals === REFUSALS_MAX) return "refuses connections";
    if (nowMs - answeredAtMs >= SILENCE_MAX_MS) {
      return `has not answered for ${SILENCE_MAX_MS / 1000} s`;
    }
  }
}

/** One line, since reports repeat it: of the emulator's chatter only the last complaint, if any. */
function describeEnd(how: string, process: StartedProcess): string {
  const complaints = process
    .lastLines()
    .split("\n")
    .filter((line) => /Error|Exception|SEVERE/.test(line));
  const last = complaints.at(-1);
  return `ended by itself (${how})${last === undefined ? "" : `: ${last.trim()}`}`;
}

function died(endpoint: string, message: string): UserError {
  const hint = message.includes("OutOfMemoryError")
    ? "Give the emulator more memory with --emulator-heap, or run fewer users."
    : "Start the run again; if it dies again, run `npm run sim -- doctor`.";
  return new UserError("E_TARGET_DIED", `the emulator at ${endpoint} ${message}`, hint);
}
