import type { Check } from "../report/result.ts";
import { formatCount, plural } from "./check.ts";
import type { PhaseFacts, RunFacts } from "./facts.ts";

interface SweepFault {
  readonly phase: string;
  readonly faults: number;
  readonly text: string;
}

/** Whether every sweep listed every enabled user, ran, and failed for none of them. */
export function sweepsCheck(run: RunFacts, pulsed: readonly PhaseFacts[]): Check {
  const sweeps = pulsed.reduce((total, phase) => total + sweepsOf(phase), 0);
  const faults = pulsed.flatMap(faultsOf);
  const count = faults.reduce((total, fault) => total + fault.faults, 0);
  const [first] = faults;
  return {
    id: "throughput.sweeps",
    group: "throughput",
    ...(first === undefined ? {} : { phase: first.phase }),
    title: "Sweeps and the users they visit",
    section: null,
    target: "0 sweeps failed or skipped, 0 users failed or not listed",
    figure:
      sweeps === 0 ? "no samples" : `${formatCount(count)} faults in ${plural(sweeps, "sweep")}`,
    value: count,
    bound: 0,
    unit: "faults",
    samples: sweeps,
    basis: run.basis,
    verdict: sweeps > 0 && count === 0 ? "pass" : "fail",
    detail: detailOf(sweeps, faults),
  };
}

function detailOf(sweeps: number, faults: readonly SweepFault[]): string {
  if (sweeps === 0) return "No sweep began.";
  if (faults.length === 0) return "Every sweep listed every user whose trading is enabled.";
  return `${faults.map(({ phase, text }) => `${phase}: ${text}`).join("; ")}.`;
}

function sweepsOf({ counts }: PhaseFacts): number {
  return counts.sweeps + counts.overlappingSweeps + counts.failedSweeps;
}

function faultsOf({ name, counts, enabledUsers }: PhaseFacts): readonly SweepFault[] {
  const unlisted = Math.max(0, enabledUsers - (counts.usersListedLeast ?? enabledUsers));
  const found: readonly (readonly [number, string])[] = [
    [counts.failedSweeps, `${plural(counts.failedSweeps, "sweep")} failed`],
    [counts.overlappingSweeps, `${plural(counts.overlappingSweeps, "sweep")} skipped`],
    [counts.usersFailed, `${plural(counts.usersFailed, "visit")} of users failed`],
    [unlisted, `${plural(unlisted, "user")} not listed`],
  ];
  return found
    .filter(([faults]) => faults > 0)
    .map(([faults, text]) => ({ phase: name, faults, text }));
}
