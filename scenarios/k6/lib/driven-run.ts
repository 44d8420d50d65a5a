import { sleep } from "k6";
import exec from "k6/execution";
import http from "k6/http";
import { Rate, Trend } from "k6/metrics";
import type { Options, Scenario } from "k6/options";
import { formatLine } from "../../../src/sim/k6/line-format.ts";
import { carryOut } from "./carry-out.ts";
import { confinement } from "./confinement.ts";
import type { OpenPlan, PlanHead } from "./plan-file.ts";

/** What setup() hands to every virtual user. */
export interface Begun {
  /** Wall time that offsets count from. */
  readonly startWallMs: number;
}

/** In k6's own outputs; Plimsoll's figures come from the lines, to the millisecond. */
const latency = new Trend("plimsoll_latency", true);
const lateness = new Trend("plimsoll_lateness", true);
const errors = new Rate("plimsoll_failed");

/** After the drain every virtual user ends by itself; k6 ends those that hang. */
const HUNG_MS = 30_000;

/**
 * Each operation is a k6 scenario of its own, so that a slow one cannot crowd out the others. Its
 * virtual users take one arrival after the other and sleep until it is due: intended starts are
 * exact, none is skipped, and where all are busy the next starts late and says so.
 */
export function drivenOptions({ head }: OpenPlan): Options {
  const maxDuration = `${Math.ceil(longestLeadMs(head) + head.durationMs + head.drainMs + HUNG_MS)}ms`;
  const scenarios: Record<string, Scenario> = {};
  for (const { name, vus, arrivals } of head.operations) {
    scenarios[name] = {
      executor: "shared-iterations",
      vus,
      // k6 wants one for each virtual user, and divides both by its segments: those past the
      // last arrival do nothing.
      iterations: Math.max(vus, arrivals),
      maxDuration,
      gracefulStop: "0s",
      exec: "carryOutNext",
    };
  }
  return {
    ...confinement(head.target),
    scenarios,
    thresholds: head.thresholds,
    setupTimeout: "10m",
    systemTags: ["scenario", "name", "status", "method", "error_code", "expected_response"],
  };
}

function longestLeadMs({ start }: PlanHead): number {
  return start.kind === "lead" ? start.leadMs : HUNG_MS;
}

/** Waits until the phase begins; with a harness, until it says so to all processes at once. */
export function begin({ head: { start } }: OpenPlan): Begun {
  if (start.kind === "lead") return { startWallMs: Date.now() + start.leadMs };
  const answer = http.get(start.url, { timeout: "9m", tags: { name: "start" } });
  if (answer.status !== 200) throw new Error(`the harness did not begin: ${answer.error}`);
  return answer.json() as unknown as Begun;
}

/** One iteration: the next arrival of the scenario's operation, from its moment to its line. */
export function carryOutNext(plan: OpenPlan, begun: Begun): void {
  try {
    const { name, iterationInTest } = exec.scenario;
    const arrival = plan.arrival(name, iterationInTest);
    if (arrival !== undefined) arrive(plan, begun, name, iterationInTest, arrival);
  } catch (error) {
    say({ kind: "fault", message: String(error) });
    throw error;
  }
}

function arrive(
  plan: OpenPlan,
  { startWallMs }: Begun,
  operation: string,
  n: number,
  [offsetMs, userIndex, values = {}]: NonNullable<ReturnType<OpenPlan["arrival"]>>,
): void {
  const { head } = plan;
  const intendedMs = startWallMs + offsetMs;
  const deadlineMs = startWallMs + head.durationMs + head.drainMs;
  // k6's clock cuts off fractions: the sleep is never too short, and at most 1 ms too long.
  const waitMs = intendedMs - Date.now();
  if (waitMs > 0) sleep(waitMs / 1000);
  const startedMs = Date.now();
  // k6 is being ended, and wakes those that sleep: this arrival is not to come any more.
  if (startedMs < Math.floor(intendedMs)) return;
  if (startedMs >= deadlineMs) {
    say({ kind: "dropped", operation, n });
    return;
  }
  const user = plan.user(userIndex);
  const outcome = carryOut(head, { operation, user, values, n, deadlineMs });
  const finishedMs = Date.now();
  say({ ...outcome, operation, n, startedMs, finishedMs });
  const tags = { operation };
  lateness.add(Math.max(0, startedMs - intendedMs), tags);
  errors.add(outcome.kind === "failed", tags);
  if (outcome.kind === "ok") latency.add(Math.max(0, finishedMs - intendedMs), tags);
}

function say(line: Parameters<typeof formatLine>[0]): void {
  console.log(formatLine(line));
}
