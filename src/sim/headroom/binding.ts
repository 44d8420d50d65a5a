import { CAUSE_FIRST } from "../verify/verdict.ts";
import type { Check, HotSubject, Phase, PhaseLimits, Result } from "../report/result.ts";
import { BENCHMARK } from "../verify/benchmark-table.ts";
import { formatCount, formatMs, formatRate, plural } from "../verify/check.ts";
import { sameInAllSeeds } from "./bound-subject.ts";

/** What a load fails by: the cause behind the check that broke first. */
export interface Binding {
  /**
   * - `limit`: a limit of the database; `id` is its own in src/firestore/limits.
   * - `setting`: the service's limiter; `id` is the setting that held writes back.
   * - `check`: neither; `id` is the check's.
   */
  readonly kind: "limit" | "setting" | "check";
  readonly id: string;
  /** What was hot: "index ledger_trades (ts ASC)", the same in all seeds. null: nothing by name. */
  readonly subject: string | null;
  /** The check that broke first. */
  readonly checkId: string;
  readonly phase: string | null;
  /** Its figures in a sentence or two. */
  readonly detail: string;
  /** The entry for the index file, where a query had no index. */
  readonly indexJson: string | null;
}

/** Whether two failures have the same cause. */
export function sameCause(one: Binding, other: Binding): boolean {
  return one.kind === other.kind && one.id === other.id && one.subject === other.subject;
}

/**
 * Whether a check has seen too much load. One without a sample fails, too, so that nothing passes
 * unseen; but a load so small that nobody signed up in it is not more than the service takes.
 */
export function isTooMuch({ verdict, samples }: Check): boolean {
  return verdict === "fail" && samples > 0;
}

/** What bound first in a run that was too much; undefined when none of its checks says so. */
export function bindingOf(result: Result): Binding | undefined {
  const failed = result.checks
    .filter(isTooMuch)
    .sort((left, right) => CAUSE_FIRST.indexOf(left.group) - CAUSE_FIRST.indexOf(right.group));
  const check = failed.find(({ id }) => id === result.brokeFirst?.checkId) ?? failed[0];
  if (check === undefined) return undefined;
  const phase = result.phases.find(({ name }) => name === check.phase) ?? result.phases[0];
  return (
    (phase === undefined ? undefined : causeOf(check, phase, result)) ??
    causeless(check, phase?.name)
  );
}

function causeOf(check: Check, phase: Phase, result: Result): Binding | undefined {
  switch (check.group) {
    case "limits":
      return byLimit(check, phase);
    case "limiter":
      return byLimiter(check, phase, result);
    case "benchmark":
    case "throughput":
      return byWaiting(check, phase);
    case "harness":
      return check.id === "harness.client-errors" ? byRefusal(check, phase) : undefined;
    case "data":
      return undefined;
  }
}

function byLimit(check: Check, phase: Phase): Binding | undefined {
  const { limits } = phase;
  if (limits === undefined) return undefined;
  switch (check.id) {
    case "limits.refusals":
      return byRefusal(check, phase);
    case "limits.missing-indexes":
      return byMissingIndex(check, phase, limits);
    case "limits.contended-documents":
      return byHeat(check, phase, limits, ({ subjectKind }) => subjectKind === "document");
    default:
      return byHeat(check, phase, limits, () => true);
  }
}

function byRefusal(check: Check, phase: Phase): Binding | undefined {
  const [most] = phase.limits?.refusals ?? [];
  if (most === undefined) return undefined;
  return {
    ...found(check, phase),
    kind: "limit",
    id: most.limit,
    subject: sameInAllSeeds(most.subject),
    detail: `${plural(most.attempts, "attempt")} refused, from second ${Math.floor(most.firstSecond)}: ${most.explanation}`,
  };
}

function byMissingIndex(check: Check, phase: Phase, limits: PhaseLimits): Binding | undefined {
  const [first] = limits.missingIndexes;
  if (first === undefined) return undefined;
  return {
    ...found(check, phase),
    kind: "limit",
    id: "index-required",
    subject: `queries on ${first.collectionGroup}`,
    detail: `${plural(first.queries, "query").replace("querys", "queries")} refused for want of an index.`,
    indexJson: first.json,
  };
}

/** What most writes waited for; where nobody waited, nothing of the kind bound. */
function byHeat(
  check: Check,
  phase: Phase,
  limits: PhaseLimits,
  isOne: (hot: HotSubject) => boolean,
): Binding | undefined {
  const met = new Map<string, { hot: HotSubject; held: number }>();
  for (const hot of limits.hottest.filter(isOne)) {
    const cause = JSON.stringify([hot.limit, sameInAllSeeds(hot.subject)]);
    const known = met.get(cause);
    const held = hot.delayed + hot.refused + (known?.held ?? 0);
    met.set(cause, { hot: known?.hot ?? hot, held });
  }
  const [worst] = [...met.values()].sort((left, right) => right.held - left.held);
  if (worst === undefined || worst.held === 0) return undefined;
  const { hot, held } = worst;
  return {
    ...found(check, phase),
    kind: "limit",
    id: hot.limit,
    subject: sameInAllSeeds(hot.subject),
    detail: `${formatRate(hot.operationsPerSecond)} of ${formatRate(hot.allowedPerSecond)} at second ${Math.floor(hot.atSecond)}; ${formatCount(held)} waited or were refused. ${check.title}: ${check.figure}, target ${check.target}.`,
  };
}

/** Its rate, waits and fairness follow from no setting: a limiter that misses them is defective. */
const SETTING_OF_CHECK: Readonly<Record<string, string>> = {
  "limiter.worst-second": "batch_write_limit",
  "limiter.worst-document": "doc_write_limit",
};

function byLimiter(check: Check, phase: Phase, { limiter }: Result): Binding | undefined {
  const setting = SETTING_OF_CHECK[check.id];
  if (setting === undefined) return undefined;
  const isOn = limiter.config["enable_rate_limiting"] === true;
  const isPrinted = limiter.strategy.startsWith("literal");
  return {
    ...found(check, phase),
    kind: "setting",
    id: !isOn ? "enable_rate_limiting" : isPrinted ? "strategy" : setting,
    detail: `${check.title}: ${check.figure}, target ${check.target}. ${isOn ? `The ${limiter.strategy} strategy` : "No limiter"} held the writes to it.`,
  };
}

/**
 * A mean wait for a commit that is worth naming as the cause of a missed latency: a twentieth of what
 * the P&L target allows. Chosen; a p99 at its bound comes with far longer ones.
 */
const TELLING_WAIT_MS = BENCHMARK.pnlLatency.boundMs / 20;

/** Too slow, or too little: by the longer of the waits for the limiter and for the database's limits. */
function byWaiting(check: Check, phase: Phase): Binding | undefined {
  const { limits, limiterWaits, limiterWaitMs } = phase;
  const commits = Math.max(1, limits?.commits ?? 1);
  const forLimiter = limiterWaitMs / commits;
  const queueing = limits?.queueing;
  const forDatabase = queueing === undefined ? 0 : (queueing.meanMs * queueing.samples) / commits;
  if (limits !== undefined && (forDatabase >= forLimiter || limits.refusedAttempts > 0)) {
    const isTelling = forDatabase >= TELLING_WAIT_MS || limits.refusedAttempts > 0;
    const cause = byRefusal(check, phase) ?? byHeat(check, phase, limits, () => true);
    if (isTelling && cause !== undefined) return cause;
  }
  if (forLimiter < TELLING_WAIT_MS) return undefined;
  const [reason = "pace"] = mostFrequent(limiterWaits);
  const held = Object.values(limiterWaits).reduce((sum, count) => sum + count, 0);
  return {
    ...found(check, phase),
    kind: "setting",
    id: SETTING_OF[reason] ?? reason,
    detail: `${check.title}: ${check.figure}, target ${check.target}. The limiter held back ${plural(held, "commit")}, ${formatMs(limiterWaitMs / Math.max(1, held))} each on average, mostly for its ${reason}; the database's limits, ${formatMs(forDatabase)}.`,
  };
}

function mostFrequent(waits: Phase["limiterWaits"]): readonly string[] {
  return Object.entries(waits)
    .sort((left, right) => right[1] - left[1])
    .map(([reason]) => reason);
}

/** The setting that each of the limiter's reasons to wait comes from. */
const SETTING_OF: Readonly<Record<string, string>> = {
  "batch-limit": "batch_write_limit",
  pace: "batch_write_limit",
  "document-limit": "doc_write_limit",
  "tenant-share": "tuning.tenants",
  ramp: "tuning.ramp",
  "back-off": "tuning.adaptive",
  cooldown: "batch_cooldown_sec",
  jitter: "strategy",
};

/** Neither the limiter nor a limit of the database held anything back to speak of. */
function causeless(check: Check, phase: string | undefined): Binding {
  return {
    kind: "check",
    id: check.id,
    subject: null,
    checkId: check.id,
    phase: phase ?? null,
    detail: `${check.title}: ${check.figure}, target ${check.target}. ${check.detail}`.trim(),
    indexJson: null,
  };
}

function found(
  check: Check,
  phase: Phase,
): Pick<Binding, "subject" | "checkId" | "phase" | "indexJson"> {
  return { subject: null, checkId: check.id, phase: phase.name, indexJson: null };
}
