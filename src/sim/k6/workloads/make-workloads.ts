import { ratePerSecond } from "../../drivers/client-arrivals.ts";
import { clientOperation } from "../../config/scenario.ts";
import type { ClientLoad, ClientOperation, Scenario } from "../../config/scenario.ts";
import { findScenario } from "../../config/scenario-files.ts";
import { BENCHMARK } from "../../verify/benchmark-table.ts";
import { peakPerSecond, plannedArrivals, type RateStage } from "./rate-stages.ts";
import type { Workload, WorkloadName, WorkloadOperation } from "./workload-file.ts";

export interface WorkloadChoices {
  readonly users: number;
  readonly scenarios: readonly Scenario[];
  /** Whether there is somebody to sign people up. */
  readonly signUps: boolean;
  /** How long `soak` goes on. */
  readonly soakSeconds: number;
  /** The ramp ends at the first level at or above it, in writes a second. */
  readonly rampTo: number;
}

/** The longest that a healthy target was seen to stall; so much load must find virtual users free. */
const WORST_STALL_SECONDS = 1;
const VUS_MIN = 4;
/** A virtual user takes half a megabyte (92 MB with 100 of them; measured 2026-11-23). */
const VUS_MAX = 3_000;

/** The rule for ramping up a collection: 500 writes a second, then half as much again every 5 minutes.
 * https://firebase.google.com/docs/firestore/best-practices#ramping_up_traffic (read 2026-11-23) */
const RAMP_FROM = 500;
const RAMP_FACTOR = 1.5;
const RAMP_HOLD_SECONDS = 300;
/** Above it the rule has nothing to say that a generator of one machine could show. */
export const RAMP_TO_MAX = 10_000;
/** Five minutes become five seconds. */
const COMPRESSION = 60;

const SPIKE_FACTOR = 10;
const SMOKE_SECONDS = 10;

/** A load for each script, of the same operations and rates as the scenarios that they are named for. */
export function makeWorkloads(
  choices: WorkloadChoices,
): Readonly<Partial<Record<WorkloadName, Workload>>> {
  const active = clientsOf(choices, "active");
  const { durationSeconds: seconds } = findScenario("active", choices.scenarios);
  const spike: ClientLoad = {
    ...active,
    stages: [
      { untilShare: 0.4, factor: 1 },
      { untilShare: 0.6, factor: SPIKE_FACTOR },
      { untilShare: 1, factor: 1 },
    ],
  };
  const of = (load: ClientLoad, lasts: number, summary: string): Workload =>
    workload(choices, load, lasts, summary);
  const scenario = (name: string): Workload => {
    const { clients, durationSeconds: lasts, summary } = findScenario(name, choices.scenarios);
    return of(requireClients(clients, name), lasts, summary);
  };
  const all: Partial<Record<WorkloadName, Workload>> = {
    smoke: smoke(choices),
    load: of(active, seconds, "An active day's clients, evenly."),
    spike: of(spike, seconds, `The same, ten times as many for a fifth of the time.`),
    soak: of(active, choices.soakSeconds, "The same for a long time."),
    dashboards: scenario("dashboards"),
    "ledger-burst": scenario("ledger-burst"),
    "ramp-500-50-5": ramp(choices.rampTo, 1),
    "ramp-500-50-5-compressed": ramp(choices.rampTo, COMPRESSION),
    ...(choices.signUps ? { "onboarding-rush": scenario("onboarding-rush") } : {}),
  };
  // Of a handful of users nobody may do anything within the time.
  return Object.fromEntries(Object.entries(all).filter(([, { operations }]) => operations.length));
}

function clientsOf({ scenarios }: WorkloadChoices, name: string): ClientLoad {
  return requireClients(findScenario(name, scenarios).clients, name);
}

function requireClients(clients: ClientLoad | null, name: string): ClientLoad {
  if (clients === null) throw new Error(`scenario ${name} has no clients`);
  return clients;
}

function workload(
  { users, signUps }: WorkloadChoices,
  load: ClientLoad,
  seconds: number,
  summary: string,
): Workload {
  const operations = clientOperation.options
    .filter((name) => load.perUserPerMinute[name] && (signUps || name !== "sign-up"))
    .map((name) => operation(name, stagesOf(load, ratePerSecond(name, load, users), seconds)))
    .filter(({ stages }) => plannedArrivals(stages) > 0);
  return { summary, operations, thresholds: thresholdsOf(operations) };
}

function stagesOf({ stages }: ClientLoad, perSecond: number, seconds: number): RateStage[] {
  return stages.map(({ untilShare, factor }, index) => ({
    perThousandSeconds: Math.round(perSecond * factor * 1_000),
    seconds: toMs((untilShare - (stages[index - 1]?.untilShare ?? 0)) * seconds),
  }));
}

/** In whole milliseconds, which k6 takes durations in. */
function toMs(seconds: number): number {
  return Math.round(seconds * 1_000) / 1_000;
}

function operation(name: ClientOperation, stages: RateStage[]): WorkloadOperation {
  const wanted = Math.ceil(peakPerSecond(stages) * WORST_STALL_SECONDS);
  return { name, vus: Math.min(VUS_MAX, Math.max(VUS_MIN, wanted)), stages };
}

/** Each operation once a second: whether everything answers at all. */
function smoke({ signUps }: WorkloadChoices): Workload {
  const operations = clientOperation.options
    .filter((name) => signUps || name !== "sign-up")
    .map((name) => operation(name, [{ perThousandSeconds: 1_000, seconds: SMOKE_SECONDS }]));
  const summary = "Each operation once a second, for ten seconds; no latency is held against it.";
  return { summary, operations, thresholds: thresholdsOf(operations, () => SHOWN) };
}

function ramp(upTo: number, compression: number): Workload {
  const stages: RateStage[] = [];
  for (let level = RAMP_FROM; ; level *= RAMP_FACTOR) {
    const perSecond = Math.min(level, RAMP_TO_MAX);
    const seconds = RAMP_HOLD_SECONDS / compression;
    stages.push({ perThousandSeconds: Math.round(perSecond * 1_000), seconds });
    if (perSecond >= upTo) break;
  }
  const operations = [operation("ledger-create", stages)];
  const summary = `500 writes a second, half as much again every ${RAMP_HOLD_SECONDS / compression} s.`;
  return { summary, operations, thresholds: thresholdsOf(operations) };
}

/**
 * A k6 that gets too little processor falls behind its schedule, and at the end forgets what it has not yet come to,
 * without a word: it counts as dropped only what it came to and found no virtual user for.
 */
const ACHIEVED_SHARE = 0.99;

/**
 * The document's figures as k6's own thresholds; and those without which the others mean nothing: that
 * every iteration came to its end, none was dropped, and none began late.
 */
function thresholdsOf(
  operations: readonly WorkloadOperation[],
  latency: (name: ClientOperation) => string = latencyThreshold,
): Record<string, string[]> {
  const thresholds: Record<string, string[]> = {
    dropped_iterations: ["count<1"],
    plimsoll_faults: ["count<1"],
    plimsoll_late: ["rate<=0.01"],
  };
  for (const { name, stages } of operations) {
    const enough = Math.floor(plannedArrivals(stages) * ACHIEVED_SHARE) - 1;
    thresholds[`iterations{scenario:${name}}`] = [`count>=${enough}`];
    thresholds[`plimsoll_failed{operation:${name}}`] = ["rate<=0"];
    thresholds[`plimsoll_latency{operation:${name}}`] = [latency(name)];
  }
  return thresholds;
}

/** Held to nothing; without a threshold k6 would not show an operation by itself. */
const SHOWN = "p(95)>=0";

function latencyThreshold(name: ClientOperation): string {
  const { onboarding, query } = BENCHMARK;
  if (name === "sign-up") return `p(99)<${onboarding.boundMs}`;
  // The document promises nothing for a client's own write.
  return name === "ledger-create" ? SHOWN : `p(95)<${query.boundMs}`;
}
