import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Clock } from "../../std/clock.ts";
import { readConfigFile } from "../config/config-file.ts";
import { resultSchema, type Result } from "../report/result.ts";
import type { Machine, StartedProcess } from "../targets/machine.ts";
import type { NightlyForm, NightlyLane } from "./lanes.ts";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));
/** As `npm run sim` has it. */
const NODE_FLAGS = ["--max-semi-space-size=64"];
/** A run that is told to end writes its report, and then has this long. */
const GRACE_MS = 30_000;
/** Some tens of thousands of documents and their accounts. */
const CLEAN_MS_MAX = 15 * 60_000;

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
  /** A staging run's ID, and how cleaning up after it ended; absent where nothing was to be cleaned. */
  readonly cleaned?: { readonly runId: string; readonly ended: string };
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
  let runId: string | undefined;
  const started = await machine.start(
    process.execPath,
    simParameters("run", ...words),
    (line) => (runId ??= STAGING_RUN.exec(line)?.[1]),
  );
  const endedEarly = await waitFor(started, { ...request, msMax: form.laneMsMax }, clock);
  const ended = await started.ended;
  const cleaned =
    runId === undefined || stagingConfig === undefined
      ? undefined
      : { runId, ended: await cleanAfter(runId, stagingConfig, machine, clock) };
  return {
    lane,
    command: `npm run sim -- ${words.join(" ")}`,
    ended,
    durationMs: Math.round(clock.monotonicMs() - startedMs),
    endedEarly,
    result: await readLatest(reports),
    folder: reports,
    lastLines: started.lastLines(),
    ...(cleaned === undefined ? {} : { cleaned }),
  };
}

/** How a staging run says which one it is, before it has made anything. */
const STAGING_RUN = /npm run sim -- clean .*--run (\S+)/;

/** Deletes what a staging run has made, however it ended. Says how that ended. */
async function cleanAfter(
  runId: string,
  config: string,
  machine: Machine,
  clock: Clock,
): Promise<string> {
  const { project, projectFile } = (await readConfigFile(config)).values;
  const words = Object.entries({ project, run: runId, "project-file": projectFile }).flatMap(
    ([name, value]) => (typeof value === "string" ? [`--${name}`, value] : []),
  );
  const started = await machine.start(
    process.execPath,
    simParameters("clean", ...words),
    () => undefined,
  );
  // An interruption ends the run, and is no reason to leave its data.
  const signal = new AbortController().signal;
  await waitFor(started, { signal, msMax: CLEAN_MS_MAX, onSecond: () => undefined }, clock);
  return started.ended;
}

function simParameters(...words: readonly string[]): readonly string[] {
  return [...NODE_FLAGS, ...importFlags(), MAIN, ...words];
}

/** Under tsx, as tests are, its loader is passed on. */
function importFlags(): readonly string[] {
  const at = process.execArgv.indexOf("--import");
  return at < 0 ? [] : process.execArgv.slice(at, at + 2);
}

interface Wait {
  readonly signal: AbortSignal;
  readonly msMax: number;
  readonly onSecond: (elapsedMs: number) => void;
}

/**
 * Waits for a process's end; ends it at an interruption, or when its time is up. Says why, if it did.
 * A process that was started does not keep this one alive, so it waits from second to second.
 */
async function waitFor(
  started: StartedProcess,
  { signal, msMax, onSecond }: Wait,
  clock: Clock,
): Promise<string | null> {
  const hasEnded = new AbortController();
  void started.ended.then(() => hasEnded.abort());
  const startedMs = clock.monotonicMs();
  let why: string | null = null;
  let killAtMs = Number.POSITIVE_INFINITY;
  while (!hasEnded.signal.aborted) {
    const wakers = why === null ? [signal, hasEnded.signal] : [hasEnded.signal];
    await clock.sleep(1000, AbortSignal.any(wakers)).catch(() => undefined);
    const nowMs = clock.monotonicMs();
    onSecond(nowMs - startedMs);
    if (hasEnded.signal.aborted) break;
    if (why === null && (signal.aborted || nowMs - startedMs > msMax)) {
      why = signal.aborted ? "interrupted" : `longer than ${msMax / 1000} s`;
      killAtMs = nowMs + GRACE_MS;
      started.kill("SIGTERM");
    } else if (nowMs >= killAtMs) {
      started.kill("SIGKILL");
    }
  }
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
