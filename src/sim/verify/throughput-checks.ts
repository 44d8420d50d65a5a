import type { Check } from "../report/result.ts";
import { BENCHMARK, COMMITTED_SHARE, OFFERED_SHARE } from "./benchmark-table.ts";
import { formatRate } from "./check.ts";
import { directChecks } from "./direct-check.ts";
import { explainPhase } from "./explain.ts";
import type { PhaseFacts, RunFacts } from "./facts.ts";
import { retriesCheck } from "./retries-check.ts";
import { sweepsCheck } from "./sweeps-check.ts";

/** One row for each lane of writes in each phase: were those that fell due also committed? */
export function throughputChecks(run: RunFacts): readonly Check[] {
  const pulsed = run.phases.filter(({ hasPulse }) => hasPulse);
  return [
    ...pulsed.map((phase) => throughputCheck(run, phase)),
    ...directChecks(run),
    ...(pulsed.length === 0 ? [] : [sweepsCheck(run, pulsed)]),
    ...retriesCheck(run, pulsed),
  ];
}

function throughputCheck(run: RunFacts, phase: PhaseFacts): Check {
  const { counts } = phase;
  const seconds = secondsOf(phase);
  // P&L updates are what the document counts; unchanged ones are due but need no write.
  const due = counts.pnlDue - counts.pnlUnchanged;
  const achieved = counts.pnlCommitted / seconds;
  const offered = due / seconds;
  const stated = statedRate(phase);
  const offersEnough = stated === null || counts.pnlDue / seconds >= stated * OFFERED_SHARE;
  const commitsEnough = counts.pnlCommitted >= due * COMMITTED_SHARE;
  const passes = due > 0 && offersEnough && commitsEnough;
  return {
    id: `throughput.${phase.name}`,
    group: "throughput",
    phase: phase.name,
    title: `P&L writes, ${phase.name}`,
    section: stated === null ? null : BENCHMARK.section,
    target: `${stated === null ? "" : `${formatRate(stated)} offered, `}${COMMITTED_SHARE * 100}% committed`,
    figure: due === 0 ? "no samples" : `${formatRate(achieved)} of ${formatRate(offered)} offered`,
    value: due === 0 ? null : achieved,
    bound: offered * COMMITTED_SHARE,
    unit: "writes/s",
    samples: due,
    basis: run.basis,
    verdict: passes ? "pass" : "fail",
    detail: throughputDetail(run, phase, { due, offersEnough, commitsEnough, stated }),
  };
}

/** A phase may be ended before it has begun. */
function secondsOf({ durationMs }: PhaseFacts): number {
  return Math.max(1000, durationMs) / 1000;
}

/** The document's figure for this many users, in P&L writes a second. */
function statedRate(phase: PhaseFacts): number | null {
  if (phase.documentWritesPerUserPerMinute === null) return null;
  return (phase.users * phase.documentWritesPerUserPerMinute) / 60;
}

interface Reached {
  readonly due: number;
  readonly offersEnough: boolean;
  readonly commitsEnough: boolean;
  readonly stated: number | null;
}

function throughputDetail(run: RunFacts, phase: PhaseFacts, reached: Reached): string {
  const { counts } = phase;
  const seconds = secondsOf(phase);
  const all = `All writes: ${formatRate(counts.writesCommitted / seconds)} of ${formatRate(counts.writesOffered / seconds)}; ${formatRate(counts.pnlUnchanged / seconds)} unchanged and left out.`;
  if (reached.due === 0) return "No P&L update fell due.";
  if (!reached.commitsEnough) {
    const share = ((counts.pnlCommitted / reached.due) * 100).toFixed(1);
    const missed = missedRate(counts.pnlCommitted / seconds, reached.stated);
    return `Only ${share}% of the writes due were committed in time.${missed} ${explainPhase(phase, run.limits)}`;
  }
  if (!reached.offersEnough && reached.stated !== null) {
    const due = formatRate(counts.pnlDue / seconds);
    return `Only ${due} fell due, below the ${formatRate(reached.stated)} the document states. ${explainPhase(phase, run.limits)}`;
  }
  return all;
}

/** How far the rate achieved lies below the document's, when it does by more than ragged ends. */
function missedRate(achieved: number, stated: number | null): string {
  if (stated === null || achieved >= stated * OFFERED_SHARE) return "";
  const share = ((achieved / stated) * 100).toFixed(0);
  return ` ${formatRate(achieved)} is ${share}% of the ${formatRate(stated)} the document states.`;
}
