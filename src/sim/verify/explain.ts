import { BENCHMARK } from "./benchmark-table.ts";
import { formatCount, formatMs, formatRate, plural } from "./check.ts";
import type { LimitsHeld, PhaseFacts } from "./facts.ts";

/** Utilisation from which on a limit had a part in what was slow. */
const WARM = 0.9;

/** What production's limits did to a phase, by name; empty when they did nothing to speak of. */
export function explainLimits({ limits }: PhaseFacts): string {
  if (limits === null) return "";
  const { refusedAttempts, delayedWrites, queueing, refusals, hottest } = limits;
  const [refusal] = refusals;
  const [hot] = hottest;
  const verb = limits.mode === "on" ? "refused" : "would have refused";
  if (refusal !== undefined && refusedAttempts > 0) {
    return `Production ${verb} ${plural(refusedAttempts, "attempt")}, mostly for ${refusal.limit} on ${refusal.subject}. ${refusal.explanation}`;
  }
  if (hot === undefined || hot.utilisation < WARM || delayedWrites === 0) return "";
  return `Production's limits held back ${plural(delayedWrites, "write")} (p99 ${formatMs(queueing.p99Ms)}), mostly for ${hot.limit} on ${hot.subject}: ${formatRate(hot.operationsPerSecond)} of ${formatRate(hot.allowedPerSecond)}.`;
}

const WAIT_WORDS: Readonly<Record<string, string>> = {
  "batch-limit": "its limit on writes",
  "document-limit": "its limit on one document",
  "tenant-share": "its share for a tenant",
  cooldown: "its cooldown",
  jitter: "its jitter",
  pace: "its pace",
  ramp: "its ramp",
  "back-off": "its back-off",
};

/** Why a phase was late or slow: the largest causes the run itself showed, in plain words. */
export function explainPhase(facts: PhaseFacts, limits: LimitsHeld): string {
  const { counts } = facts;
  const sentences: string[] = [];
  const offered = (counts.writesOffered / Math.max(1000, facts.durationMs)) * 1000;
  if (offered > limits.batchWriteLimit) {
    sentences.push(
      `The load offers ${formatRate(offered)}, more than the ${formatRate(limits.batchWriteLimit)} that ${limits.source} lets through.`,
    );
  }
  const [reason] = facts.limiterWaits;
  if (reason !== undefined && counts.limiterWaitMs > 0) {
    const waits = facts.limiterWaits.reduce((total, [, count]) => total + count, 0);
    const words = WAIT_WORDS[reason[0]] ?? reason[0];
    sentences.push(
      `The limiter held back ${plural(waits, "commit")}, ${formatMs(counts.limiterWaitMs / waits)} each on average, mostly for ${words}.`,
    );
  }
  if (counts.overlappingSweeps > 0) {
    sentences.push(
      `${plural(counts.overlappingSweeps, "sweep")} found the one before still running and did nothing.`,
    );
  }
  if (counts.refusedWrites > 0) {
    sentences.push(`The limiter refused ${plural(counts.refusedWrites, "write")}.`);
  }
  if (counts.pnlUnfinished > 0) {
    sentences.push(`${formatCount(counts.pnlUnfinished)} updates were still waiting at the end.`);
  }
  const [failure] = facts.failures;
  if (failure !== undefined) {
    sentences.push(`Most frequent failure: ${failure[0]} (${formatCount(failure[1])} times).`);
  }
  const limited = explainLimits(facts);
  if (limited !== "") sentences.push(limited);
  const wasSlow = facts.pnlCommit.p99 >= BENCHMARK.pnlLatency.boundMs;
  if (sentences.length === 0 && wasSlow) {
    sentences.push(
      "The limiter held nothing back: the time went into the database and the harness.",
    );
  }
  return sentences.join(" ");
}
