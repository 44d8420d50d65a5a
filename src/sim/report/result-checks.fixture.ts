import type { Check } from "./result.ts";

/** The checks of the test result: rows of the document's benchmark table and ours. */
export function fixtureChecks(): Check[] {
  return [
    ...benchmarkChecks(),
    ...latencyChecks(),
    ...throughputChecks(),
    ...limitsChecks(),
    ...limiterChecks(),
    ...otherChecks(),
  ];
}

const MEASURED = { basis: "measured on emulator", section: "section 6" } as const;

function benchmarkChecks(): readonly Check[] {
  return [
    {
      ...MEASURED,
      id: "benchmark.concurrent-users",
      group: "benchmark",
      title: "Concurrent users",
      target: "≥ 1,000 users swept every period",
      figure: "1,000 users",
      value: 1000,
      bound: 1000,
      unit: "users",
      samples: 8000,
      verdict: "pass",
      detail: "Every sweep reached all 1,000 users.",
    },
    {
      ...MEASURED,
      id: "benchmark.pnl-latency",
      group: "benchmark",
      title: "P&L update latency",
      target: "p99 < 500 ms",
      figure: "p99 5,124 ms",
      value: 5124,
      bound: 500,
      unit: "ms",
      samples: 27_560,
      verdict: "fail",
      detail:
        "Missed by 4,624 ms in high-volatility: writes waited 1.6 s on average for the literal limiter (batch-limit), not for the database, which answered in 38 ms.",
    },
    {
      ...MEASURED,
      id: "benchmark.contention",
      group: "benchmark",
      title: "Write contention",
      target: "no aborted commit",
      figure: "0 aborted commits",
      value: 0,
      bound: 0,
      unit: "commits",
      samples: 18_720,
      verdict: "pass",
      detail: "No commit was aborted; 3 were retried after a timeout.",
    },
  ];
}

function latencyChecks(): readonly Check[] {
  return [
    {
      ...MEASURED,
      id: "benchmark.query-latency",
      group: "benchmark",
      title: "Query performance",
      target: "p95 < 100 ms",
      figure: "p95 46.2 ms",
      value: 46.2,
      bound: 100,
      unit: "ms",
      samples: 4200,
      verdict: "pass",
      detail: "The slowest of the three queries was tenant-ledger.",
    },
    {
      ...MEASURED,
      id: "benchmark.onboarding",
      group: "benchmark",
      title: "User onboarding",
      target: "p99 < 2 s",
      figure: "p99 500 ms",
      value: 500,
      bound: 2000,
      unit: "ms",
      samples: 1000,
      verdict: "pass",
      detail: "All seven document groups were there when it ended.",
    },
  ];
}

function throughputChecks(): readonly Check[] {
  const rows = [
    ["baseline", 16.7, 16.7, "pass"],
    ["active", 83.3, 83.3, "pass"],
    ["high-volatility", 333, 99.8, "fail"],
  ] as const;
  return rows.map(([phase, offered, achieved, verdict]) => ({
    ...MEASURED,
    id: `throughput.${phase}`,
    group: "throughput",
    title: `Writes a second, ${phase}`,
    target: `≥ ${offered} writes/s`,
    figure: `${achieved} writes/s`,
    value: achieved,
    bound: offered,
    unit: "writes/s",
    samples: Math.round(offered * 60),
    verdict,
    detail:
      verdict === "fail"
        ? "The limiter let 500 writes pass in any 5 s, which is 100 a second; 233 writes/s were still waiting when the phase ended."
        : "All writes that fell due were committed in the phase.",
  }));
}

function limitsChecks(): readonly Check[] {
  return [
    {
      id: "limits.refusals",
      group: "limits",
      phase: "high-volatility",
      title: "Requests that production refuses",
      section: null,
      target: "0",
      figure: "31 of 5,132 attempts",
      value: 31,
      bound: 0,
      unit: "attempts",
      samples: 5132,
      basis: "modelled",
      verdict: "fail",
      detail:
        "310 writes refused. sequential-index-writes on index range users/u-0001/shadowTradeHistory (status ASC, created_at DESC) (31 attempts, from second 9 of high-volatility): it takes 500 writes a second.",
    },
    {
      id: "limits.contended-documents",
      group: "limits",
      title: "Hottest document",
      section: null,
      target: "below 100% of what one document takes",
      figure: "4%",
      value: 4,
      bound: 100,
      unit: "%",
      samples: 36_000,
      basis: "modelled",
      verdict: "pass",
      detail: "document users/u-0001/alpacaAccounts/snapshot (document-writes): 0.4/s of 10/s.",
    },
  ];
}

function limiterChecks(): readonly Check[] {
  return [
    {
      id: "limiter.worst-second",
      group: "limiter",
      title: "Worst second",
      section: "section 3",
      target: "≤ 500 writes in any second",
      figure: "500 writes",
      value: 500,
      bound: 500,
      unit: "writes",
      samples: 175,
      basis: "measured on emulator",
      verdict: "pass",
      detail: "Reached 5 s into high-volatility.",
    },
    {
      id: "limiter.ramp",
      group: "limiter",
      title: "Ramp of a new collection",
      section: null,
      target: "≤ 500/s, +50% every 5 min",
      figure: "500 writes/s",
      value: 500,
      bound: 500,
      unit: "writes/s",
      samples: 175,
      basis: "modelled",
      verdict: "pass",
      detail: "Held against the published rule by the capacity model.",
    },
  ];
}

function otherChecks(): readonly Check[] {
  return [
    {
      id: "data.document-groups",
      group: "data",
      title: "Every user has all seven groups",
      section: "section 4",
      target: "0 users with a missing group",
      figure: "0 of 1,000 users",
      value: 0,
      bound: 0,
      unit: "users",
      samples: 1000,
      basis: "measured on emulator",
      verdict: "pass",
      detail: "",
    },
    {
      id: "harness.listener-samples",
      group: "harness",
      title: "P&L seen by a listener",
      section: null,
      target: "≥ 1,000 samples",
      figure: "118 samples",
      value: 118,
      bound: 1000,
      unit: "samples",
      samples: 118,
      basis: "measured on emulator",
      verdict: "inconclusive",
      detail:
        "Too few listeners had an update: 118 of 1,000 samples. Run for longer or raise --users.",
    },
  ];
}
