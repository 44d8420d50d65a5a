import type { PlanOf } from "../../system/limiter/tenant-shares.ts";
import type { Population } from "../population/population.ts";

/** The plans of a population's tenants. */
export function plansOf({ tenants }: Population): PlanOf {
  const plans = new Map(tenants.map(({ tenantId, plan }) => [tenantId, plan]));
  return (tenantId) => plans.get(tenantId);
}
