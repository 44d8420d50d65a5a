/**
 * What runs when no scenario is named: the three throughput rows of the document's section 6, then
 * reads while the pulse writes. Loads grow from phase to phase, so that what breaks first is seen
 * at the least load that breaks it.
 */
export const BENCHMARK_PLAN: readonly string[] = [
  "baseline",
  "active",
  "high-volatility",
  "dashboards",
];
