import type { Clock } from "../../std/clock.ts";
import type { WriteLimiter } from "../../system/limiter/limiter.ts";
import type { RunOutput } from "../cli/progress.ts";
import type { PhaseRecorder } from "../measure/phase-recorder.ts";
import { weighCounts } from "../cohort/weigh-facts.ts";
import { formatCount, formatMs, formatRate } from "../verify/check.ts";

export interface LiveSources {
  readonly clock: Clock;
  readonly output: RunOutput;
  readonly recorder: PhaseRecorder;
  readonly limiter: Pick<WriteLimiter, "state">;
  readonly durationMs: number;
  readonly liveEveryMs: number;
  /** How many alike users each simulated one stands for. */
  readonly cohort: number;
}

/** Shows time, rates, latency and limiter until the signal says that the phase is over. */
export async function showLive(sources: LiveSources, signal: AbortSignal): Promise<void> {
  const { clock, output, recorder, durationMs, liveEveryMs, cohort } = sources;
  let committedBefore = 0;
  let perSecond = 0;
  let atMs = clock.monotonicMs();
  const lines = (): readonly string[] => {
    const nowMs = clock.monotonicMs();
    const committed = recorder.counts.writesCommitted * cohort;
    // Drawn again in the same moment, the figures are those of then.
    if (nowMs > atMs) perSecond = ((committed - committedBefore) * 1000) / (nowMs - atMs);
    committedBefore = committed;
    atMs = nowMs;
    return liveLines(sources, nowMs, perSecond);
  };
  while (!signal.aborted) {
    await clock.sleep(liveEveryMs, signal).catch(() => undefined);
    output.live(lines, { passedMs: clock.monotonicMs() - recorder.startMs, totalMs: durationMs });
  }
}

function liveLines(
  { recorder, limiter, cohort }: LiveSources,
  nowMs: number,
  perSecond: number,
): readonly string[] {
  const counts = weighCounts(recorder.counts, cohort);
  const state = limiter.state(nowMs);
  const rate = Number.isFinite(state.ratePerSecond)
    ? formatRate(state.ratePerSecond * cohort)
    : "no limit";
  const failures = counts.abortedCommits + counts.failedCommits + counts.clientErrors;
  return [
    `  writes ${formatRate(perSecond)}, ${formatCount(counts.writesCommitted)} of ${formatCount(counts.writesOffered)} due`,
    `  P&L p99 ${formatMs(recorder.pnlCommit.quantileMs(0.99))}, clients ${formatCount(counts.clientOperations)} operations, ${formatCount(failures)} failures`,
    `  limiter ${state.strategy} at ${rate}, ${formatMs(state.backlogMs)} ahead, circuit ${state.circuit}`,
  ];
}
