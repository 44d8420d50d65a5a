import { expect, test } from "vitest";
import { newModel, offer, ScatteredDocuments, total } from "./load.fixture.ts";

test("a cut quota serves that share of what a range takes, and all of it once it is over", () => {
  const model = newModel();
  const documents = new ScatteredDocuments(model, "c");
  const load = { rate: () => 300, next: documents.next };
  expect(total(offer(model, { ...load, minutes: 1 }), "refused")).toBe(0);
  model.rates.quota = 0.25;
  const cut = offer(model, { ...load, fromMs: 60_000, minutes: 2 });
  const [space] = model.spaces();
  const quarter = model.rates.fullRate / 4;
  expect(space?.ranges[0]?.servedRate(180_000)).toBe(quarter);
  // What is refused costs a part of what it takes to serve; and what is hot begins to be split.
  const served = (cut[1]?.admitted ?? 0) / 60;
  expect(served).toBeGreaterThan(0.5 * quarter);
  expect(served).toBeLessThan(1.25 * quarter);
  model.rates.quota = 1;
  const after = offer(model, { ...load, fromMs: 200_000, minutes: 1 });
  expect(total(after, "refused")).toBe(0);
});

test("a document's lock takes that share as well", () => {
  const model = newModel();
  const handle = model.openDocument("ops/one", 0);
  const waits = [1, 0.25].map((share) => {
    model.locks.quota = share;
    model.rest(0);
    for (let write = 0; write < 3; write += 1) model.locks.hold(handle, 0);
    return model.locks.waitMs(handle, 0);
  });
  expect(waits[1]).toBeGreaterThan((waits[0] ?? 0) + model.locks.holdMs);
});

test("a database that has gone cold serves what a new one does, and is split anew", () => {
  const model = newModel();
  model.warm(5000, 0);
  const documents = new ScatteredDocuments(model, "c");
  const load = { minutes: 1, rate: () => 1500, next: documents.next };
  expect(total(offer(model, load), "refused")).toBe(0);
  const [space] = model.spaces();
  expect(space?.size).toBe(20);
  const counted = space?.ranges.reduce((sum, range) => sum + range.operations, 0);
  model.warm(0, 60_000);
  expect(space?.size).toBe(1);
  expect(space?.ranges[0]?.operations).toBe(counted);
  expect(space?.allowedRate(60_000)).toBe(model.rates.fullRate);
  const cold = offer(model, { ...load, fromMs: 60_000, minutes: 8 });
  expect(total(cold, "refused")).toBeGreaterThan(0);
  // It splits under the load, as any new one.
  expect(space?.size).toBeGreaterThan(1);
  expect(cold[7]?.refused).toBeLessThan(cold[1]?.refused ?? 0);
});
