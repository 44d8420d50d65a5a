/** A scenario of the plan, and how long it runs there. */
export interface PlannedScenario {
  readonly name: string;
  readonly seconds: number;
}

/**
 * What runs when no scenario is named: the three throughput rows of the document's section 6, then
 * reads while the pulse writes. Loads grow from phase to phase, so that what breaks first is seen
 * at the least load that breaks it. A quarter of a period is enough for the lighter rows, since the
 * heaviest one visits everybody twice; with the install, the whole then takes under three minutes.
 */
export const BENCHMARK_PLAN: readonly PlannedScenario[] = [
  { name: "baseline", seconds: 15 },
  { name: "active", seconds: 15 },
  { name: "high-volatility", seconds: 60 },
  { name: "dashboards", seconds: 20 },
];
