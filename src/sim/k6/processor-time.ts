import { readFile } from "node:fs/promises";
import type { Clock } from "../../std/clock.ts";

/** Linux counts a process's time in hundredths of a second (`getconf CLK_TCK`, proc(5)). */
const TICK_MS = 10;
const SAMPLE_MS = 200;

/** Processor time used between two moments, and the time between them. */
export interface ProcessorUse {
  readonly usedMs: number;
  readonly overMs: number;
}

/** Watches the processor time of processes that will end while it watches. */
export class ProcessorWatch {
  readonly #clock: Clock;
  readonly #processIds: readonly number[];
  readonly #stopped = new AbortController();
  readonly #done: Promise<ProcessorUse | null>;

  constructor(clock: Clock, processIds: readonly number[]) {
    this.#clock = clock;
    this.#processIds = processIds;
    this.#done = this.#watch();
  }

  /** Up to the last look at a living process: up to 0.2 s of each are not in it. null: not known. */
  stop(): Promise<ProcessorUse | null> {
    this.#stopped.abort();
    return this.#done;
  }

  async #watch(): Promise<ProcessorUse | null> {
    const startMs = this.#clock.monotonicMs();
    const before = await Promise.all(this.#processIds.map(usedMs));
    let last = before;
    let lastMs = startMs;
    while (!this.#stopped.signal.aborted) {
      await this.#clock.sleep(SAMPLE_MS, this.#stopped.signal).catch(() => undefined);
      const now = await Promise.all(this.#processIds.map(usedMs));
      if (now.every((used) => used === undefined)) break;
      last = now.map((used, index) => used ?? last[index]);
      lastMs = this.#clock.monotonicMs();
    }
    let total = 0;
    for (const [index, from] of before.entries()) {
      const to = last[index];
      if (from === undefined || to === undefined) return null;
      total += to - from;
    }
    return { usedMs: total, overMs: lastMs - startMs };
  }
}

/** Processor time of a process so far; undefined when it is gone, or the system does not tell. */
async function usedMs(processId: number): Promise<number | undefined> {
  try {
    return parseStat(await readFile(`/proc/${processId}/stat`, "utf8"));
  } catch {
    return undefined;
  }
}

/** The command's name stands in parentheses and may hold anything; utime and stime are 12 and 13 after it. */
export function parseStat(text: string): number | undefined {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  return Number.isFinite(ticks) ? ticks * TICK_MS : undefined;
}
