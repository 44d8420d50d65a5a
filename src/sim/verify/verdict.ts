import { LIMITS } from "../../firestore/limits/limits.ts";
import type { Check, PhaseLimits, Result, Verdict } from "../report/result.ts";
import { BENCHMARK } from "./benchmark-table.ts";
import { formatCount, plural } from "./check.ts";
import type { PhaseFacts } from "./facts.ts";

/** One failed check fails the run; else one inconclusive check makes it inconclusive. */
export function overallVerdict(checks: readonly Check[], complete: boolean): Verdict {
  if (checks.some(({ verdict }) => verdict === "fail")) return "fail";
  if (!complete || checks.length === 0) return "inconclusive";
  return checks.some(({ verdict }) => verdict === "inconclusive") ? "inconclusive" : "pass";
}

export interface HeadlineInput {
  readonly checks: readonly Check[];
  readonly verdict: Verdict;
  readonly users: number;
  readonly limiter: string;
  readonly partialReason: string | null;
  readonly brokeFirst: Result["brokeFirst"];
}

/** One sentence a reader can repeat. */
export function headline(input: HeadlineInput): string {
  const { checks, verdict, users, limiter, partialReason, brokeFirst } = input;
  const who = `${plural(users, "user")} with the ${limiter} limiter`;
  const failed = checks.filter((check) => check.verdict === "fail").length;
  if (partialReason !== null) {
    return `The run ended early (${partialReason}): ${who}, ${failed} of ${checks.length} checks failed so far.`;
  }
  switch (verdict) {
    case "pass":
      return `${who}: all ${checks.length} checks passed.`;
    case "inconclusive": {
      const open = checks.filter((check) => check.verdict === "inconclusive");
      const names = open.map(({ title }) => title).join("; ");
      return `${who}: nothing failed, but ${plural(open.length, "check")} cannot be decided: ${names}.`;
    }
    case "fail":
      return `${who}: ${formatCount(failed)} of ${checks.length} checks failed. ${brokeFirst === null ? "" : `First: ${sentences(brokeFirst.message, 2)}`}`.trim();
  }
}

/** The first sentences of a text: what broke, and the cause; what to do about it stands below. */
function sentences(text: string, count: number): string {
  return text
    .split(/(?<=\.) /)
    .slice(0, count)
    .join(" ");
}

interface Break {
  readonly check: Check;
  readonly phase: PhaseFacts | undefined;
  readonly phaseIndex: number;
  /** Second of the phase at which the series first shows it; Infinity when it does not. */
  readonly second: number;
}

/** Among equally early breaks, what causes comes before what follows from it. */
export const CAUSE_FIRST: readonly Check["group"][] = [
  "limits",
  "limiter",
  "throughput",
  "benchmark",
  "harness",
  "data",
];

/**
 * What broke first: of the failed checks, the one whose phase came first and, within it, whose
 * fault the per-second series shows first.
 */
export function brokeFirst(
  checks: readonly Check[],
  phases: readonly PhaseFacts[],
): Result["brokeFirst"] {
  const breaks = checks
    .filter(({ verdict }) => verdict === "fail")
    .map((check) => locate(check, phases))
    .sort(
      (left, right) =>
        left.phaseIndex - right.phaseIndex ||
        compareSeconds(bindingSecond(left), bindingSecond(right)) ||
        CAUSE_FIRST.indexOf(left.check.group) - CAUSE_FIRST.indexOf(right.check.group),
    );
  const [first] = breaks;
  if (first === undefined) return null;
  const { check, phase, second } = first;
  const when = Number.isFinite(second) ? `, from second ${second}` : "";
  const where = phase === undefined ? "" : ` in ${phase.name}${when}`;
  return {
    checkId: check.id,
    phase: phase?.name ?? null,
    message: `${check.title}${where}: ${check.figure}, target ${check.target}. ${check.detail}`,
  };
}

/**
 * What a limit of production refuses it would have made wait for longer than it may: it was full
 * for that long before, and what was slow in the meantime was slow for it.
 */
function bindingSecond({ check, second }: Break): number {
  return check.id === "limits.refusals" ? second - LONGEST_WAIT_SECONDS : second;
}

const LONGEST_WAIT_SECONDS = LIMITS["range-patience"].value / 1000;

function compareSeconds(left: number, right: number): number {
  return left === right ? 0 : left - right;
}

function locate(check: Check, phases: readonly PhaseFacts[]): Break {
  const index = phases.findIndex(({ name }) => name === check.phase);
  const phase = phases[index];
  return {
    check,
    phase,
    phaseIndex: index === -1 ? phases.length : index,
    second: phase === undefined ? Infinity : firstBreakSecond(check, phase),
  };
}

function firstBreakSecond(check: Check, { series, limits }: PhaseFacts): number {
  if (check.group === "limits") {
    return firstBinding(check, limits);
  }
  const start = series[0]?.second ?? 0;
  const found = series.find((second) => {
    switch (check.id) {
      case "benchmark.pnl-latency":
      case "benchmark.pnl-listener":
        return (second.pnlP99Ms ?? 0) >= BENCHMARK.pnlLatency.boundMs;
      case "benchmark.query-latency":
        return (second.queryP95Ms ?? 0) >= BENCHMARK.query.boundMs;
      case "benchmark.contention":
        return second.retries + second.refusals > 0;
      case "limiter.worst-second":
        return second.writesCommitted > (check.bound ?? Infinity);
      case "harness.client-errors":
        return second.clientErrors > 0;
      default:
        return (second.limiterBacklogMs ?? 0) >= BENCHMARK.pnlLatency.boundMs;
    }
  });
  return found === undefined ? Infinity : found.second - start;
}

/** The first refusal; else when what made requests wait was hottest. */
function firstBinding({ id }: Check, limits: PhaseLimits | null): number {
  const refused = (limits?.refusals ?? []).map(({ firstSecond }) => firstSecond);
  const hot = (limits?.hottest ?? []).filter(({ delayed, refused: no }) => delayed + no > 0);
  const seconds =
    id === "limits.refusals" || refused.length > 0 ? refused : hot.map(({ atSecond }) => atSecond);
  return Math.floor(Math.min(Infinity, ...seconds));
}
