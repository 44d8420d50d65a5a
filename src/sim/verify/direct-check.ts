import type { Check } from "../report/result.ts";
import { COMMITTED_SHARE, OFFERED_SHARE } from "./benchmark-table.ts";
import { formatMs, formatRate, plural } from "./check.ts";
import { explainLimits } from "./explain.ts";
import type { PhaseFacts, RunFacts } from "./facts.ts";

/** One row for each phase with direct writes: did the database take them? */
export function directChecks(run: RunFacts): readonly Check[] {
  return run.phases.flatMap((phase) =>
    phase.directWritesPerSecond === null
      ? []
      : [directCheck(run, phase, phase.directWritesPerSecond)],
  );
}

function directCheck(run: RunFacts, phase: PhaseFacts, asked: number): Check {
  const { counts } = phase;
  const seconds = Math.max(1000, phase.durationMs) / 1000;
  const due = counts.directDue;
  const offered = due / seconds;
  const achieved = counts.directCommitted / seconds;
  const commitsEnough = due > 0 && counts.directCommitted >= due * COMMITTED_SHARE;
  const offersEnough = offered >= asked * OFFERED_SHARE;
  return {
    id: `throughput.${phase.name}.direct`,
    group: "throughput",
    phase: phase.name,
    title: `Direct writes, ${phase.name}`,
    section: null,
    target: `${formatRate(asked)} offered, ${COMMITTED_SHARE * 100}% committed`,
    figure: due === 0 ? "no samples" : `${formatRate(achieved)} of ${formatRate(offered)} offered`,
    value: due === 0 ? null : achieved,
    bound: offered * COMMITTED_SHARE,
    unit: "writes/s",
    samples: due,
    basis: run.basis,
    // A generator that did not offer its rate has shown nothing, unless even less was too much.
    verdict: commitsEnough ? (offersEnough ? "pass" : "inconclusive") : "fail",
    detail: detailOf(phase, { due, offersEnough, asked }),
  };
}

function detailOf(
  phase: PhaseFacts,
  { due, offersEnough, asked }: { due: number; offersEnough: boolean; asked: number },
): string {
  const { counts, directCommit } = phase;
  if (due === 0) return "No direct write fell due.";
  const lost = counts.directFailed + counts.directDropped;
  const latency =
    directCommit.count === 0
      ? "None was committed."
      : `Commits p50 ${formatMs(directCommit.p50)}, p99 ${formatMs(directCommit.p99)} from when they were due.`;
  const short = offersEnough
    ? ""
    : ` The generator offered less than the ${formatRate(asked)} asked for.`;
  const failed =
    lost === 0 ? "" : `${plural(lost, "write")} refused or failed; each is tried once. `;
  return `${failed}${latency}${short} ${explainLimits(phase)}`.trim();
}
