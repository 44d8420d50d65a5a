import { describe, expect, it } from "vitest";
import { createRng } from "../../std/rng.ts";
import { compareHistory } from "./comparison.ts";
import { DEFAULT_RULES, judgeHistory } from "./judge-history.ts";
import { syntheticHistory, type NightsAsked } from "./synthetic-history.fixture.ts";

/** Done-criterion 5 of issue 6, and what is behind it: many more histories than its twenty. */
const RUNS = 60;
const SHIFTED = "pnl-commit p50 (baseline)";

const judge = (asked: NightsAsked) => {
  const [lane] = judgeHistory(syntheticHistory(asked), DEFAULT_RULES);
  return lane?.changes ?? [];
};

/** How many runs after it began the shift was told; undefined: not at all. */
function runsUntilTold(seed: string, scatter?: number): number | undefined {
  const at = createRng(seed).integer(20, RUNS - 4);
  const shift = { at, by: 0.2 };
  const told = judge({
    seed,
    runs: RUNS,
    shift,
    ...(scatter === undefined ? {} : { scatter }),
  }).find(
    ({ metric, direction, told: run }) =>
      metric === SHIFTED && direction === "worse" && Number(run.run.slice("night-".length)) >= at,
  );
  return told === undefined ? undefined : Number(told.told.run.slice("night-".length)) - at + 1;
}

describe("twenty synthetic histories", () => {
  it.each(Array.from({ length: 10 }, (_, index) => `shifted ${index}`))(
    "%s: a shift of a fifth is told by the third run after it began",
    (seed) => expect(runsUntilTold(seed)).toBeLessThanOrEqual(3),
  );

  it.each(Array.from({ length: 10 }, (_, index) => `steady ${index}`))(
    "%s: no alarm without a shift",
    (seed) => {
      const comparison = compareHistory(
        { entries: syntheticHistory({ seed, runs: RUNS }), skipped: [] },
        DEFAULT_RULES,
      );
      expect(comparison).toMatchObject({ verdict: "pass", lanes: [{ changes: [] }] });
    },
  );
});

describe("many histories", () => {
  it("finds nearly every shift by the third run, and all by the sixth", () => {
    const waits = Array.from({ length: 200 }, (_, index) => runsUntilTold(`more ${index}`));
    const by = (run: number) => waits.filter((wait) => wait !== undefined && wait <= run).length;
    expect(by(3)).toBeGreaterThanOrEqual(190);
  });

  it("raises a false alarm in at most one look of a thousand", () => {
    const histories = 300;
    const alarms = Array.from({ length: histories }, (_, index) =>
      judge({ seed: `still ${index}`, runs: RUNS }).length > 0 ? 1 : 0,
    ).reduce((sum: number, one) => sum + one, 0);
    const looks = histories * (RUNS - 12);
    expect(alarms / looks).toBeLessThan(1 / 1000);
  });
});
