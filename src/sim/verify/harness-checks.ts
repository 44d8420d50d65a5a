import type { Check, Verdict } from "../report/result.ts";
import { LATE_SHARE } from "./benchmark-table.ts";
import { formatCount, formatMs } from "./check.ts";
import type { PhaseFacts, RunFacts } from "./facts.ts";

/**
 * Whether the harness did its own part. A generator that was late did not drive the load it
 * claims, so the run is inconclusive; a client operation that failed is a fault of the service.
 */
export function harnessChecks(run: RunFacts): readonly Check[] {
  const driven = run.phases.filter(({ hasClients }) => hasClients);
  return driven.length === 0 ? [] : [generator(run, driven), clientErrors(run, driven)];
}

function generator(run: RunFacts, phases: readonly PhaseFacts[]): Check {
  const arrivals = phases.reduce(
    (total, { counts }) => total + counts.clientOperations + counts.droppedArrivals,
    0,
  );
  const late = phases.reduce((total, { counts }) => total + counts.lateArrivals, 0);
  const dropped = phases.reduce((total, { counts }) => total + counts.droppedArrivals, 0);
  const worst = Math.max(0, ...phases.map(({ counts }) => counts.worstLatenessMs));
  const kept = arrivals > 0 && late <= arrivals * LATE_SHARE && dropped === 0;
  const verdict: Verdict = arrivals === 0 ? "fail" : kept ? "pass" : "inconclusive";
  return {
    id: "harness.generator",
    group: "harness",
    title: "Load generator kept its schedule",
    section: null,
    target: `at most ${LATE_SHARE * 100}% of arrivals over 50 ms late, none dropped`,
    figure:
      arrivals === 0 ? "no samples" : `${formatCount(late)} late, ${formatCount(dropped)} dropped`,
    value: late + dropped,
    bound: arrivals * LATE_SHARE,
    unit: "arrivals",
    samples: arrivals,
    basis: run.basis,
    verdict,
    detail: kept
      ? `Worst lateness ${formatMs(worst)}. Latencies count from the intended start.`
      : arrivals === 0
        ? "No client operation was started."
        : `Worst lateness ${formatMs(worst)}: this machine could not drive the load, so the figures show it and not the service. Lower --users, or run on a quieter machine.`,
  };
}

function clientErrors(run: RunFacts, phases: readonly PhaseFacts[]): Check {
  const operations = phases.reduce((total, { counts }) => total + counts.clientOperations, 0);
  const errors = phases.reduce((total, { counts }) => total + counts.clientErrors, 0);
  const [worst] = [...phases].sort(
    (left, right) => right.counts.clientErrors - left.counts.clientErrors,
  );
  const cause = worst?.failures.find(([name]) => name.startsWith("client "));
  return {
    id: "harness.client-errors",
    group: "harness",
    ...(worst === undefined ? {} : { phase: worst.name }),
    title: "Client operations that failed",
    section: null,
    target: "0",
    figure: operations === 0 ? "no samples" : formatCount(errors),
    value: errors,
    bound: 0,
    unit: "operations",
    samples: operations,
    basis: run.basis,
    verdict: operations > 0 && errors === 0 ? "pass" : "fail",
    detail:
      errors === 0
        ? "Every operation ran as its user, with a token, through the security rules."
        : `Most frequent: ${cause?.[0] ?? "unknown"} (${formatCount(cause?.[1] ?? errors)} times).`,
  };
}
