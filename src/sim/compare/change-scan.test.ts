import { describe, expect, it } from "vitest";
import { createRng } from "../../std/rng.ts";
import { chanceOf } from "./chance.ts";
import { scanForChange } from "./change-scan.ts";
import { drawNoise } from "./draw-noise.ts";
import { NULL_CHANCES, NULL_TABLE } from "./null-table.ts";
import { fitLevels } from "./robust-fit.ts";

const RULES = { leastShift: Math.log(1.1), floor: 0.005 };

/** So many runs at each level, with a little noise that is no chance. */
function levels(...stretches: readonly (readonly [runs: number, level: number])[]): number[] {
  return stretches
    .flatMap(([runs, level]) => Array.from({ length: runs }, () => level))
    .map((level, index) => level + ((index * 7) % 5) * 0.004);
}

describe("scanForChange", () => {
  it.each([
    ["three runs at a new level", levels([20, 1], [3, 1.2]), 20],
    ["an improvement", levels([20, 1], [4, 0.8]), 20],
    ["a change some time ago", levels([20, 1], [12, 1.2]), 20],
    ["two runs at a new level: too few", levels([20, 1], [2, 1.2]), undefined],
    ["less than ten runs before", levels([9, 1], [3, 1.2]), undefined],
    ["a change smaller than the least", levels([20, 1], [5, 1.08]), undefined],
    ["two bad nights of three", levels([20, 1], [1, 1.5], [1, 1], [1, 1.5]), undefined],
    ["a bad night three nights ago", levels([20, 1], [1, 1.9], [2, 1]), undefined],
  ])("%s", (_name, values, split) => {
    expect(scanForChange(values, [], RULES)?.split).toBe(split);
  });

  it("sees a change back soon after one that is known", () => {
    const values = levels([20, 1], [4, 1.25], [3, 1]);
    const found = scanForChange(values, [20], RULES);
    expect(found?.split).toBe(24);
    expect(found?.shift).toBeCloseTo(-0.25, 1);
  });

  it("does not see a known change again", () => {
    expect(scanForChange(levels([20, 1], [8, 1.25]), [20], RULES)).toBeUndefined();
  });
});

describe("fitLevels", () => {
  it("is not moved by a few bad nights", () => {
    const { after, scale } = fitLevels([...levels([30, 1]), 1.9, 2.4], 0, 0.001);
    expect(after).toBeCloseTo(1.008, 2);
    expect(scale).toBeLessThan(0.02);
  });

  it("finds level and scale of the noise it assumes", () => {
    const rng = createRng("levels");
    const values = Array.from({ length: 4000 }, () => 5 + 0.2 * drawNoise(rng));
    const { after, scale } = fitLevels(values, 0, 0.001);
    expect(after).toBeCloseTo(5, 1);
    expect(scale / 0.2).toBeCloseTo(1, 1);
  });
});

describe("chanceOf", () => {
  it("never rises with evidence, nor falls with noise by more than the table's own scatter", () => {
    for (const length of [13, 16, 40, 61, 200]) {
      for (const ratio of [0.1, 0.33, 0.5, 0.9, 4]) {
        const chances = Array.from({ length: 40 }, (_, evidence) =>
          chanceOf({ evidence, length, ratio }),
        );
        expect(chances).toEqual(chances.toSorted((left, right) => right - left));
      }
    }
  });

  it("gives the table's chances at its evidence", () => {
    const row = NULL_TABLE.find(({ length, ratio }) => length === 80 && ratio === 0.7);
    const [evidence = 0] = row?.evidence.slice(-1) ?? [];
    expect(chanceOf({ evidence, length: 80, ratio: 0.7 })).toBeCloseTo(NULL_CHANCES.at(-1) ?? 0, 9);
  });

  it("holds for series drawn anew", () => {
    // 1 % is exceeded in 1,500 series by 15, give or take four deviations of 3.9.
    const row = NULL_TABLE.find(({ length, ratio }) => length === 20 && ratio === 1);
    const limit = row?.evidence[NULL_CHANCES.indexOf(0.01)] ?? 0;
    const rng = createRng("drawn anew");
    const series = Array.from({ length: 1500 }, () =>
      Array.from({ length: 20 }, () => drawNoise(rng)),
    );
    const exceeded = series.filter((values) => {
      const found = scanForChange(values, [], { leastShift: 1, floor: 0.001 });
      return (found?.evidence ?? 0) > limit;
    }).length;
    expect(Math.abs(exceeded - 15)).toBeLessThan(16);
  });
});
