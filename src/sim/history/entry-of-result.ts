import { hashName } from "../../std/rng.ts";
import { Histogram } from "../measure/histogram.ts";
import type { Check, HistogramSummary, Phase, Result } from "../report/result.ts";
import { HISTORY_FORMAT, type HistoryEntry, type HistoryFigure } from "./history-entry.ts";
import { OF_THE_REPORT } from "../run/shaping-options.ts";
import { quantileBounds } from "./quantile-bounds.ts";

/** Under which name a run is made night after night, and when it came to the history (ISO 8601). */
export interface Occasion {
  readonly lane: string;
  readonly at: string;
}

/** A run as the history keeps it. */
export function entryOfResult(result: Result, { lane, at }: Occasion): HistoryEntry {
  const { run, target } = result;
  return {
    format: HISTORY_FORMAT,
    run: run.id,
    // A virtual clock shows the same time every night.
    startedAt: run.machine === null ? at : run.startedAt,
    verdict: result.verdict,
    unfit: unfitnessOf(result),
    commit: run.commit,
    key: {
      lane,
      target: `${target.kind}, limits ${target.limits}, latency ${target.latency}`,
      driver: driverOf(run),
      config: hashName(configOf(result)),
      model: hashName(target.assumed ?? []),
      calibration: calibrationOf(target.calibration),
      machine: machineClass(run.machine),
    },
    facts: factsOf(result),
    figures: figuresOf(result),
  };
}

function driverOf({ options }: Result["run"]): string {
  const { driver } = options;
  return typeof driver === "string" ? driver : "node";
}

function calibrationOf(calibration: Result["target"]["calibration"]): string {
  return calibration === undefined ? "none" : `${calibration.hash} of ${calibration.date}`;
}

/** What was asked of the run, however it was asked. */
function configOf({ run, limiter, population }: Result): unknown {
  const options = Object.entries(run.options)
    .filter(([name]) => !OF_THE_REPORT.has(name))
    .toSorted(([left], [right]) => (left < right ? -1 : 1));
  const config = Object.entries(limiter.config).toSorted(([left], [right]) =>
    left < right ? -1 : 1,
  );
  return [options, run.inputs ?? null, limiter.strategy, config, population.users];
}

/** Its load differs from night to night; what it is does not. Memory: to the nearest GiB. */
function machineClass(machine: Result["run"]["machine"]): string {
  if (machine === null) return "any (virtual clock)";
  return `${machine.cpus} × ${machine.cpuModel}, ${Math.round(machine.memoryGiB)} GiB`;
}

function factsOf({ run, target, population, phases }: Result): HistoryEntry["facts"] {
  return {
    ...run.versions,
    target: target.description,
    generator: phases.find(({ generator }) => generator !== undefined)?.generator?.name ?? "node",
    seed: String(run.seed),
    users: String(population.users),
    load: run.machine === null ? "none" : String(run.machine.loadAverage),
  };
}

/** A run that did not keep its own schedule says nothing about the service. */
const OF_THE_GENERATOR = new Set(["harness.generator", "harness.pulse-lane", "harness.witness"]);

function unfitnessOf({ run, checks }: Result): string | null {
  if (run.status === "partial") return `cut short: ${run.partialReason ?? "no reason given"}`;
  const failed = checks.find(({ id, verdict }: Check) => {
    return verdict === "fail" && OF_THE_GENERATOR.has(id);
  });
  return failed === undefined ? null : `${failed.title}: ${failed.figure}`;
}

function figuresOf(result: Result): HistoryFigure[] {
  return [
    ...result.histograms.flatMap(latencies),
    ...result.phases.flatMap(phaseFigures),
    ...memoryFigures(result),
  ];
}

const QUANTILES = [
  { name: "p50", share: 0.5 },
  { name: "p95", share: 0.95 },
  { name: "p99", share: 0.99 },
] as const;
/** Samples beyond a quantile that make it more than the luck of a few. */
const BEYOND_MIN = 10;

function latencies({ metric, phase, count, encoded }: HistogramSummary): HistoryFigure[] {
  const quantiles = QUANTILES.filter(({ share }) => count * (1 - share) >= BEYOND_MIN);
  if (quantiles.length === 0) return [];
  const histogram = Histogram.decode(encoded);
  return quantiles.map(({ name, share }) => {
    const bounds = quantileBounds(count, share);
    return {
      metric: `${metric} ${name} (${phase ?? "provisioning"})`,
      unit: "ms",
      better: "lower",
      value: histogram.quantileMs(share),
      low: histogram.quantileMs(bounds.low),
      high: histogram.quantileMs(bounds.high),
      samples: count,
    };
  });
}

function phaseFigures(phase: Phase): HistoryFigure[] {
  const { name, limits, clientOperations, clientErrors, committedPerSecond } = phase;
  return [
    ...(phase.writesCommitted === 0
      ? []
      : [
          {
            metric: `writes committed a second (${name})`,
            unit: "/s",
            better: "higher" as const,
            value: committedPerSecond,
            samples: phase.writesCommitted,
          },
        ]),
    ...share(`commits tried again (${name})`, phase.retriedCommits, phase.usersSwept),
    ...share(`client operations failed (${name})`, clientErrors, clientOperations),
    ...share(
      `attempts refused by a limit (${name})`,
      limits?.refusedAttempts ?? 0,
      (limits?.commits ?? 0) + (limits?.queries ?? 0),
    ),
  ];
}

/** A share of rare events. Half an event more and one chance more keep it from zero (Jeffreys). */
function share(metric: string, events: number, outOf: number): HistoryFigure[] {
  if (outOf === 0) return [];
  const value = (events + 0.5) / (outOf + 1);
  return [{ metric, unit: "share", better: "lower", value, samples: outOf, events }];
}

function memoryFigures({ run }: Result): HistoryFigure[] {
  const peaks = [
    ["peak memory of the harness", run.harnessPeakMiB],
    ["peak memory of the target", run.targetPeakMiB],
    ["peak memory of the gateway", run.gatewayPeakMiB ?? null],
  ] as const;
  return peaks.flatMap(([metric, value]) =>
    value === null || value <= 0
      ? []
      : [{ metric, unit: "MiB", better: "lower" as const, value, samples: 1 }],
  );
}
