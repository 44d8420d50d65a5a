import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Clock } from "../../std/clock.ts";
import { resultSchema, type Result } from "../report/result.ts";
import type { Machine, StartedProcess } from "../targets/machine.ts";
import type { NightlyForm, NightlyLane } from "./lanes.ts";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));
/** As `npm run sim` has it. */
const NODE_FLAGS = ["--max-semi-space-size=64"];
/** A run that is told to end writes its report, and then has this long. */
const GRACE_MS = 30_000;

/** How a lane ended. */
export interface LaneEnd {
  readonly lane: NightlyLane;
  readonly command: string;
  /** "exit code 0", "signal SIGKILL". */
  readonly ended: string;
  readonly durationMs: number;
  /** Why it was ended early; null: it was not. */
  readonly endedEarly: string | null;
  /** undefined where it left none. */
  readonly result: Result | undefined;
  /** Folder of its report, beneath that of the night. */
  readonly folder: string;
  readonly lastLines: string;
}

export interface LaneRequest {
  readonly lane: NightlyLane;
  readonly form: NightlyForm;
  readonly stagingConfig: string | undefined;
  /** Where the lane's report goes: the run makes a folder in it. */
  readonly reports: string;
  readonly signal: AbortSignal;
  /** Told every second of how long it has been running. */
  readonly onSecond: (elapsedMs: number) => void;
}

/** Runs a lane as a process of its own, and reads what it has left. Never outlives this process. */
export async function runLane(
  request: LaneRequest,
  machine: Machine,
  clock: Clock,
): Promise<LaneEnd> {
  const { lane, form, stagingConfig, reports } = request;
  const words = [
    ...lane.words,
    ...form.words,
    ...(form.isShort ? ["--duration", lane.shortDuration] : []),
    ...(lane.name === "staging" && stagingConfig !== undefined ? ["--config", stagingConfig] : []),
    "--quiet",
    "--reports",
    reports,
  ];
  const startedMs = clock.monotonicMs();
  const started = await machine.start(
    process.execPath,
    [...NODE_FLAGS, ...importFlags(), MAIN, "run", ...words],
    () => undefined,
  );
  const endedEarly = await waitFor(started, request, clock);
  return {
    lane,
    command: `npm run sim -- ${words.join(" ")}`,
    ended: await started.ended,
    durationMs: Math.round(clock.monotonicMs() - startedMs),
    endedEarly,
    result: await readLatest(reports),
    folder: reports,
    lastLines: started.lastLines(),
  };
}

/** Under tsx, as tests are, its loader is passed on. */
function importFlags(): readonly string[] {
  const at = process.execArgv.indexOf("--import");
  return at < 0 ? [] : process.execArgv.slice(at, at + 2);
}

/** Waits for its end; ends it at an interruption, or when its time is up. Says why, if it did. */
async function waitFor(
  started: StartedProcess,
  { signal, form, onSecond }: LaneRequest,
  clock: Clock,
): Promise<string | null> {
  const hasEnded = new AbortController();
  const ended = started.ended.then(() => hasEnded.abort());
  const startedMs = clock.monotonicMs();
  let why: string | null = null;
  while (why === null && !hasEnded.signal.aborted) {
    await clock.sleep(1000, AbortSignal.any([signal, hasEnded.signal])).catch(() => undefined);
    const elapsedMs = clock.monotonicMs() - startedMs;
    onSecond(elapsedMs);
    if (hasEnded.signal.aborted) break;
    if (signal.aborted) why = "interrupted";
    else if (elapsedMs > form.laneMsMax) why = `longer than ${form.laneMsMax / 1000} s`;
  }
  if (why !== null) {
    started.kill("SIGTERM");
    await clock.sleep(GRACE_MS, hasEnded.signal).catch(() => undefined);
    if (!hasEnded.signal.aborted) started.kill("SIGKILL");
  }
  await ended;
  return why;
}

async function readLatest(reports: string): Promise<Result | undefined> {
  try {
    const text = await readFile(join(reports, "latest", "result.json"), "utf8");
    return resultSchema.parse(JSON.parse(text));
  } catch {
    // What is missing or cannot be read is no result; the lane's end says so.
    return undefined;
  }
}
