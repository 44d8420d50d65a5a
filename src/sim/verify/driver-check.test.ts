import { expect, test } from "vitest";
import type { GeneratorFacts } from "../measure/generator-facts.ts";
import { driverCheck } from "./driver-check.ts";
import { phaseFacts, runFacts } from "./facts.fixture.ts";

function generator(changes: Partial<GeneratorFacts> = {}): GeneratorFacts {
  return {
    name: "k6 v2.2.0",
    processes: 2,
    processor: { usedMs: 6000, overMs: 60_000 },
    arrivals: 500,
    answered: 500,
    faults: [],
    ...changes,
  };
}

function check(...generators: readonly (GeneratorFacts | null)[]) {
  const phases = generators.map((one, index) => phaseFacts({ name: `p${index}`, generator: one }));
  return driverCheck(runFacts({ phases }));
}

test("a run whose own process sent the traffic has no such row", () => {
  expect(check(null, null)).toEqual([]);
});

test("says what the load cost of this machine", () => {
  const [row] = check(null, generator());
  expect(row).toMatchObject({ verdict: "pass", value: 0, samples: 500 });
  expect(row?.detail).toContain("p1: 2 processes, 6.00 s of processor time (10% of one processor)");
  expect(check(generator({ processor: null }))[0]?.detail).toContain("not known");
});

test.each([
  ["killed", generator({ answered: 20, faults: ["k6 ended with signal SIGKILL"] }), "SIGKILL"],
  ["given nothing", generator({ arrivals: 0, answered: 0 }), ""],
])("fails where it was %s", (_what, broken, reason) => {
  const [row] = check(generator(), broken);
  const [alone] = check(broken);
  expect(alone?.verdict).toBe("fail");
  expect(row?.detail).toContain(reason);
});

test("names the phase and the reasons", () => {
  const [row] = check(generator(), generator({ faults: ["one", "two"] }));
  expect(row).toMatchObject({ verdict: "fail", phase: "p1", value: 2 });
  expect(row?.detail).toBe("In p1: one; two.");
});
