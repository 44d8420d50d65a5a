import { describe, expect, test } from "vitest";
import { replayWords } from "./replay-words.ts";
import { fixtureResult } from "./result.fixture.ts";
import type { Result } from "./result.ts";

function failing(changes: Partial<Result> = {}): Result {
  const result = fixtureResult({ verdict: "fail", ...changes });
  return { ...result, run: { ...result.run, options: { clock: "virtual" } } };
}

describe("replayWords", () => {
  test("names the second of the run in which it broke first", () => {
    const [phase] = fixtureResult().phases;
    const name = phase!.name;
    const result = failing({
      phases: [{ ...phase!, startedAtMs: 60_900 }],
      brokeFirst: {
        checkId: "x",
        phase: name,
        message: `Latency in ${name}, from second 12: slow`,
      },
    });
    expect(replayWords(result, "reports/r1")).toEqual([
      ["Replay", "npm run sim -- replay reports/r1"],
      ["Explain", "npm run sim -- replay reports/r1 --explain 72s"],
      ["Shrink", "npm run sim -- shrink reports/r1"],
    ]);
  });

  test("takes the phase's worst second where nothing says when, and 0 without a phase", () => {
    const [phase] = fixtureResult().phases;
    const worstSecond = { writes: 9, atSecond: 3.4 };
    const brokeFirst = { checkId: "x", phase: null, message: "Lost documents: 2" };
    const explain = (phases: Result["phases"]): string | undefined =>
      replayWords(failing({ phases, brokeFirst }), "r")[1]?.[1];
    expect(explain([{ ...phase!, startedAtMs: 0, worstSecond }])).toMatch(/--explain 3s$/);
    expect(explain([])).toMatch(/--explain 0s$/);
  });

  test("has nothing to say of a run that passed, or was made in real time", () => {
    expect(replayWords({ ...failing(), verdict: "pass" }, "r")).toEqual([]);
    expect(replayWords(fixtureResult({ verdict: "fail" }), "r")).toEqual([]);
  });
});
