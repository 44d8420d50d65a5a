import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRealClock } from "../../src/sim/clock/real-clock.ts";
import { NODE_TURNS } from "../../src/sim/clock/node-turns.ts";
import type { RunOutput } from "../../src/sim/cli/progress.ts";
import { loadInputs } from "../../src/sim/cli/load-inputs.ts";
import { resolveOptions } from "../../src/sim/config/resolve-options.ts";
import { simulateVirtually } from "../../src/sim/virtual/simulate-virtually.ts";
import { VirtualClock } from "../../src/std/virtual-clock.ts";
import type { BenchRow } from "./bench-row.ts";

/** Of this process on all its cores, its garbage collector included: other load does not count. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const SLEEPERS = 1000;
const SLEEPS = 1_000_000;
/** What issue 5 asks of the clock. */
const FIRINGS_TARGET = 750_000;

async function benchClock(): Promise<BenchRow> {
  const clock = new VirtualClock(NODE_TURNS, 0);
  const sleep = async (first: number): Promise<void> => {
    for (let nap = 0; nap < SLEEPS / SLEEPERS; nap += 1) {
      await clock.sleep(1 + ((first * 7919 + nap * 31) % 97) / 10);
    }
  };
  const before = processorMs();
  await clock.run(Promise.all(Array.from({ length: SLEEPERS }, (_, index) => sleep(index))));
  const figure = (SLEEPS * 1000) / (processorMs() - before);
  const name = `virtual clock, ${SLEEPERS} sleepers`;
  return { name, figure, unit: "wakes/s", target: FIRINGS_TARGET, met: figure >= FIRINGS_TARGET };
}

interface Load {
  readonly users: number;
  readonly scenario: string;
  readonly duration: string;
  /** How many times real time: the hours over its seconds. */
  readonly target: number;
}

/** Parts of the loads: a whole day would take the bench longer than all else together. */
const LOADS: readonly Load[] = [
  { users: 1000, scenario: "active", duration: "20m", target: 86_400 / 30 },
  { users: 1000, scenario: "high-volatility", duration: "5m", target: 3600 / 6 },
  { users: 10_000, scenario: "baseline", duration: "5m", target: 3600 / 60 },
];

/** `npm run bench -- virtual`: how much faster than real time the service runs on a virtual clock. */
export async function benchVirtual(say: (line: string) => void): Promise<readonly BenchRow[]> {
  const rows = [await benchClock()];
  for (const load of LOADS) {
    say(`  ${load.users} users, ${load.duration} of ${load.scenario} …`);
    rows.push(...(await benchLoad(load)));
  }
  return rows;
}

async function benchLoad({ users, scenario, duration, target }: Load): Promise<BenchRow[]> {
  const reports = mkdtempSync(join(tmpdir(), "plimsoll-bench-"));
  try {
    const raw = { clock: "virtual", users, scenario, duration, seed: 7, reports };
    const options = resolveOptions(raw, undefined);
    const stopwatch = phaseStopwatch(`${scenario}:`);
    const request = {
      options,
      ...(await loadInputs(options)),
      output: stopwatch.output,
      signal: new AbortController().signal,
    };
    await simulateVirtually(request, createRealClock());
    const { tookMs, writes } = stopwatch.read();
    const name = `${users.toLocaleString("en-US")} users, ${scenario}`;
    const figure = (options.durationMs ?? 0) / tookMs;
    return [
      { name, figure, unit: "times real time", target, met: figure >= target },
      {
        name: `${name}: writes`,
        figure: (writes * 1000) / tookMs,
        unit: "writes/s and core",
        target: null,
        met: null,
      },
    ];
  } finally {
    rmSync(reports, { recursive: true });
  }
}

/** Processor time from a phase's begin to the next, and the writes that its live line counts. */
function phaseStopwatch(title: string) {
  let startedMs = 0;
  let tookMs = 0;
  let writes = 0;
  const ignore = (): void => undefined;
  const output: RunOutput = {
    phase: (name) => {
      if (name.startsWith(title)) startedMs = processorMs();
      else if (startedMs > 0 && tookMs === 0) tookMs = processorMs() - startedMs;
    },
    live: (lines) => {
      const [first = ""] = lines();
      const committed = /, ([\d,]+) of /.exec(first)?.[1];
      if (committed !== undefined) writes = Number(committed.replaceAll(",", ""));
    },
    progress: ignore,
    line: ignore,
    finish: ignore,
  };
  return { output, read: () => ({ tookMs, writes }) };
}
