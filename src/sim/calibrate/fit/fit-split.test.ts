import { expect, it } from "vitest";
import { CapacityModel } from "../../../firestore/capacity/capacity-model.ts";
import { type ModelConstants, modelConstants } from "../../../firestore/capacity/constants.ts";
import { createRng } from "../../../std/rng.ts";
import type { ProbeSample } from "../probe/probe-sample.ts";
import { fitSplit } from "./fit-split.ts";

/** What a model of these constants makes of twenty documents at a time, 1,000 a second. */
function ramp(lastsMs: number, truth: Partial<ModelConstants>): readonly ProbeSample[] {
  const model = new CapacityModel(modelConstants(truth), 7);
  const space = model.documentSpace("new", 0);
  const rng = createRng("ramp");
  const samples: ProbeSample[] = [];
  for (let sentMs = 0; sentMs < lastsMs; sentMs += rng.exponential(20)) {
    model.begin(sentMs);
    for (let document = 0; document < 20; document += 1) {
      model.newDocument(space, `new/${rng.next().toString(36).slice(2, 12)}`);
      model.endWrite();
    }
    const outcome = model.decide() < 0 ? "RESOURCE_EXHAUSTED" : "OK";
    samples.push({
      kind: "ramp",
      cell: "1000 documents a second",
      sentMs,
      tookMs: 1,
      outcome,
      documents: 20,
      indexEntries: 0,
      bytes: 0,
      lane: 0,
      heldOut: false,
    });
  }
  return samples;
}

it.each([
  [40_000, 35_000, 40_000],
  [23_000, 20_000, 25_000],
])("a hold of %d ms is found to a window of the model", (hold, least, most) => {
  const samples = ramp(140_000, { "split-hold": hold });
  const { found, lackOfFit } = fitSplit(samples, {}, createRng(1));
  expect(lackOfFit).toEqual([]);
  expect(found).toMatchObject([{ id: "split-hold" }]);
  const [{ value, low, high } = { value: 0, low: 0, high: 0 }] = found;
  expect(value).toBeGreaterThanOrEqual(least);
  expect(value).toBeLessThanOrEqual(most);
  expect(low).toBeLessThanOrEqual(hold);
  expect(high).toBeGreaterThanOrEqual(hold);
});

it("a ramp that is too short, or in which nothing was split, tells nothing of splits", () => {
  const why = (samples: readonly ProbeSample[]) =>
    fitSplit(samples, {}, createRng(1)).notFound.map((one) => one.why);
  expect(why(ramp(12_000, {}))).toEqual([expect.stringContaining("--probe long")]);
  expect(why([])).toHaveLength(1);
  expect(why(ramp(100_000, { "split-hold": 3_600_000 }))).toEqual([
    expect.stringContaining("did not come to serve more"),
  ]);
});
