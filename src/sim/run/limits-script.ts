import type { Scenario } from "../config/scenario.ts";
import type { RunContext } from "./run-scenario.ts";
import { sleepUntil } from "./sleep-until.ts";

interface Change {
  readonly atSecond: number;
  readonly make: () => Promise<boolean>;
}

/**
 * Changes production's limits themselves at the moments a scenario's faults say, and puts them back
 * at the end of its phase. Where cuts overlap, the latest to begin holds; when one ends, all is
 * served again. Ends with the phase.
 */
export async function changeLimits(
  { clock, limits, note, signal }: Pick<RunContext, "clock" | "limits" | "note" | "signal">,
  scenario: Scenario,
  startMs: number,
  durationMs: number,
): Promise<void> {
  const changes = changesOf(scenario, limits).filter(
    ({ atSecond }) => atSecond * 1000 < durationMs,
  );
  let isDone = true;
  for (const { atSecond, make } of changes) {
    if (!(await sleepUntil(clock, startMs + atSecond * 1000, signal))) break;
    isDone = (await make()) && isDone;
  }
  if (changes.length === 0) return;
  if (!isDone) note(`${scenario.name}: there are no limits to cut or to cool: they are off.`);
  await sleepUntil(clock, startMs + durationMs, signal);
  // A run that is ending asks nothing any more: its target may be gone.
  const wasCut = scenario.faults.some(({ kind }) => kind === "quota-cut");
  if (wasCut && !signal.aborted) await limits.setQuota(1);
}

/** In the order of their moments. */
function changesOf(
  { faults }: Scenario,
  limits: Pick<RunContext["limits"], "cool" | "setQuota">,
): readonly Change[] {
  return faults
    .flatMap((fault): readonly Change[] => {
      if (fault.kind === "cold-database") {
        return [{ atSecond: fault.atSecond, make: () => limits.cool() }];
      }
      if (fault.kind !== "quota-cut") return [];
      const { share, fromSecond, untilSecond } = fault;
      const cut: Change = { atSecond: fromSecond, make: () => limits.setQuota(share) };
      if (untilSecond === null) return [cut];
      return [cut, { atSecond: untilSecond, make: () => limits.setQuota(1) }];
    })
    .sort((left, right) => left.atSecond - right.atSecond);
}
