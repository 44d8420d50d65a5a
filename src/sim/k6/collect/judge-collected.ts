import type { Check, Verdict } from "../../report/result.ts";
import { BENCHMARK, LATE_SHARE } from "../../verify/benchmark-table.ts";
import { formatCount, formatMs, plural } from "../../verify/check.ts";
import { latencyCheck, type LatencyTarget } from "../../verify/latency-check.ts";
import type { MergedCounts, MergedOperation } from "./merge-counts.ts";

/** Of what was planned, so much may be missing: criterion of the harness's own load. */
const ACHIEVED_SHARE = 0.99;

/** Judges a collected load as a run's: the document's figures, and whether the load was what it claims. */
export function judgeCollected(merged: MergedCounts, basis: Check["basis"]): readonly Check[] {
  const { operations } = merged;
  const signUps = operations.filter(({ name }) => name === "sign-up");
  const queries = operations.filter(({ name }) => name !== "sign-up" && name !== "ledger-create");
  return [
    ...(queries.length === 0 ? [] : [latency(QUERY, queries, merged, basis)]),
    ...(signUps.length === 0 ? [] : [latency(ONBOARDING, signUps, merged, basis)]),
    segments(merged, basis),
    load(merged, basis),
    generator(merged, basis),
    faults(merged, basis),
    failures(merged, basis),
  ];
}

const QUERY: LatencyTarget = {
  id: "benchmark.query",
  title: "Query performance",
  section: BENCHMARK.section,
  ...BENCHMARK.query,
};
const ONBOARDING: LatencyTarget = {
  id: "benchmark.onboarding",
  title: "User onboarding",
  section: BENCHMARK.section,
  ...BENCHMARK.onboarding,
};

function latency(
  target: LatencyTarget,
  operations: readonly MergedOperation[],
  merged: MergedCounts,
  basis: Check["basis"],
): Check {
  const samples = operations.reduce((sum, one) => sum + one.latency.count, 0);
  const figures = operations.map(({ name, latency: histogram }) => ({
    where: name,
    histogram: histogram.summarize({ metric: name, phase: null, describes: DESCRIBES }),
    late: isLate(merged),
    worstLatenessMs: merged.worstLatenessMs,
    cut: false,
    explain: () => "",
  }));
  return latencyCheck(target, basis, samples, figures);
}

const DESCRIBES = "from the intended start to the answer, as k6 sees it, to within one part in 64";

interface Finding {
  readonly id: string;
  readonly title: string;
  readonly target: string;
  readonly figure: string;
  readonly value: number;
  readonly bound: number;
  readonly unit: string;
  readonly samples: number;
  readonly verdict: Verdict;
  readonly detail: string;
}

function harness(finding: Finding, basis: Check["basis"]): Check {
  const isEmpty = finding.samples === 0;
  return {
    ...finding,
    group: "harness",
    section: null,
    basis,
    ...(isEmpty ? { figure: "no samples", verdict: "fail" as const } : {}),
  };
}

function segments({ segments: there, segmentFaults }: MergedCounts, basis: Check["basis"]): Check {
  const finding = {
    id: "harness.segments",
    title: "Every part of the load reported",
    target: "the whole load, each part once",
    figure: segmentFaults.length === 0 ? plural(there.length, "segment") : segmentFaults.join("; "),
    value: segmentFaults.length,
    bound: 0,
    unit: "gaps",
    samples: there.length,
    verdict: segmentFaults.length === 0 ? ("pass" as const) : ("fail" as const),
    detail:
      segmentFaults.length === 0
        ? `Reported: ${there.join(", ")}.`
        : `Reported: ${there.join(", ") || "none"}. A k6 that was killed, or whose summary failed, reports nothing; its pod's log says more.`,
  };
  return harness(finding, basis);
}

function load({ operations }: MergedCounts, basis: Check["basis"]): Check {
  const [worst] = [...operations].sort((one, other) => achieved(one) - achieved(other));
  const share = worst === undefined ? 0 : achieved(worst);
  return harness(
    {
      id: "harness.load",
      title: "The load was what was asked for",
      target: `at least ${ACHIEVED_SHARE * 100}% of the arrivals of each operation`,
      figure: `${(share * 100).toFixed(1)}% of ${worst?.name ?? "nothing"}`,
      value: share,
      bound: ACHIEVED_SHARE,
      unit: "share",
      samples: operations.reduce((sum, { ended }) => sum + ended, 0),
      verdict: share >= ACHIEVED_SHARE ? "pass" : "fail",
      detail: operations
        .map(
          ({ name, ended, planned }) => `${name} ${formatCount(ended)} of ${formatCount(planned)}`,
        )
        .join(", "),
    },
    basis,
  );
}

/** k6 starts the arrival that is due at the end itself or does not. */
function achieved({ ended, planned }: MergedOperation): number {
  return planned === 0 ? 0 : Math.min(1, (ended + 1) / planned);
}

function isLate({ late, iterations }: MergedCounts): boolean {
  return late > iterations * LATE_SHARE;
}

/** An arrival that was dropped is load that nobody made: the run fails. One that was late decides nothing. */
function generator(merged: MergedCounts, basis: Check["basis"]): Check {
  const { late, dropped, iterations, worstLatenessMs } = merged;
  const kept = isLate(merged) ? "inconclusive" : "pass";
  return harness(
    {
      id: "harness.generator",
      title: "Load generator kept its schedule",
      target: `at most ${LATE_SHARE * 100}% of arrivals over 50 ms late, none dropped`,
      figure: `${formatCount(late)} late, ${formatCount(dropped)} dropped`,
      value: late + dropped,
      bound: iterations * LATE_SHARE,
      unit: "arrivals",
      samples: iterations,
      verdict: dropped > 0 ? "fail" : kept,
      detail: `Worst lateness ${formatMs(worstLatenessMs)}. ${dropped > 0 ? "k6 had no virtual user free when an arrival fell due: use more segments." : "Latencies count from the intended start."}`,
    },
    basis,
  );
}

function faults({ faults: thrown, iterations }: MergedCounts, basis: Check["basis"]): Check {
  return harness(
    {
      id: "harness.k6-faults",
      title: "Iterations that threw",
      target: "0",
      figure: formatCount(thrown),
      value: thrown,
      bound: 0,
      unit: "iterations",
      samples: iterations,
      verdict: thrown === 0 ? "pass" : "fail",
      detail: thrown === 0 ? "" : "The script itself is at fault; k6's log has the stack.",
    },
    basis,
  );
}

function failures({ operations }: MergedCounts, basis: Check["basis"]): Check {
  const all = operations.flatMap(({ name, failures: some }) =>
    some.map(([code, count]) => ({ name, code, count })),
  );
  const total = all.reduce((sum, { count }) => sum + count, 0);
  const [most] = [...all].sort((one, other) => other.count - one.count);
  return harness(
    {
      id: "harness.client-errors",
      title: "Client operations that failed",
      target: "0",
      figure: formatCount(total),
      value: total,
      bound: 0,
      unit: "operations",
      samples: operations.reduce((sum, { ended }) => sum + ended, 0),
      verdict: total === 0 ? "pass" : "fail",
      detail:
        most === undefined
          ? "Every operation ran as its user, with a token."
          : `Most frequent: ${most.name} ${most.code} (${formatCount(most.count)} times).`,
    },
    basis,
  );
}
