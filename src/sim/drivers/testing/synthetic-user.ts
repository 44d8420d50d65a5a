import type { SyntheticUser } from "../../population/population.ts";

/** A user for tests: ada of tenant acme, with one strategy. */
export function syntheticUser(changes: Partial<SyntheticUser> = {}): SyntheticUser {
  return {
    uid: "ada",
    email: "ada@example.com",
    tenantId: "acme",
    strategyIds: ["momentum-1"],
    cash: "10000.00",
    activity: 1,
    ...changes,
  };
}
