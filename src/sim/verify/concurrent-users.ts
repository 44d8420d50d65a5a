import type { Check, Verdict } from "../report/result.ts";
import { BENCHMARK, COMMITTED_SHARE, DUE_SHARE } from "./benchmark-table.ts";
import { formatCount, plural } from "./check.ts";
import { explainPhase } from "./explain.ts";
import type { PhaseFacts, RunFacts } from "./facts.ts";

type Finding = "nobody due" | "not provisioned" | "missed" | "too few due" | "served";

const VERDICTS: Readonly<Record<Finding, Verdict>> = {
  "nobody due": "fail",
  "not provisioned": "fail",
  missed: "fail",
  "too few due": "inconclusive",
  served: "pass",
};

/**
 * Whether the users asked for were served at once: in some phase (nearly) all of them fell due,
 * and in no phase did more than a ragged end of those due go without a commit.
 */
export function concurrentUsers(run: RunFacts): Check {
  const pulsed = run.phases.filter(({ hasPulse, usersDue }) => hasPulse && usersDue > 0);
  const [worst] = [...pulsed].sort((left, right) => missedShare(right) - missedShare(left));
  const [fullest] = [...pulsed].sort((left, right) => right.usersDue - left.usersDue);
  const finding = findingOf(run, worst, fullest);
  const shown = finding === "missed" ? worst : fullest;
  const served = shown?.usersServed ?? 0;
  const due = shown?.usersDue ?? 0;
  const small = run.requestedUsers < BENCHMARK.concurrentUsers;
  const asked = formatCount(run.requestedUsers);
  return {
    id: "benchmark.concurrent-users",
    group: "benchmark",
    ...(shown === undefined ? {} : { phase: shown.name }),
    title: "Concurrent users",
    section: BENCHMARK.section,
    target: small
      ? `all ${asked} asked for (the document: 1,000+)`
      : `${asked} (the document: 1,000+)`,
    figure: due === 0 ? "no samples" : `${formatCount(served)} served of ${formatCount(due)} due`,
    value: served,
    bound: Math.ceil(due * COMMITTED_SHARE),
    unit: "users",
    samples: due,
    basis: run.basis,
    verdict: VERDICTS[finding],
    detail: detailOf(run, finding, shown),
  };
}

function missedShare({ usersDue, usersServed }: PhaseFacts): number {
  return (usersDue - usersServed) / usersDue;
}

function findingOf(
  run: RunFacts,
  worst: PhaseFacts | undefined,
  fullest: PhaseFacts | undefined,
): Finding {
  if (worst === undefined || fullest === undefined) return "nobody due";
  if (run.provisionedUsers !== run.requestedUsers) return "not provisioned";
  if (worst.usersServed < worst.usersDue * COMMITTED_SHARE) return "missed";
  return fullest.usersDue < run.requestedUsers * DUE_SHARE ? "too few due" : "served";
}

function detailOf(run: RunFacts, finding: Finding, shown: PhaseFacts | undefined): string {
  const due = shown?.usersDue ?? 0;
  const missed = due - (shown?.usersServed ?? 0);
  const name = shown?.name ?? "";
  const asked = formatCount(run.requestedUsers);
  switch (finding) {
    case "nobody due":
      return "No user's update fell due: no pulse ran, or it listed nobody.";
    case "not provisioned":
      return `Only ${formatCount(run.provisionedUsers)} of ${asked} users were provisioned.`;
    case "missed":
      return `In ${name}, ${plural(missed, "user")} had an update due that was not committed. ${shown === undefined ? "" : explainPhase(shown, run.limits)}`.trim();
    case "too few due":
      return `No phase lasted long enough for all ${asked} users to fall due: at most ${formatCount(due)} did, in ${name}. Run longer.`;
    case "served":
      return missed === 0
        ? `In ${name} ${formatCount(due)} users fell due, and all that was due to them was committed.`
        : `In ${name} ${formatCount(due)} users fell due; ${formatCount(missed)} had an update that was not committed.`;
  }
}
