import { basename } from "node:path";
import type { Clock } from "../../std/clock.ts";
import { createRng, hashName } from "../../std/rng.ts";
import { createLimiter } from "../../system/limiter/create-limiter.ts";
import { EXIT_CODES, type ExitCode } from "../cli/exit-codes.ts";
import { VERDICT_EXIT_CODES } from "../cli/verdict-exit-codes.ts";
import type { SimulationRequest } from "../cli/simulate.ts";
import { createRealClock } from "../clock/real-clock.ts";
import type { Check, Result } from "../report/result.ts";
import type { Target } from "../targets/target.ts";
import type { DataAudit } from "../verify/data-audit.ts";
import { buildResult } from "./build-result.ts";
import { createRunState, drive } from "./drive.ts";
import { watchForEnd, type End } from "./ending.ts";
import { commitName } from "./machine-facts.ts";
import { inputsHash } from "./inputs-hash.ts";
import { MemoryWatch } from "./memory-watch.ts";
import { openDatabase, type OpenDatabase } from "./open-database.ts";
import type { RunState } from "./run-state.ts";
import { publish } from "./publish.ts";
import { shapingOptions } from "./shaping-options.ts";
import { draftLogFile, NO_SERVICE_LOG, openServiceLog, type ServiceLog } from "./service-log.ts";

/** The world a run lives in. */
export interface World {
  readonly clock: Clock;
  /** Lets the clock's time pass while the work goes on; real time does so by itself. */
  readonly during: <T>(work: () => Promise<T>) => Promise<T>;
  readonly openDatabase: OpenDatabase;
  /** The service's own; a test hands in a faulty one, to see it found out. */
  readonly createLimiter: typeof createLimiter;
  readonly openLog: (clock: Clock, file: string, onFault: (reason: string) => void) => ServiceLog;
  /** An emulator's first answers are slow; what a run measures begins after them. */
  readonly warmUpMs: number;
  /** How often the live figures are made anew. */
  readonly liveEveryMs: number;
  /** Whether its figures depend on the machine and the day; else nothing of them is in the result. */
  readonly isOnMachine: boolean;
  /**
   * Asks those who looked on from outside, once the load is over, for their checks. Does not reject:
   * what could not be asked is itself an undecided check. Nobody when absent.
   */
  readonly afterwards?: (ended: EndedRun) => Promise<readonly Check[]>;
}

/** A run whose load is over and whose target is still open. */
export interface EndedRun {
  readonly state: RunState;
  /** Why it ended early; null when it did not. */
  readonly partialReason: string | null;
  readonly startedWallMs: number;
  /** Aborts when the person at the keyboard will not wait. */
  readonly signal: AbortSignal;
  /** Keeps a sentence for the report, and shows it. */
  readonly note: (text: string) => void;
  /** Keeps a sentence for the report that has been shown, or need not be. */
  readonly keep: (text: string) => void;
}

export const REAL_WORLD: World = {
  clock: createRealClock(),
  during: (work) => work(),
  openDatabase,
  createLimiter,
  openLog: openServiceLog,
  warmUpMs: 8000,
  liveEveryMs: 500,
  isOnMachine: true,
};

const COMPLETE: End = { kind: "complete" };

interface Outcome {
  readonly exitCode: ExitCode;
}

/**
 * One run from target to report. However it ends (done, Ctrl-C, a dead target, a fault of ours)
 * what was measured is reported, and what was started is stopped. Throws, after the report, what
 * killed the target or the fault: neither says anything about the service.
 */
export async function runSimulation(
  request: SimulationRequest,
  world: World = REAL_WORLD,
): Promise<Outcome> {
  const target = await openTarget(request);
  if (target === undefined) return { exitCode: EXIT_CODES.inconclusive };
  try {
    return await runOn(target, request, world);
  } finally {
    await target.stop();
  }
}

/** undefined when the run was interrupted before it had a target: there is nothing to report. */
async function openTarget(request: SimulationRequest): Promise<Target | undefined> {
  const { signal, output } = request;
  try {
    return await request.target();
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    output.line("Interrupted before the run began: there is nothing to report.");
    return undefined;
  }
}

async function runOn(target: Target, request: SimulationRequest, world: World): Promise<Outcome> {
  const { clock, isOnMachine } = world;
  const { output, options } = request;
  output.line(`Target: ${target.description}, ${target.endpoint} (${target.reason})`);
  const startedWallMs = clock.wallMs();
  const id = isOnMachine ? runId(startedWallMs, request) : namelessRunId(request);
  const notes: string[] = [];
  const note = (text: string): void => {
    notes.push(text);
    output.line(`  ${text}`);
  };
  const memory = isOnMachine ? new MemoryWatch(clock, target) : undefined;
  const log =
    request.publish === undefined
      ? world.openLog(clock, draftLogFile(options.reports, id), (reason) =>
          note(`The service's log was given up: ${reason}`),
        )
      : NO_SERVICE_LOG;
  try {
    const ending = watchForEnd(clock, request.signal, target);
    const state = createRunState(request, createRng(options.seed));
    let audit: DataAudit | undefined;
    let end = COMPLETE;
    await world.during(async () => {
      try {
        const { signal } = ending;
        audit = await drive(request, { ...world, target, log, state, signal, note });
      } catch (failure) {
        end = await ending.explain(failure);
      }
    });
    const partialReason = reasonOf(end);
    const outsideChecks = await world.afterwards?.({
      state,
      partialReason,
      startedWallMs,
      signal: request.signal,
      note,
      keep: (text) => void notes.push(text),
    });
    await target.stop();
    const peaks = (await memory?.stop()) ?? null;
    return await report(request, end, log, () =>
      withNotes(
        buildResult({
          id,
          options,
          limiterConfig: request.limiterConfig,
          inputs: inputsHash(request),
          calibration: request.calibration?.facts,
          target,
          state,
          audit,
          partialReason,
          ...(outsideChecks === undefined ? {} : { outsideChecks }),
          startedWallMs,
          finishedWallMs: clock.wallMs(),
          memory: peaks,
        }),
        notes,
      ),
    );
  } finally {
    await memory?.stop();
    await log.discard();
  }
}

function reasonOf(end: End): string | null {
  return end.kind === "complete" ? null : end.reason;
}

/** Publishes the result, then throws what ended the run, if that was a fault. */
async function report(
  request: SimulationRequest,
  end: End,
  log: ServiceLog,
  build: () => Result,
): Promise<Outcome> {
  const fault = end.kind === "faulty" ? end.fault : undefined;
  try {
    const result = build();
    if (request.publish === undefined) await log.keep(await publish(result, request));
    else request.publish(result);
    if (fault === undefined) return { exitCode: VERDICT_EXIT_CODES[result.verdict] };
  } catch (error) {
    if (fault === undefined) throw error;
    const message = error instanceof Error ? error.message : String(error);
    request.output.line(`The report could not be written either: ${message}`);
  }
  throw fault;
}

function withNotes(result: Result, notes: readonly string[]): Result {
  return { ...result, run: { ...result.run, notes: [...notes] } };
}

/** Sorts by time, and says what was run: 2026-11-23T17-05-09-high-volatility-1000u. */
function runId(startedWallMs: number, request: SimulationRequest): string {
  const time = new Date(startedWallMs).toISOString().slice(0, 19).replaceAll(":", "-");
  return `${time}-${whatIsRun(request)}`;
}

/**
 * Of a run without a day: what was run, and the hash of all that shapes it. The same run again takes
 * the same folder, and finds the same files in it.
 */
function namelessRunId(request: SimulationRequest): string {
  const { options, limiterConfig } = request;
  const shaping = [shapingOptions(options), limiterConfig, inputsHash(request), commitName()];
  return `virtual-${whatIsRun(request)}-seed${options.seed}-${hashName(shaping)}`;
}

function whatIsRun({ options: { scenarios, users } }: SimulationRequest): string {
  // A scenario may be given as a file: by its name it is called as in the scenario itself.
  const names = scenarios.map((name) => basename(name, ".json")).join("_");
  // The rest of an ID, and the folder's name of the file system, want room too.
  const what = names.length <= NAMES_LENGTH_MAX ? names : `${scenarios.length}-scenarios`;
  return `${what === "" ? "benchmark" : what}-${users}u`;
}

/** Of 200 letters in all: checkRunId in src/sim/report/write-report.ts. */
const NAMES_LENGTH_MAX = 100;
