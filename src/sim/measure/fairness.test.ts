import { expect, test } from "vitest";
import { jainIndex, TenantLatencies } from "./fairness.ts";

test.each([
  [[5, 5, 5, 5], 1],
  // One of four has everything: 1/4.
  [[8, 0, 0, 0], 0.25],
  // (1 + 3)² / (2 × (1 + 9)) = 0.8
  [[1, 3], 0.8],
])("Jain's index of %o is %d", (values, index) => {
  expect(jainIndex(values)).toBeCloseTo(index, 10);
});

test("nobody has no index, and all zero is even", () => {
  expect(jainIndex([])).toBeNull();
  expect(jainIndex([0, 0])).toBe(1);
});

test("the worst tenant is named by its p99, if it has the samples for one", () => {
  const tenants = new TenantLatencies();
  for (let sample = 0; sample < 10; sample += 1) {
    tenants.record("small", 10);
    tenants.record("large", sample === 9 ? 400 : 10);
  }
  tenants.record("once", 9999);
  const { worstTenant, worstTenantP99Ms } = tenants.fairness();
  expect(worstTenant).toBe("large");
  expect(worstTenantP99Ms).toBeCloseTo(400, -1);
});
