import { expect, test } from "vitest";
import { commitOne, newModel, offer, ScatteredDocuments, total } from "./load.fixture.ts";

test("warming loses no operation while it cuts the space anew", () => {
  const model = newModel();
  model.warm(5000, 0);
  const documents = new ScatteredDocuments(model, "c");
  const minutes = offer(model, { minutes: 1, rate: () => 3000, next: documents.next });
  const [space] = model.spaces();
  const operations = space?.ranges.reduce((sum, range) => sum + range.operations, 0);
  expect(operations).toBe(total(minutes, "offered"));
  expect(total(minutes, "refused")).toBe(0);
  expect(space?.ranges).toHaveLength(20);
});

test("ranges lie in order and hold every key between them", () => {
  const model = newModel();
  model.warm(5000, 0);
  const documents = new ScatteredDocuments(model, "c", 2000);
  for (let write = 0; write < 2000; write += 1) commitOne(model, documents.next(), write);
  const [space] = model.spaces();
  const starts = space?.ranges.map(({ start }) => start) ?? [];
  expect(starts[0]).toBe("");
  expect(starts).toEqual(starts.toSorted());
  for (const range of space?.ranges ?? []) expect(space?.locate(range.start)).toBe(range);
});
