import type { Check } from "../report/result.ts";
import { BENCHMARK } from "./benchmark-table.ts";
import { formatCount, latencyCheck, plural, type PhasedHistogram } from "./check.ts";
import { explainPhase } from "./explain.ts";
import type { PhaseFacts, RunFacts } from "./facts.ts";

/** The rows of the document's benchmark table (section 6), each from real samples or a fail. */
export function benchmarkChecks(run: RunFacts): readonly Check[] {
  return [
    concurrentUsers(run),
    pnlLatency(run, "benchmark.pnl-latency", "P&L update latency (quote to commit)", "pnlCommit"),
    pnlLatency(
      run,
      "benchmark.pnl-listener",
      "P&L update latency (quote to listener)",
      "pnlListener",
    ),
    contention(run),
    queryLatency(run),
    onboarding(run),
  ];
}

function concurrentUsers(run: RunFacts): Check {
  const pulsed = run.phases.filter(({ hasPulse }) => hasPulse);
  const worst = [...pulsed].sort(
    (left, right) => left.usersServed - left.usersDue - (right.usersServed - right.usersDue),
  )[0];
  const served = Math.max(0, ...pulsed.map(({ usersServed }) => usersServed));
  const due = Math.max(0, ...pulsed.map(({ usersDue }) => usersDue));
  const missed = worst === undefined ? 0 : worst.usersDue - worst.usersServed;
  const enough = missed <= due * 0.01 && run.provisionedUsers === run.requestedUsers;
  const small = run.requestedUsers < BENCHMARK.concurrentUsers;
  return {
    id: "benchmark.concurrent-users",
    group: "benchmark",
    ...(worst === undefined ? {} : { phase: worst.name }),
    title: "Concurrent users",
    section: BENCHMARK.section,
    target: small
      ? `all ${formatCount(run.requestedUsers)} asked for (the document: 1,000+)`
      : `${formatCount(run.requestedUsers)} (the document: 1,000+)`,
    figure: due === 0 ? "no samples" : `${formatCount(served)} served of ${formatCount(due)} due`,
    value: served,
    bound: due,
    unit: "users",
    samples: due,
    basis: run.basis,
    verdict: due > 0 && enough ? "pass" : "fail",
    detail: concurrentDetail(run, worst, missed, due),
  };
}

function concurrentDetail(
  run: RunFacts,
  worst: PhaseFacts | undefined,
  missed: number,
  due: number,
): string {
  if (due === 0) return "No user's update fell due: no pulse ran, or it listed nobody.";
  if (run.provisionedUsers !== run.requestedUsers) {
    return `Only ${formatCount(run.provisionedUsers)} of ${formatCount(run.requestedUsers)} users were provisioned.`;
  }
  if (missed > 0 && worst !== undefined) {
    return `In ${worst.name}, ${plural(missed, "user")} had an update due and none committed. ${explainPhase(worst, run.limits)}`;
  }
  return "Every user whose update fell due had it committed, in every phase.";
}

function pnlLatency(
  run: RunFacts,
  id: string,
  title: string,
  metric: "pnlCommit" | "pnlListener",
): Check {
  const pulsed = run.phases.filter(({ hasPulse }) => hasPulse);
  const byName = new Map(pulsed.map((phase) => [phase.name, phase]));
  return latencyCheck(
    { id, title, section: BENCHMARK.section, ...BENCHMARK.pnlLatency },
    run.basis,
    pulsed.map((phase) => ({ phase: phase.name, histogram: phase[metric] })),
    ({ phase }) => {
      const facts = byName.get(phase);
      return facts === undefined ? "" : explainPhase(facts, run.limits);
    },
  );
}

function contention(run: RunFacts): Check {
  const commits = run.phases.reduce((total, { counts }) => total + counts.commits, 0);
  const contended = (phase: PhaseFacts): number => phase.counts.abortedCommits;
  const aborted = run.phases.reduce((total, phase) => total + contended(phase), 0);
  const retried = run.phases.reduce((total, { counts }) => total + counts.retriedCommits, 0);
  const [worst] = [...run.phases].sort((left, right) => contended(right) - contended(left));
  const bad = aborted + retried;
  return {
    id: "benchmark.contention",
    group: "benchmark",
    ...(bad > 0 && worst !== undefined ? { phase: worst.name } : {}),
    title: "Write contention",
    section: BENCHMARK.section,
    target: "none: 0 commits aborted or retried",
    figure:
      commits === 0
        ? "no samples"
        : `${formatCount(aborted)} aborted, ${formatCount(retried)} retried`,
    value: bad,
    bound: BENCHMARK.contendedCommits,
    unit: "commits",
    samples: commits,
    basis: run.basis,
    verdict: commits > 0 && bad === 0 ? "pass" : "fail",
    detail:
      bad === 0
        ? "No commit was refused for contention. The emulator contends far less than production."
        : `${plural(aborted, "try").replace("trys", "tries")} refused and ${plural(retried, "commit")} repeated, of ${formatCount(commits)}.`,
  };
}

function queryLatency(run: RunFacts): Check {
  const { section, query } = BENCHMARK;
  return latencyCheck(
    { id: "benchmark.query-latency", title: "Query performance", section, ...query },
    run.basis,
    run.phases
      .filter(({ hasClients }) => hasClients)
      .map((phase) => ({ phase: phase.name, histogram: phase.queries })),
    () =>
      "Queries run as the users, through the rules. The emulator's own speed is not Firestore's.",
  );
}

function onboarding(run: RunFacts): Check {
  const { section, onboarding: target } = BENCHMARK;
  const candidates: PhasedHistogram[] = [
    { phase: "provisioning", histogram: run.provisioning },
    ...run.phases.map((phase) => ({ phase: phase.name, histogram: phase.onboarding })),
  ];
  return latencyCheck(
    { id: "benchmark.onboarding", title: "User onboarding", section, ...target },
    run.basis,
    candidates,
    () => "From the sign-up to the commit of all seven document groups.",
  );
}
