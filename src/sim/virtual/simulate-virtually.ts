import { readFile } from "node:fs/promises";
import { readIndexFile, type IndexFile } from "../../firestore/indexes/index-file.ts";
import { assert } from "../../std/assert.ts";
import type { Clock } from "../../std/clock.ts";
import { createRng } from "../../std/rng.ts";
import { VirtualClock } from "../../std/virtual-clock.ts";
import { createLimiter } from "../../system/limiter/create-limiter.ts";
import type { RunOutput } from "../cli/progress.ts";
import type { SimulateVirtually } from "../cli/simulate.ts";
import { NODE_TURNS } from "../clock/node-turns.ts";
import { runSimulation } from "../run/run-simulation.ts";
import { openServiceLog } from "../run/service-log.ts";
import { formatTime } from "../cli/format-time.ts";
import { createVirtualDatabase } from "./virtual-database.ts";

/** A Monday, at the opening bell of New York. Every virtual run begins here. */
const START_WALL_MS = Date.UTC(2026, 0, 5, 14, 30);

/** Of simulated time: often enough for the slowest run, and they are made only when they are drawn. */
const LIVE_EVERY_MS = 10_000;

/** The same run as in real time, with other ports: its time is simulated, and so is its database. */
export const simulateVirtually: SimulateVirtually = async (request, realClock) => {
  const { options, indexesFile, untilMs, onCommit, standIns = {} } = request;
  const clock = new VirtualClock(NODE_TURNS, START_WALL_MS);
  const database = createVirtualDatabase(clock, createRng(options.seed).fork("database"), {
    limits: options.limits,
    latency: options.latency,
    indexes: request.indexes ?? (await readIndexes(indexesFile)),
    cohort: request.cohort,
    constants: request.calibration?.constants,
    onCommit,
  });
  const signal =
    untilMs === undefined
      ? request.signal
      : AbortSignal.any([request.signal, abortAt(clock, untilMs)]);
  return runSimulation(
    {
      ...request,
      signal,
      output: showSpeed(request.output, clock, realClock),
      target: () => Promise.resolve(database.target),
    },
    {
      clock,
      during: (work) => clock.run(work()),
      openDatabase: () => {
        const open = database.open();
        return standIns.watchStore === undefined
          ? open
          : { ...open, store: standIns.watchStore(open.store, clock) };
      },
      createLimiter: standIns.createLimiter ?? createLimiter,
      openLog: openServiceLog,
      warmUpMs: 0,
      liveEveryMs: LIVE_EVERY_MS,
      isOnMachine: false,
    },
  );
};

function abortAt(clock: Clock, atMs: number): AbortSignal {
  const ended = new AbortController();
  void clock.sleep(atMs).then(() => ended.abort(new Error(`ended at ${formatTime(atMs)}`)));
  return ended.signal;
}

/** It was read before, and found whole. */
async function readIndexes(path: string): Promise<IndexFile> {
  const result = readIndexFile(await readFile(path, "utf8"));
  assert(result.kind === "read", `${path} is no longer the index file that was checked`);
  return result.file;
}

/** Says with the live figures what time it is in the run, and how much faster than real time it goes. */
function showSpeed(output: RunOutput, clock: Clock, realClock: Clock): RunOutput {
  let simulatedMs = clock.monotonicMs();
  let realMs = realClock.monotonicMs();
  return {
    phase: (title) => {
      simulatedMs = clock.monotonicMs();
      realMs = realClock.monotonicMs();
      output.phase(title);
    },
    progress: (done, total, label) => output.progress(done, total, label),
    live: (lines, elapsed) => {
      if (elapsed === undefined) {
        output.live(lines);
        return;
      }
      const passedMs = clock.monotonicMs() - simulatedMs;
      const timesRealTime = passedMs / Math.max(1, realClock.monotonicMs() - realMs);
      const leftMs = Math.max(0, elapsed.totalMs - elapsed.passedMs);
      output.live(lines, { ...elapsed, timesRealTime, leftRealMs: leftMs / timesRealTime });
    },
    line: (text) => output.line(text),
    finish: () => output.finish(),
  };
}
