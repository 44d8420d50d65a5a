import { tenantPath } from "../../system/schema/tenant.ts";
import { userPath } from "../../system/schema/user.ts";
import type { TenantRankOf } from "../drivers/fault-aim.ts";
import type { Population } from "../population/population.ts";

/** Whose a path is: the tenant's own documents, and those of its users. 0 is the largest tenant. */
export function tenantRanks({ tenants, users }: Population): TenantRankOf {
  const bySize = [...tenants].sort(
    (left, right) => right.userIndexes.length - left.userIndexes.length,
  );
  const ranks = new Map<string, number>();
  for (const [rank, { tenantId, userIndexes }] of bySize.entries()) {
    ranks.set(tenantPath(tenantId), rank);
    for (const index of userIndexes) ranks.set(userPath(users[index]?.uid ?? ""), rank);
  }
  return (path) => ranks.get(path.split("/", 2).join("/"));
}
