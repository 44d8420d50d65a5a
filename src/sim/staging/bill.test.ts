import { expect, it } from "vitest";
import { billOf, type BillRequest } from "./bill.ts";

const REQUEST: BillRequest = {
  estimate: {
    run: { reads: 1_000_000, writes: 500_000, deletes: 0 },
    cleaning: { reads: 100_000, writes: 0, deletes: 100_000 },
  },
  location: "us-central1",
  maxCost: 1,
  maxWrites: null,
  maxWritesPerSecond: 1000,
};

it("prints reads, writes, deletes and dollars, with the prices' place, date and source", () => {
  const { lines, limits } = billOf(REQUEST);
  expect(lines.join("\n")).toContain("1,000,000 reads, 500,000 writes, 0 deletes");
  // 1.1 million reads at 0.03, 0.5 million writes at 0.09, 0.1 million deletes at 0.01.
  expect(lines.join("\n")).toMatch(
    /Together \$0\.79 of at most \$1\.00 .*us-central1.*read 2026-\d\d-\d\d, https:/,
  );
  expect(limits).toEqual({ perSecond: 1000, total: 750_000 });
});

it("takes the dearer price where the table has none, says so, and refuses what that comes to", () => {
  const europe = { ...REQUEST, location: "europe-west1" };
  expect(() => billOf(europe)).toThrow(
    "--max-cost: the run is estimated at $1.58, and $1.00 is allowed",
  );
  const { lines } = billOf({ ...europe, maxCost: 2 });
  expect(lines.join("\n")).toContain("for europe-west1 is not in the table");
});

it("refuses a run that is larger than its own cap", () => {
  expect(() => billOf({ ...REQUEST, maxWrites: 499_999 })).toThrow("--max-writes");
  expect(billOf({ ...REQUEST, maxWrites: 500_000 }).limits.total).toBe(500_000);
});
