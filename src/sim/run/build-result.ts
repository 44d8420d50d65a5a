import type { RunOptions } from "../config/run-options.ts";
import {
  SCHEMA_VERSION,
  type Check,
  type HistogramSummary,
  type Result,
} from "../report/result.ts";
import { provenanceOf, type Basis, type CalibrationFacts } from "../report/basis.ts";
import { thinPhases } from "../report/thin-series.ts";
import type { LimiterConfig } from "../../system/limiter/config.ts";
import { figureFor } from "../../system/limiter/tenant-shares.ts";
import type { Target } from "../targets/target.ts";
import { benchmarkChecks } from "../verify/benchmark-checks.ts";
import { dataChecks } from "../verify/data-checks.ts";
import type { DataAudit } from "../verify/data-audit.ts";
import type { LimitsHeld, PhaseFacts, RunFacts } from "../verify/facts.ts";
import { harnessChecks } from "../verify/harness-checks.ts";
import { limiterChecks } from "../verify/limiter-checks.ts";
import { limitsChecks } from "../verify/limits-checks.ts";
import { softenUnreached } from "../verify/partial-run.ts";
import { throughputChecks } from "../verify/throughput-checks.ts";
import { brokeFirst, headline, overallVerdict } from "../verify/verdict.ts";
import { Histogram } from "../measure/histogram.ts";
import { plansOf } from "./plans-of.ts";
import { replayCommand } from "./replay-command.ts";
import { commitName, machineFacts, versions } from "./machine-facts.ts";
import type { MemoryPeaks } from "./memory-watch.ts";
import type { RunState } from "./run-state.ts";
import { shapingOptions } from "./shaping-options.ts";

export interface RunEnd {
  readonly id: string;
  readonly options: RunOptions;
  readonly limiterConfig: LimiterConfig;
  /** See inputs-hash.ts. */
  readonly inputs: string;
  /** Whose figures the model reckoned with; undefined: they were assumed. */
  readonly calibration: CalibrationFacts | undefined;
  readonly target: Pick<
    Target,
    | "kind"
    | "isPosed"
    | "description"
    | "reason"
    | "endpoint"
    | "limits"
    | "latency"
    | "evaluatesRules"
  >;
  readonly state: RunState;
  /** Of those who looked on from outside, such as Cloud Monitoring. */
  readonly outsideChecks?: readonly Check[];
  /** undefined when the run ended before the database could be read back. */
  readonly audit: DataAudit | undefined;
  readonly partialReason: string | null;
  readonly startedWallMs: number;
  readonly finishedWallMs: number;
  /** null where the figures depend on no machine. */
  readonly memory: MemoryPeaks | null;
}

/** Turns what a run recorded into its result: facts, checks, verdict, headline. */
export function buildResult(end: RunEnd): Result {
  const { state, options, partialReason } = end;
  const facts = state.phases.map((phase) => phase.facts);
  const run = runFacts(end, facts);
  const checks = checksOf(end, run);
  const verdict = overallVerdict(checks, partialReason === null);
  const first = brokeFirst(checks, facts);
  return {
    schemaVersion: SCHEMA_VERSION,
    run: runPart(end),
    target: {
      kind: end.target.kind,
      description: end.target.description,
      reason: end.target.reason,
      endpoint: end.target.endpoint,
      limits: end.target.limits,
      latency: end.target.latency,
      evaluatesRules: end.target.evaluatesRules,
      ...(end.calibration === undefined ? {} : { calibration: end.calibration }),
      ...assumedPart(end),
    },
    population: populationPart(state),
    limiter: {
      strategy: end.limiterConfig.enable_rate_limiting ? options.limiter : "disabled",
      preset: options.limiterConfig,
      config: { ...end.limiterConfig },
    },
    verdict,
    headline: headline({
      checks,
      verdict,
      users: options.users,
      limiter: end.limiterConfig.enable_rate_limiting ? options.limiter : "disabled",
      partialReason,
      brokeFirst: first,
    }),
    brokeFirst: first,
    checks: [...checks],
    phases: state.phases.map(({ result, startedWallMs }) => ({
      ...result,
      startedAtMs: Math.max(0, Math.round(startedWallMs - end.startedWallMs)),
    })),
    ...state.witnessed,
    histograms: histogramsOf(run, state),
    // What checks and verdicts are made from are the seconds themselves.
    series: state.phases.flatMap(({ series }) => thinPhases(series)),
  };
}

/** What the calibration has not found, if there is one. */
function assumedPart({ state, calibration }: RunEnd): Pick<Result["target"], "assumed"> {
  const found = new Set(calibration?.constants.map(({ id }) => id));
  const assumed = state.assumed.filter(({ id }) => !found.has(id));
  return assumed.length === 0 ? {} : { assumed };
}

function checksOf(end: RunEnd, run: RunFacts): readonly Check[] {
  const expectTrades = run.phases.some(({ counts }) => counts.pnlCommitted > 0);
  const checks = [
    ...benchmarkChecks(run),
    ...throughputChecks(run),
    ...limitsChecks(run),
    ...limiterChecks(run),
    ...harnessChecks(run),
    ...(end.audit === undefined ? [] : dataChecks(end.audit, run.storedBasis, expectTrades)),
    ...(end.outsideChecks ?? []),
  ];
  return softened(
    end,
    run,
    checks.map((check) => ({ ...check, basis: basisIn(check, run, end) })),
  );
}

/** What the limits' model itself says comes from cohorts where the whole run does. */
function basisIn({ basis }: Check, run: RunFacts, { calibration }: RunEnd): Basis {
  if (basis !== "modelled") return basis;
  if (run.basis.startsWith("modelled")) return run.basis;
  return `modelled, ${provenanceOf(calibration, "limits")}`;
}

function softened(end: RunEnd, run: RunFacts, checks: readonly Check[]): readonly Check[] {
  if (end.partialReason === null) return checks;
  const cut = run.phases.filter((phase) => phase.cut).map(({ name }) => name);
  return softenUnreached(checks, new Set(cut));
}

function runFacts(end: RunEnd, phases: readonly PhaseFacts[]): RunFacts {
  const { state, options } = end;
  return {
    basis: basisOf(end),
    storedBasis: isModelled(end) ? modelledBasis(end) : `measured on ${placeOf(end.target)}`,
    limitsMode: end.target.limits,
    evaluatesRules: end.target.evaluatesRules,
    phases,
    // Loaded past limits and latencies: on a virtual clock that takes no time, which says nothing.
    provisioning: (isModelled(end) ? new Histogram() : state.provisioning).summarize({
      metric: "onboarding",
      phase: null,
      describes: "one sign-up of the population, 24 at a time, to the commit of all seven groups",
    }),
    provisionedUsers:
      state.population.users.filter(({ uid }) => state.tenantOf.has(uid)).length * state.cohort,
    requestedUsers: options.users,
    limits: limitsHeld(end),
  };
}

/** Of what was measured through the gateway: it says what of it was modelled. */
function basisOf(end: RunEnd): Basis {
  if (isModelled(end)) return modelledBasis(end);
  const { limits, latency } = end.target;
  const { calibration } = end;
  const limited =
    limits === "on" ? (`, limits modelled (${provenanceOf(calibration, "limits")})` as const) : "";
  const delayed =
    latency === "off"
      ? ""
      : (`, latency modelled (${latency}, ${provenanceOf(calibration, "latency")})` as const);
  return `measured on ${placeOf(end.target)}${limited}${delayed}`;
}

/** On a virtual clock nothing is measured: every duration is what the model says. */
function isModelled({ options }: Pick<RunEnd, "options">): boolean {
  return options.clock === "virtual";
}

/** Says in what cohorts users were taken together. */
function modelledBasis({ state: { cohort }, calibration, target }: RunEnd): Basis {
  const scope = target.latency === "off" ? "limits" : "model";
  const whose = provenanceOf(calibration, scope);
  return cohort === 1 ? `modelled, ${whose}` : `modelled, cohorts of ${cohort}, ${whose}`;
}

type Place = "emulator" | "embedded engine" | "staging" | "posed project";

function placeOf({ kind, isPosed = false }: Pick<Target, "kind" | "isPosed">): Place {
  switch (kind) {
    case "emulator":
      return "emulator";
    case "embedded":
      return "embedded engine";
    case "staging":
      return isPosed ? "posed project" : "staging";
  }
}

/** The limits the document states by default; a run without a limiter is held against them too. */
const DOCUMENT_LIMITS = { batchWriteLimit: 500, docWriteLimit: 50 };

function limitsHeld({ limiterConfig: config, options, state }: RunEnd): LimitsHeld {
  const termsOf = tenantTerms(config, state);
  if (!config.enable_rate_limiting) {
    const source = "the service's document (its limiter is disabled)";
    return { ...DOCUMENT_LIMITS, source, termsOf };
  }
  return {
    // The ramp knows no batch_write_limit (limiter/ramp.ts).
    batchWriteLimit:
      options.limiter === "ramp" ? config.tuning.ramp.maximumPerSecond : config.batch_write_limit,
    docWriteLimit: config.doc_write_limit,
    source: `the ${options.limiterConfig} limiter configuration`,
    termsOf,
  };
}

function tenantTerms(
  { tuning }: LimiterConfig,
  { population }: RunState,
): (tenantId: string) => string {
  const { weights, limits } = tuning.tenants;
  const planOf = plansOf(population);
  return (tenantId) => {
    const plan = planOf(tenantId);
    const weight = figureFor(weights, tenantId, plan) ?? 1;
    const limit = figureFor(limits, tenantId, plan) ?? "none";
    return `weight ${weight}, limit ${limit}`;
  };
}

function runPart(end: RunEnd): Result["run"] {
  const { options, memory } = end;
  return {
    id: end.id,
    status: end.partialReason === null ? "complete" : "partial",
    partialReason: end.partialReason,
    startedAt: new Date(end.startedWallMs).toISOString(),
    finishedAt: new Date(end.finishedWallMs).toISOString(),
    durationMs: end.finishedWallMs - end.startedWallMs,
    command: replayCommand({ ...options, cohort: end.state.cohort }),
    seed: options.seed,
    commit: commitName(),
    inputs: end.inputs,
    ...(memory === null ? anywhere(options) : onThisMachine(end, memory)),
  };
}

type MachinePart = Pick<
  Result["run"],
  "versions" | "machine" | "options" | "harnessPeakMiB" | "targetPeakMiB" | "gatewayPeakMiB"
>;

function onThisMachine({ options, state }: RunEnd, memory: MemoryPeaks): MachinePart {
  const generators = state.phases.flatMap(({ facts }) => facts.generator?.name.split(" ") ?? []);
  const [name, version] = generators;
  return {
    versions: {
      ...versions(),
      ...(name === undefined || version === undefined ? {} : { [name]: version }),
    },
    machine: machineFacts(),
    options: { ...options },
    harnessPeakMiB: memory.harnessMiB,
    targetPeakMiB: memory.targetMiB,
    gatewayPeakMiB: memory.gatewayMiB,
  };
}

/** Nothing that another machine, or another folder, would have otherwise. */
function anywhere(options: RunOptions): MachinePart {
  const dependencies = Object.entries(versions()).filter(([name]) => name !== "node");
  return {
    versions: Object.fromEntries(dependencies),
    machine: null,
    options: shapingOptions(options),
    harnessPeakMiB: null,
    targetPeakMiB: null,
  };
}

function populationPart(state: RunState): Result["population"] {
  const { cohort } = state;
  const { tenants, users } = state.population;
  const largest = Math.max(0, ...tenants.map(({ userIndexes }) => userIndexes.length));
  const openTrades = [...state.openTrades.values()].reduce((total, count) => total + count, 0);
  return {
    tenants: tenants.length * cohort,
    users: users.length * cohort,
    largestTenantUsers: largest * cohort,
    openTrades: openTrades * cohort,
    provisioningMs: Math.round(state.provisioningMs),
  };
}

function histogramsOf(run: RunFacts, state: RunState): HistogramSummary[] {
  const phases = state.phases.flatMap(({ histograms }) => histograms);
  return run.provisioning.count === 0 ? phases : [run.provisioning, ...phases];
}
