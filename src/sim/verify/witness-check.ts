import type { Check } from "../report/result.ts";
import { WITNESS_ALLOWED, WITNESS_SHARE } from "./benchmark-table.ts";
import { formatCount } from "./check.ts";
import type { RunFacts } from "./facts.ts";

interface Counted {
  readonly name: string;
  /** By the harness, as they were sent, and by the gateway, as they arrived. */
  readonly sent: number;
  readonly arrived: number;
}

/**
 * Whether harness and gateway counted the same commits. More at the gateway are tries that a client
 * library made by itself, which no latency here shows; fewer never reached the database.
 */
export function witnessCheck(run: RunFacts): readonly Check[] {
  if (run.limitsMode === "off") return [];
  const phases = run.phases.flatMap(({ name, limits }): readonly Counted[] =>
    limits === null ? [] : [{ name, sent: limits.commitsSent, arrived: limits.commits }],
  );
  const sent = phases.reduce((total, phase) => total + phase.sent, 0);
  const [worst] = [...phases].sort((left, right) => excess(right) - excess(left));
  const isOff = worst !== undefined && excess(worst) > 0;
  return [
    {
      id: "harness.witness",
      group: "harness",
      ...(isOff ? { phase: worst.name } : {}),
      title: "Commits sent and commits seen by the gateway",
      section: null,
      target: `within ${WITNESS_SHARE * 100}% or ${WITNESS_ALLOWED} in every phase`,
      figure:
        worst === undefined || sent === 0
          ? "no samples"
          : `${formatCount(worst.sent)} sent, ${formatCount(worst.arrived)} seen`,
      value: worst === undefined ? null : Math.abs(worst.sent - worst.arrived),
      bound: worst === undefined ? null : allowed(worst),
      unit: "commits",
      samples: sent,
      basis: run.basis,
      verdict: sent > 0 && !isOff ? "pass" : "fail",
      detail: detailOf(worst, isOff),
    },
  ];
}

function allowed({ sent }: Counted): number {
  return Math.max(WITNESS_ALLOWED, sent * WITNESS_SHARE);
}

/** By how much the counts differ beyond what is allowed; negative when they do not. */
function excess(phase: Counted): number {
  return Math.abs(phase.sent - phase.arrived) - allowed(phase);
}

function detailOf(worst: Counted | undefined, isOff: boolean): string {
  if (worst === undefined) return "No phase was counted by both.";
  if (!isOff) return `Furthest apart in ${worst.name}. No client library tried again unseen.`;
  return worst.arrived > worst.sent
    ? `In ${worst.name} the gateway saw more: a client library tried again by itself, and its latencies hide it.`
    : `In ${worst.name} the gateway saw fewer: commits were lost on the way, or went past it.`;
}
