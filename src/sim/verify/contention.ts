import type { Check } from "../report/result.ts";
import { BENCHMARK } from "./benchmark-table.ts";
import { formatCount } from "./check.ts";
import type { PhaseFacts, RunFacts } from "./facts.ts";

function localContention({ limitsMode }: RunFacts): string {
  return limitsMode === "on"
    ? "The gateway contends as production's limits would have it."
    : "A local database contends far less than production.";
}

/** Commits that met contention, each once however often it was tried; of the pulse and of clients. */
export function contention(run: RunFacts): Check {
  const total = (count: (phase: PhaseFacts) => number): number =>
    run.phases.reduce((sum, phase) => sum + count(phase), 0);
  const commits = total(({ counts }) => counts.commits);
  const pulse = total(({ counts }) => counts.contendedCommits);
  const clients = total(({ counts }) => counts.clientRetries);
  const contended = (phase: PhaseFacts): number =>
    phase.counts.contendedCommits + phase.counts.clientRetries;
  const [worst] = [...run.phases].sort((left, right) => contended(right) - contended(left));
  const bad = pulse + clients;
  return {
    id: "benchmark.contention",
    group: "benchmark",
    ...(bad > 0 && worst !== undefined ? { phase: worst.name } : {}),
    title: "Write contention",
    section: BENCHMARK.section,
    target: "none: 0 commits aborted, repeated or stale",
    figure: commits === 0 ? "no samples" : `${formatCount(bad)} of ${formatCount(commits)} commits`,
    value: bad,
    bound: BENCHMARK.contendedCommits,
    unit: "commits",
    samples: commits,
    basis: run.basis,
    verdict: commits > 0 && bad === BENCHMARK.contendedCommits ? "pass" : "fail",
    detail:
      bad === 0
        ? `No commit was refused, repeated or based on a stale read. ${localContention(run)}`
        : `${formatCount(pulse)} of the pulse (tries refused: ${formatCount(total(({ counts }) => counts.abortedCommits))}; stale reads: ${formatCount(total(({ counts }) => counts.staleReads))}), and ${formatCount(clients)} of clients.`,
  };
}
