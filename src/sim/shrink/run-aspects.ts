import { clientOperation, type Scenario } from "../config/scenario.ts";
import { smallerNumbers, type Aspect, type Reduction } from "./shrink-search.ts";
import { tenantsFor, type RunCase } from "./shrunk-case.ts";

/** No scenario is shorter. */
const SECONDS_MIN = 5;

/**
 * How a run can be smaller. The cheapest to try come first, and those that make all that follows
 * cheaper: fewer phases, fewer users, a shorter stretch.
 */
export const RUN_ASPECTS: readonly Aspect<RunCase>[] = [
  fewerPhases,
  oneByOne,
  fewerUsers,
  inEachPhase(shorter),
  inEachPhase(fewerLanes),
  inEachPhase(fewerFaults),
  fewerTenants,
  inEachPhase(fewerTrades),
  inEachPhase(fewerOperations),
  inEachPhase(fewerInstances),
  inEachPhase(plainer),
  inEachPhase(smallerMarket),
];

function fewerPhases(present: RunCase): readonly Reduction<RunCase>[] {
  const { scenarios } = present;
  if (scenarios.length === 1) return [];
  const only = scenarios.map((scenario) => ({
    label: `only ${scenario.name}`,
    smaller: { ...present, scenarios: [scenario] },
  }));
  const without = scenarios.map((left) => ({
    label: `without ${left.name}`,
    smaller: { ...present, scenarios: scenarios.filter((scenario) => scenario !== left) },
  }));
  return scenarios.length === 2 ? only : [...only, ...without];
}

/** Each of a cohort's users by itself: as many as were simulated. */
function oneByOne(present: RunCase): readonly Reduction<RunCase>[] {
  const { users, cohort } = present;
  if (cohort === 1) return [];
  const alone = users / cohort;
  const smaller = { ...present, users: alone, tenants: tenantsFor(alone, present), cohort: 1 };
  return [{ label: `users ${users} in cohorts of ${cohort} → ${alone} one by one`, smaller }];
}

function fewerUsers(present: RunCase): readonly Reduction<RunCase>[] {
  const { cohort } = present;
  return smallerNumbers(present.users / cohort, 1).map((simulated) => {
    const users = simulated * cohort;
    return {
      label: `users ${present.users} → ${users}`,
      smaller: { ...present, users, tenants: tenantsFor(users, present) },
    };
  });
}

function fewerTenants(present: RunCase): readonly Reduction<RunCase>[] {
  return smallerNumbers(present.tenants, 1).map((tenants) => ({
    label: `tenants ${present.tenants} → ${tenants}`,
    smaller: { ...present, tenants },
  }));
}

type SmallerScenario = readonly [label: string, smaller: Scenario];

/** An aspect of single scenarios, for each phase of a run. */
function inEachPhase(aspect: (scenario: Scenario) => readonly SmallerScenario[]): Aspect<RunCase> {
  return (present) =>
    present.scenarios.flatMap((scenario, index) =>
      aspect(scenario).map(([label, smaller]) => ({
        label: present.scenarios.length === 1 ? label : `${scenario.name}: ${label}`,
        smaller: { ...present, scenarios: present.scenarios.with(index, smaller) },
      })),
    );
}

function shorter(scenario: Scenario): readonly SmallerScenario[] {
  const { durationSeconds } = scenario;
  const whole = Math.ceil(durationSeconds);
  return smallerNumbers(whole, SECONDS_MIN).map((seconds) => [
    `seconds ${durationSeconds} → ${seconds}`,
    { ...scenario, durationSeconds: seconds },
  ]);
}

function fewerLanes(scenario: Scenario): readonly SmallerScenario[] {
  const { pulse, clients, directWrites } = scenario;
  const lanes = [pulse, clients, directWrites].filter((lane) => lane !== null).length;
  if (lanes === 1) return [];
  const without: SmallerScenario[] = [];
  if (clients !== null) without.push(["no clients", { ...scenario, clients: null }]);
  if (directWrites !== null)
    without.push(["no direct writes", { ...scenario, directWrites: null }]);
  if (pulse !== null) without.push(["no pulse", { ...scenario, pulse: null }]);
  return without;
}

function fewerFaults(scenario: Scenario): readonly SmallerScenario[] {
  const { faults } = scenario;
  if (faults.length === 0) return [];
  const none: SmallerScenario = ["no faults", { ...scenario, faults: [] }];
  if (faults.length === 1) return [none];
  return [
    none,
    ...faults.map((only): SmallerScenario => [
      `only fault ${only.kind}`,
      { ...scenario, faults: [only] },
    ]),
    ...faults.map((left): SmallerScenario => [
      `without fault ${left.kind}`,
      { ...scenario, faults: faults.filter((fault) => fault !== left) },
    ]),
  ];
}

function fewerTrades(scenario: Scenario): readonly SmallerScenario[] {
  const { pulse } = scenario;
  if (pulse === null) return [];
  const trades = Math.ceil(pulse.openTradesPerUser);
  return smallerNumbers(trades, 1).map((openTradesPerUser) => [
    `trades of a user ${pulse.openTradesPerUser} → ${openTradesPerUser}`,
    { ...scenario, pulse: { ...pulse, openTradesPerUser } },
  ]);
}

/** Kinds of client operations; the last is left to `fewerLanes`. */
function fewerOperations(scenario: Scenario): readonly SmallerScenario[] {
  const { clients } = scenario;
  if (clients === null) return [];
  const kinds = clientOperation.options.filter((kind) => kind in clients.perUserPerMinute);
  if (kinds.length === 1) return [];
  return kinds.map((left) => {
    const { [left]: _left, ...perUserPerMinute } = clients.perUserPerMinute;
    return [`no ${left}`, { ...scenario, clients: { ...clients, perUserPerMinute } }];
  });
}

function fewerInstances(scenario: Scenario): readonly SmallerScenario[] {
  const { pulse } = scenario;
  if (pulse === null) return [];
  return smallerNumbers(pulse.workers, 1).map((workers) => [
    `instances ${pulse.workers} → ${workers}`,
    { ...scenario, pulse: { ...pulse, workers } },
  ]);
}

/** Traits that can only be there or not. */
function plainer(scenario: Scenario): readonly SmallerScenario[] {
  const { pulse, clients } = scenario;
  const found: SmallerScenario[] = [];
  if (pulse !== null && pulse.clockSkewMs > 0) {
    found.push(["no clock skew", { ...scenario, pulse: { ...pulse, clockSkewMs: 0 } }]);
  }
  if (pulse !== null && pulse.coldStartMs > 0) {
    found.push(["no cold starts", { ...scenario, pulse: { ...pulse, coldStartMs: 0 } }]);
  }
  if (clients !== null && clients.stages.length > 1) {
    const stages = [{ untilShare: 1, factor: 1 }];
    found.push(["no stages", { ...scenario, clients: { ...clients, stages } }]);
  }
  return found;
}

function smallerMarket(scenario: Scenario): readonly SmallerScenario[] {
  const { market } = scenario;
  const { symbols, regimes } = market;
  return [
    ...smallerNumbers(symbols, 1).map((fewer): SmallerScenario => [
      `symbols ${symbols} → ${fewer}`,
      { ...scenario, market: { ...market, symbols: fewer } },
    ]),
    ...(regimes.length === 1 ? [] : regimes).map((only): SmallerScenario => [
      `only ${only.regime}`,
      { ...scenario, market: { ...market, regimes: [only] } },
    ]),
  ];
}
