import type { Clock } from "../../../std/clock.ts";
import { reported } from "../../cli/reported.ts";
import { writeFolder } from "../../report/write-folder.ts";
import type { CollectOptions } from "./collect-options.ts";
import { openCollector } from "./collect-server.ts";
import { collectedFiles, type Collected } from "./collected-report.ts";
import { judgeCollected } from "./judge-collected.ts";
import { mergeCounts } from "./merge-counts.ts";

/**
 * Waits until the segments that have reported are the whole load, or the time is up, or the signal aborts;
 * then writes the report of what has come. What is missing fails it.
 */
export async function collectCounts(
  options: CollectOptions,
  clock: Clock,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<Collected> {
  const { run, host, port, basis, output } = options;
  const collector = await openCollector({ host, port, run, log });
  try {
    log(
      `Collecting the counts of run ${run} at http://${host}:${collector.port}/counts until all have come.`,
    );
    const cut = await waitFor(collector.whole, options.timeoutMs, clock, signal);
    const received = collector.received();
    const merged = mergeCounts(received);
    const checks = judgeCollected(merged, basis);
    const collectedAt = new Date(clock.wallMs()).toISOString();
    const collected = { run, merged, checks, received, cut, collectedAt };
    await reported(writeFolder(output, collectedFiles(collected)));
    return collected;
  } finally {
    await collector.close();
  }
}

async function waitFor(
  whole: Promise<void>,
  timeoutMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<string | null> {
  const waiting = new AbortController();
  const tooLong = clock.sleep(timeoutMs, AbortSignal.any([waiting.signal, signal])).then(
    () => `${Math.round(timeoutMs / 1_000)} s were over`,
    () => "it was interrupted",
  );
  const cut = await Promise.race([whole.then(() => null), tooLong]);
  waiting.abort();
  return cut;
}
