import type { Check, Verdict } from "../report/result.ts";
import { LATE_SHARE, LATE_WAKE_SHARE } from "./benchmark-table.ts";
import { formatCount, formatMs } from "./check.ts";
import { driverCheck } from "./driver-check.ts";
import type { PhaseFacts, RunFacts } from "./facts.ts";
import { arrivalsOf, startedLate, wokeLate } from "./late-phase.ts";
import { witnessCheck } from "./witness-check.ts";

/**
 * Whether the harness did its own part. A generator that was late did not drive the load it
 * claims, so the run is inconclusive; a client operation that failed is a fault of the service.
 */
export function harnessChecks(run: RunFacts): readonly Check[] {
  const driven = run.phases.filter(({ hasClients }) => hasClients);
  const generated = run.phases.filter(
    ({ hasClients, directWritesPerSecond }) => hasClients || directWritesPerSecond !== null,
  );
  const pulsed = run.phases.filter(({ hasPulse }) => hasPulse);
  return [
    ...(generated.length === 0 ? [] : [generator(run, generated)]),
    ...driverCheck(run),
    ...(pulsed.length === 0 ? [] : [pulseLane(run, pulsed)]),
    ...(driven.length === 0 ? [] : [clientErrors(run, driven)]),
    ...witnessCheck(run),
  ];
}

/** Only the official emulator evaluates security rules. */
const RULES_NOT_EVALUATED =
  "Rules are not evaluated on the embedded engine; they are covered by the test suite where the emulator is.";

/** A posed project may have the emulator behind it or not: it alone says so. */
function rulesUnseen({ storedBasis }: RunFacts): string {
  return storedBasis === "measured on posed project"
    ? "Whether rules were evaluated is said by the posed project."
    : RULES_NOT_EVALUATED;
}

const REMEDY =
  "this machine could not drive the load, so latencies missed there show it and not the service. Lower --users, or run on a quieter machine.";

function generator(run: RunFacts, phases: readonly PhaseFacts[]): Check {
  const late = sum(phases, ({ counts }) => counts.lateArrivals + counts.directLate);
  const dropped = sum(phases, ({ counts }) => counts.droppedArrivals);
  const arrivals = sum(phases, arrivalsOf);
  const worst = Math.max(0, ...phases.map(({ counts }) => counts.worstLatenessMs));
  return {
    ...lateness(run, phases.find(startedLate), arrivals, worst),
    id: "harness.generator",
    title: "Load generator kept its schedule",
    target: `in every phase at most ${LATE_SHARE * 100}% of arrivals over 50 ms late, none dropped`,
    figure:
      arrivals === 0 ? "no samples" : `${formatCount(late)} late, ${formatCount(dropped)} dropped`,
    value: late + dropped,
    bound: arrivals * LATE_SHARE,
    unit: "arrivals",
  };
}

/** The pulse measures from due moments its own timers bring about: those must not be late either. */
function pulseLane(run: RunFacts, phases: readonly PhaseFacts[]): Check {
  const wakes = sum(phases, ({ counts }) => counts.wakes);
  const late = sum(phases, ({ counts }) => counts.lateWakes);
  const worst = Math.max(0, ...phases.map(({ counts }) => counts.worstWakeMs));
  return {
    ...lateness(run, phases.find(wokeLate), wakes, worst),
    id: "harness.pulse-lane",
    title: "The pulse's timers kept their schedule",
    target: `in every phase at most ${LATE_WAKE_SHARE * 100}% of wakes over 50 ms late`,
    figure: wakes === 0 ? "no samples" : `${formatCount(late)} of ${formatCount(wakes)} late`,
    value: late,
    bound: wakes * LATE_WAKE_SHARE,
    unit: "wakes",
  };
}

function lateness(
  run: RunFacts,
  latePhase: PhaseFacts | undefined,
  samples: number,
  worstMs: number,
): Pick<Check, "group" | "phase" | "section" | "samples" | "basis" | "verdict" | "detail"> {
  const kept: Verdict = latePhase === undefined ? "pass" : "inconclusive";
  const detail =
    latePhase === undefined
      ? "Latencies count from the intended start."
      : `In ${latePhase.name}, ${REMEDY}`;
  return {
    group: "harness",
    ...(latePhase === undefined ? {} : { phase: latePhase.name }),
    section: null,
    samples,
    basis: run.basis,
    verdict: samples === 0 ? "fail" : kept,
    detail:
      samples === 0 ? "Nothing was started." : `Worst lateness ${formatMs(worstMs)}. ${detail}`,
  };
}

function clientErrors(run: RunFacts, phases: readonly PhaseFacts[]): Check {
  const operations = sum(phases, ({ counts }) => counts.clientOperations);
  const errors = sum(phases, ({ counts }) => counts.clientErrors);
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
        ? `Every operation ran as its user, with a token${run.evaluatesRules ? ", through the security rules." : `. ${rulesUnseen(run)}`}`
        : `Most frequent: ${cause?.[0] ?? "unknown"} (${formatCount(cause?.[1] ?? errors)} times).`,
  };
}

function sum(phases: readonly PhaseFacts[], count: (phase: PhaseFacts) => number): number {
  return phases.reduce((total, phase) => total + count(phase), 0);
}
