import type { Clock } from "../../std/clock.ts";
import { createRng } from "../../std/rng.ts";
import { EXIT_CODES, type ExitCode } from "../cli/exit-codes.ts";
import type { SimulationRequest } from "../cli/simulate.ts";
import { createRealClock } from "../clock/real-clock.ts";
import type { Result } from "../report/result.ts";
import type { Target } from "../targets/target.ts";
import type { DataAudit } from "../verify/data-audit.ts";
import { buildResult } from "./build-result.ts";
import { createRunState, drive } from "./drive.ts";
import { watchForEnd, type End } from "./ending.ts";
import { MemoryWatch } from "./memory-watch.ts";
import { publish } from "./publish.ts";
import { draftLogFile, openServiceLog, type ServiceLog } from "./service-log.ts";

/** What a test may set otherwise. */
interface RunSettings {
  readonly clock: Clock;
  /** An emulator's first answers are slow; what a run measures begins after them. */
  readonly warmUpMs: number;
  readonly openLog: (file: string, onFault: (reason: string) => void) => ServiceLog;
}

const SETTINGS: RunSettings = {
  clock: createRealClock(),
  warmUpMs: 8000,
  openLog: openServiceLog,
};

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
  settings: RunSettings = SETTINGS,
): Promise<Outcome> {
  const target = await openTarget(request);
  if (target === undefined) return { exitCode: EXIT_CODES.inconclusive };
  try {
    return await runOn(target, request, settings);
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

async function runOn(
  target: Target,
  request: SimulationRequest,
  settings: RunSettings,
): Promise<Outcome> {
  const { clock } = settings;
  const { output, options } = request;
  output.line(`Target: ${target.description}, ${target.endpoint} (${target.reason})`);
  const startedWallMs = clock.wallMs();
  const id = runId(startedWallMs, request);
  const notes: string[] = [];
  const note = (text: string): void => {
    notes.push(text);
    output.line(`  ${text}`);
  };
  const memory = new MemoryWatch(clock, target);
  const log = settings.openLog(draftLogFile(options.reports, id), (reason) =>
    note(`The service's log was given up: ${reason}`),
  );
  try {
    const ending = watchForEnd(clock, request.signal, target);
    const state = createRunState(request, createRng(options.seed));
    let audit: DataAudit | undefined;
    let end: End = { kind: "complete" };
    try {
      const { signal } = ending;
      const { warmUpMs } = settings;
      audit = await drive(request, { clock, target, log, state, signal, note, warmUpMs });
    } catch (failure) {
      end = await ending.explain(failure);
    }
    await target.stop();
    const peaks = await memory.stop();
    return await report(request, end, log, () =>
      withNotes(
        buildResult({
          id,
          options,
          limiterConfig: request.limiterConfig,
          target,
          state,
          audit,
          partialReason: end.kind === "complete" ? null : end.reason,
          startedWallMs,
          finishedWallMs: clock.wallMs(),
          memory: peaks,
        }),
        notes,
      ),
    );
  } finally {
    await memory.stop();
    await log.discard();
  }
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
    await log.keep(await publish(result, request));
    if (fault === undefined) return { exitCode: exitCodeOf(result.verdict) };
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

function exitCodeOf(verdict: Result["verdict"]): ExitCode {
  switch (verdict) {
    case "pass":
      return EXIT_CODES.pass;
    case "fail":
      return EXIT_CODES.checkFailed;
    case "inconclusive":
      return EXIT_CODES.inconclusive;
  }
}

/** Sorts by time, and says what was run: 2026-11-23T17-05-09-high-volatility-1000u. */
function runId(startedWallMs: number, { options }: SimulationRequest): string {
  const time = new Date(startedWallMs).toISOString().slice(0, 19).replaceAll(":", "-");
  const what = options.scenarios.length === 0 ? "benchmark" : options.scenarios.join("+");
  return `${time}-${what}-${options.users}u`;
}
