import { assert } from "../../std/assert.ts";
import { apportion } from "./apportion.ts";

/** Share of all users in the largest tenant when the scenario does not say. */
const LARGEST_SHARE = 0.09;

/**
 * How many users each tenant has, largest first: one tenant of the given share, and the others by
 * Zipf's law (the tenant of rank r weighs 1/r), each with at least one user. The sum is exact.
 * The largest share is bent as far as needed to leave everyone a user and nobody more than it.
 */
export function tenantSizes(
  users: number,
  tenants: number,
  largestShare: number = LARGEST_SHARE,
): readonly number[] {
  assert(tenants >= 1 && users >= tenants, `${users} users cannot fill ${tenants} tenants`);
  const smallestLargest = Math.ceil(users / tenants);
  const largestLargest = users - (tenants - 1);
  const largest = Math.min(
    largestLargest,
    Math.max(smallestLargest, Math.round(users * largestShare)),
  );
  const others = Array.from({ length: tenants - 1 }, (_, index) => ({
    weight: 1 / (index + 2),
    room: largest - 1,
  }));
  const beyondTheFirst = apportion(users - largest - others.length, others);
  return [largest, ...beyondTheFirst.map((extra) => extra + 1)].sort((a, b) => b - a);
}
