import { formatLatency, formatRate } from "../report/format-figures.ts";
import type { Result } from "../report/result.ts";
import { outcomeOf, type Outcome } from "./outcome.ts";

/** A figure as the model has it, and as it was measured. */
interface Comparison {
  readonly figure: string;
  readonly predicted: string;
  readonly measured: string;
  /** How far the two may lie apart. */
  readonly error: string;
  readonly agrees: boolean;
}

export interface Validation {
  /** What the winner was run on: "the embedded engine of Plimsoll, through the gateway". */
  readonly target: string;
  readonly seed: number;
  /** The commands of both runs. */
  readonly predictedBy: string;
  readonly measuredBy: string;
  readonly comparisons: readonly Comparison[];
  /**
   * `agrees`, `disagrees`, or `inconclusive`: the machine was too busy to measure, and said so.
   */
  readonly verdict: "agrees" | "disagrees" | "inconclusive";
  readonly detail: string;
}

/**
 * How far a measurement may lie from its prediction. The model lets the service's own computing and
 * the gateway's process take no time; on one machine with all of them, a pulse's commit takes some
 * milliseconds of each, and queues when a core is busy.
 */
const ERROR = {
  /** Of committed writes a second: sweeps end raggedly. */
  throughputShare: 0.03,
  freshnessShare: 0.25,
  freshnessMs: 100,
  /** Of the share of attempts refused. */
  refusedShare: 0.005,
} as const;

/** A load above so many times its cores, and a machine's own latencies are not the service's. */
const LOAD_PER_CPU_MAX = 2;

/** Checks of the machine, not of the service: they make a measurement worth less, not wrong. */
const OF_THE_MACHINE: ReadonlySet<string> = new Set(["harness.generator", "harness.pulse-lane"]);

/** The same load and seed, predicted on a virtual clock and measured in real time. */
export function compareRuns(predicted: Result, measured: Result): Validation {
  const model = outcomeOf(predicted);
  const real = outcomeOf(measured);
  const comparisons = [
    throughput(model, real),
    freshness(model, real),
    refusals(model, real),
    brokenChecks(model, real),
  ];
  const busy = [
    ...real.undecided.filter(({ id }) => OF_THE_MACHINE.has(id)).map(({ id }) => id),
    ...overload(measured),
  ];
  const agrees = comparisons.every((one) => one.agrees);
  return {
    target: measured.target.description,
    seed: measured.run.seed,
    predictedBy: predicted.run.command,
    measuredBy: measured.run.command,
    comparisons,
    verdict: agrees ? "agrees" : busy.length > 0 ? "inconclusive" : "disagrees",
    detail: detailOf(agrees, busy),
  };
}

function overload({ run: { machine } }: Result): readonly string[] {
  if (machine === null || machine.loadAverage <= machine.cpus * LOAD_PER_CPU_MAX) return [];
  return [`load ${machine.loadAverage} on ${machine.cpus} cores`];
}

function detailOf(agrees: boolean, busy: readonly string[]): string {
  const late =
    busy.length === 0
      ? ""
      : ` The machine was too busy to measure on (${busy.join(", ")}), so latencies measured are partly its own.`;
  return `${agrees ? "Every figure lies within the stated error." : "A figure lies outside of the stated error."}${late}`;
}

function throughput(model: Outcome, real: Outcome): Comparison {
  const allowed = model.committedPerSecond * ERROR.throughputShare;
  return {
    figure: "writes committed",
    predicted: formatRate(model.committedPerSecond),
    measured: formatRate(real.committedPerSecond),
    error: `±${ERROR.throughputShare * 100}%`,
    agrees: Math.abs(real.committedPerSecond - model.committedPerSecond) <= allowed,
  };
}

function freshness(model: Outcome, real: Outcome): Comparison {
  const allowedMs = model.freshnessP99Ms * ERROR.freshnessShare + ERROR.freshnessMs;
  return {
    figure: "freshness p99",
    predicted: formatLatency(model.freshnessP99Ms),
    measured: formatLatency(real.freshnessP99Ms),
    error: `±(${ERROR.freshnessShare * 100}% + ${ERROR.freshnessMs} ms)`,
    agrees: Math.abs(real.freshnessP99Ms - model.freshnessP99Ms) <= allowedMs,
  };
}

function refusals(model: Outcome, real: Outcome): Comparison {
  const share = ({ refusedAttempts, attempts }: Outcome): number =>
    attempts === 0 ? 0 : refusedAttempts / attempts;
  return {
    figure: "attempts refused",
    predicted: percent(share(model)),
    measured: percent(share(real)),
    error: `±${percent(ERROR.refusedShare)} of the attempts`,
    agrees: Math.abs(share(real) - share(model)) <= ERROR.refusedShare,
  };
}

function percent(share: number): string {
  return `${Math.round(share * 10_000) / 100}%`;
}

function brokenChecks(model: Outcome, real: Outcome): Comparison {
  const list = ({ failed }: Outcome): string =>
    failed.length === 0 ? "none" : [...failed].sort().join(", ");
  return {
    figure: "checks failed",
    predicted: list(model),
    measured: list(real),
    error: "the same",
    agrees: list(model) === list(real),
  };
}
