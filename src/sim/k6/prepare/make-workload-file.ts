import type { Rng } from "../../../std/rng.ts";
import { clientOperation, type Scenario } from "../../config/scenario.ts";
import { findScenario } from "../../config/scenario-files.ts";
import { createOperationPlanner } from "../../drivers/client-arrivals.ts";
import { DEFAULT_DRAIN_TIMEOUT_MS } from "../../drivers/client-lane.ts";
import { DEFAULT_TIMEOUT_MS } from "../../drivers/user-client.ts";
import { createMarket } from "../../market/create-market.ts";
import type { Market } from "../../market/market.ts";
import { createWeightedPick } from "../../market/weighted-pick.ts";
import type { Population, SyntheticUser } from "../../population/population.ts";
import { K6_PLAN_FORMAT } from "../plan.ts";
import { planRequests, valuesOf } from "../plan-requests.ts";
import { makeWorkloads } from "../workloads/make-workloads.ts";
import {
  K6_WORKLOADS_FORMAT,
  k6WorkloadsSchema,
  type K6Workloads,
} from "../workloads/workload-file.ts";
import type { PrepareOptions } from "./prepare-options.ts";

/** So many draws show the users' weights well enough, and executions enough of a market's variety. */
const PICKS = 4_096;
const EXECUTIONS = 500;
const MARKET_MS = 60_000;

/** The market that trades are opened in and executions priced by: an active day's. */
export function activeMarket(scenarios: readonly Scenario[], rng: Rng): Market {
  return createMarket(findScenario("active", scenarios).market, MARKET_MS, rng.fork("market/k6"));
}

export interface WorkloadSource {
  readonly options: PrepareOptions;
  readonly population: Population;
  readonly scenarios: readonly Scenario[];
  readonly market: Market;
  readonly signUpUrl: string | null;
}

/** Everything the scripts need, checked. */
export function makeWorkloadFile(source: WorkloadSource, rng: Rng): K6Workloads {
  const { options, population, scenarios, signUpUrl } = source;
  const { users } = population;
  const pickIndex = createWeightedPick(users.map(({ activity }) => activity));
  const pickRng = rng.fork("k6/picks");
  const signUps = signUpUrl !== null;
  const operations = clientOperation.options.filter((name) => signUps || name !== "sign-up");
  return k6WorkloadsSchema.parse({
    format: K6_WORKLOADS_FORMAT,
    plan: {
      format: K6_PLAN_FORMAT,
      scenario: "prepared",
      target: {
        baseUrl: `http://${options.endpoint}`,
        projectId: options.projectId,
        reach: "loopback",
      },
      start: { kind: "lead", leadMs: 0 },
      durationMs: 1,
      drainMs: DEFAULT_DRAIN_TIMEOUT_MS,
      requestTimeoutMs: DEFAULT_TIMEOUT_MS,
      signUpUrl,
      seed: options.seed,
      users: users.map(({ uid, email, tenantId, strategyIds }) => {
        return { uid, email, tenantId, strategyIds, token: null };
      }),
      requests: planRequests(options.projectId, operations),
      operations: [],
      thresholds: {},
    },
    picks: Array.from({ length: PICKS }, () => pickIndex(pickRng)),
    executions: executions(source, rng.fork("k6/executions")),
    workloads: makeWorkloads({ ...options, users: users.length, scenarios, signUps }),
  });
}

/** Symbol, side, quantity, price and notional; whose it is, and its ID, k6 adds. */
function executions(
  { population, market }: WorkloadSource,
  rng: Rng,
): readonly Readonly<Record<string, string>>[] {
  const planOf = createOperationPlanner(rng, market);
  const [user] = population.users as readonly [SyntheticUser];
  return Array.from({ length: EXECUTIONS }, (_, index) => {
    const offsetMs = (index * MARKET_MS) / EXECUTIONS;
    const values = { ...valuesOf(planOf("ledger-create", user, offsetMs).content) };
    delete values["tradeId"];
    delete values["strategyId"];
    return values;
  });
}
