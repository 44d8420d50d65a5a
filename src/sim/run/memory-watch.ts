import { readFile } from "node:fs/promises";
import type { Clock } from "../../std/clock.ts";
import type { Target } from "../targets/target.ts";

const MEBIBYTE = 1024 * 1024;
const SAMPLE_MS = 500;

export interface MemoryPeaks {
  readonly harnessMiB: number;
  /** null when this run started no target, or the system does not tell. */
  readonly targetMiB: number | null;
  /** Likewise of the gateway, where it is a process of its own. */
  readonly gatewayMiB: number | null;
}

/** Watches the resident memory of this process and of the target it started. */
export class MemoryWatch {
  #harnessMiB = 0;
  #targetMiB: number | null = null;
  #gatewayMiB: number | null = null;
  readonly #stopped = new AbortController();
  readonly #done: Promise<void>;

  constructor(clock: Clock, target: Pick<Target, "processId" | "gatewayProcessId">) {
    this.#done = this.#watch(clock, target);
  }

  async stop(): Promise<MemoryPeaks> {
    this.#stopped.abort();
    await this.#done;
    return this.peaks();
  }

  peaks(): MemoryPeaks {
    return {
      harnessMiB: Math.round(this.#harnessMiB),
      targetMiB: this.#targetMiB,
      gatewayMiB: this.#gatewayMiB,
    };
  }

  async #watch(
    clock: Clock,
    { processId, gatewayProcessId }: Pick<Target, "processId" | "gatewayProcessId">,
  ): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      this.#harnessMiB = Math.max(this.#harnessMiB, process.memoryUsage.rss() / MEBIBYTE);
      this.#targetMiB = higher(this.#targetMiB, await residentMiB(processId));
      this.#gatewayMiB = higher(this.#gatewayMiB, await residentMiB(gatewayProcessId));
      await clock.sleep(SAMPLE_MS, this.#stopped.signal).catch(() => undefined);
    }
  }
}

function higher(peak: number | null, now: number | null): number | null {
  return now === null ? peak : Math.max(peak ?? 0, now);
}

/** Linux tells the resident memory of any process; elsewhere it is not known. */
async function residentMiB(processId: number | null): Promise<number | null> {
  if (processId === null) return null;
  try {
    const status = await readFile(`/proc/${processId}/status`, "utf8");
    const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
    return kibibytes === undefined ? null : Math.round(Number(kibibytes) / 1024);
  } catch {
    return null;
  }
}
