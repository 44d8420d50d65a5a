import { readFile } from "node:fs/promises";
import type { Clock } from "../../std/clock.ts";

const MEBIBYTE = 1024 * 1024;
const SAMPLE_MS = 500;

export interface MemoryPeaks {
  readonly harnessMiB: number;
  /** null when this run started no target, or the system does not tell. */
  readonly targetMiB: number | null;
}

/** Watches the resident memory of this process and of the target it started. */
export class MemoryWatch {
  #harnessMiB = 0;
  #targetMiB: number | null = null;
  readonly #stopped = new AbortController();
  readonly #done: Promise<void>;

  constructor(clock: Clock, targetProcessId: number | null) {
    this.#done = this.#watch(clock, targetProcessId);
  }

  async stop(): Promise<MemoryPeaks> {
    this.#stopped.abort();
    await this.#done;
    return this.peaks();
  }

  peaks(): MemoryPeaks {
    return { harnessMiB: Math.round(this.#harnessMiB), targetMiB: this.#targetMiB };
  }

  async #watch(clock: Clock, targetProcessId: number | null): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      this.#harnessMiB = Math.max(this.#harnessMiB, process.memoryUsage.rss() / MEBIBYTE);
      const target = targetProcessId === null ? null : await residentMiB(targetProcessId);
      if (target !== null) this.#targetMiB = Math.max(this.#targetMiB ?? 0, target);
      await clock.sleep(SAMPLE_MS, this.#stopped.signal).catch(() => undefined);
    }
  }
}

/** Linux tells the resident memory of any process; elsewhere it is not known. */
async function residentMiB(processId: number): Promise<number | null> {
  try {
    const status = await readFile(`/proc/${processId}/status`, "utf8");
    const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
    return kibibytes === undefined ? null : Math.round(Number(kibibytes) / 1024);
  } catch {
    return null;
  }
}
