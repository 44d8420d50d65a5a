import exec from "k6/execution";
import { Counter, Rate, Trend } from "k6/metrics";
import { arrivalOffsetMs } from "../../../src/sim/k6/workloads/rate-stages.ts";
import type { WorkloadOperation } from "../../../src/sim/k6/workloads/workload-file.ts";
import { AUTO_ID_LENGTH, randomId } from "../../../src/sim/population/random-id.ts";
import { createRng } from "../../../src/std/rng.ts";
import { carryOut, type Outcome } from "../lib/carry-out.ts";
import { count } from "./counts.ts";
import type { Begun, OpenWorkload } from "./open-workload.ts";

/** From the intended start; what failed is not in it. */
const latency = new Trend("plimsoll_latency", true);
/** How late k6 itself came to an arrival. */
const lateness = new Trend("plimsoll_lateness", true);
const late = new Rate("plimsoll_late");
const failed = new Rate("plimsoll_failed");
/** Iterations that threw: k6 does not fail a run for them. */
const faults = new Counter("plimsoll_faults");

/** As in the Node driver (src/sim/drivers/open-loop.ts): later than this, the load is not what was asked for. */
const LATE_MS = 50;

/**
 * One iteration: the arrival of this number of the scenario's operation; where the scenario is of no
 * operation (ONCE=1), each of them once.
 */
export function carryOutNext(opened: OpenWorkload, begun: Begun): void {
  const { name, iterationInTest: n, startTime } = exec.scenario;
  const { operations } = opened.workload;
  const own = operations.find((operation) => operation.name === name);
  for (const operation of own === undefined ? operations : [own]) {
    const offsetMs = own && arrivalOffsetMs(own.stages, n);
    try {
      arrive(
        opened,
        begun,
        operation,
        n,
        offsetMs === undefined ? undefined : startTime + offsetMs,
      );
    } catch (error) {
      faults.add(1);
      throw error;
    }
  }
}

function arrive(
  opened: OpenWorkload,
  begun: Begun,
  { name: operation }: WorkloadOperation,
  n: number,
  intendedMs: number | undefined,
): void {
  const startedMs = Date.now();
  const user = opened.user(n);
  const deadlineMs = startedMs + opened.plan.drainMs;
  const values = valuesOf(opened, begun, operation, n);
  const outcome = carryOut(opened.plan, {
    operation,
    user,
    values,
    n: signUpNumber(begun, n),
    deadlineMs,
  });
  const latencyMs = Math.max(0, Date.now() - (intendedMs ?? startedMs));
  tell(operation, outcome, latencyMs);
  // k6 may start one arrival more than was planned, at the end itself: it was due then.
  const lateMs = Math.max(0, startedMs - (intendedMs ?? startedMs));
  lateness.add(lateMs, { operation });
  late.add(lateMs > LATE_MS, { operation });
}

function tell(operation: WorkloadOperation["name"], outcome: Outcome, latencyMs: number): void {
  const tags = { operation };
  const hasFailed = outcome.kind === "failed";
  failed.add(hasFailed, tags);
  if (hasFailed) console.warn(`${operation}: ${outcome.code}: ${outcome.message}`);
  else latency.add(latencyMs, tags);
  count(operation, hasFailed ? outcome.code : "OK", latencyMs);
}

/** Newcomers must be new in every run against the same target. */
function signUpNumber({ beganMs }: Begun, n: number): number {
  return (beganMs % SIGN_UP_RUNS) * SIGN_UPS_MAX + n;
}
const SIGN_UPS_MAX = 100_000;
/** The product stays a whole number that JavaScript holds exactly. */
const SIGN_UP_RUNS = 10_000_000_000;

function valuesOf(
  opened: OpenWorkload,
  { beganMs }: Begun,
  operation: WorkloadOperation["name"],
  n: number,
): Readonly<Record<string, string>> {
  const { strategyIds } = opened.user(n);
  const strategyId = strategyIds[n % strategyIds.length] ?? "";
  switch (operation) {
    case "ledger-create": {
      const rng = createRng(`${opened.plan.seed}/${beganMs}/${n}`);
      return { ...opened.execution(n), strategyId, tradeId: randomId(AUTO_ID_LENGTH, rng) };
    }
    case "tenant-ledger":
      return { strategyId };
    case "open-trades":
    case "sell-trades-24h":
    case "account-snapshot":
    case "recent-signals":
    case "sign-up":
      return {};
  }
}
