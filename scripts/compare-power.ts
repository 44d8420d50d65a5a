/**
 * How soon `compare` tells a change, and how often one that is none: from synthetic histories, for
 * docs/nightly.md. Takes about a minute of one core.
 *
 *     npx tsx scripts/compare-power.ts [histories]
 */
import { createRng } from "../src/std/rng.ts";
import { DEFAULT_RULES, judgeHistory } from "../src/sim/compare/judge-history.ts";
import { RUNS_MIN } from "../src/sim/compare/judge-series.ts";
import {
  syntheticHistory,
  type NightsAsked,
} from "../src/sim/compare/synthetic-history.fixture.ts";

const HISTORIES = Number(process.argv[2] ?? 300);
const RUNS = 60;
const SHIFTED = "pnl-commit p50 (baseline)";

const nightOf = (run: string): number => Number(run.slice("night-".length));
const changesOf = (asked: NightsAsked) =>
  judgeHistory(syntheticHistory(asked), DEFAULT_RULES)[0]?.changes ?? [];

process.stdout.write("| scatter | change | told by run 3 | 4 | 6 | 10 | false alarms |\n");
process.stdout.write("|---|---|---|---|---|---|---|\n");
for (const scatter of [0.01, 0.02, 0.0266, 0.035, 0.05, 0.08]) {
  // Figures that go up together in one night are one alarm.
  const falseAlarms = Array.from({ length: HISTORIES }, (_, index) => {
    const changes = changesOf({ seed: `still ${index}`, runs: RUNS, scatter });
    const alarms = changes.filter(({ direction }) => direction === "worse");
    return new Set(alarms.map(({ told }) => told.run)).size;
  }).reduce((sum, one) => sum + one, 0);
  const looks = HISTORIES * (RUNS - RUNS_MIN + 1);
  for (const by of [0.2, 0.35]) {
    const waits = Array.from({ length: HISTORIES }, (_, index) => {
      const seed = `moved ${by} ${index}`;
      const at = createRng(seed).integer(20, RUNS - 10);
      const told = changesOf({ seed, runs: RUNS, scatter, shift: { at, by } }).find(
        (change) =>
          change.metric === SHIFTED &&
          change.direction === "worse" &&
          nightOf(change.told.run) >= at,
      );
      return told === undefined ? Number.POSITIVE_INFINITY : nightOf(told.told.run) - at + 1;
    });
    const by3 = [3, 4, 6, 10].map((run) => {
      const share = waits.filter((wait) => wait <= run).length / HISTORIES;
      return `${(share * 100).toFixed(1)} %`;
    });
    const alarms = `${falseAlarms} in ${looks} looks`;
    process.stdout.write(
      `| ${(scatter * 100).toFixed(1)} % | ${by * 100} % | ${by3.join(" | ")} | ${alarms} |\n`,
    );
  }
}
