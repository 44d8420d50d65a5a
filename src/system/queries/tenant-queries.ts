import {
  HEARTBEATS,
  heartbeatsPath,
  membersPath,
  strategiesPath,
  type Heartbeat,
  type MemberRole,
  type Strategy,
} from "../schema/tenant.ts";
import type { Filter, Query } from "../store/store.ts";
import { equals, newestFirst, oldestFirst, type PageOptions } from "./clauses.ts";

/** The tenant's strategies of one status, the one changed last first. */
export function strategiesByStatus(
  tenantId: string,
  status: Strategy["status"],
  options: PageOptions,
): Query {
  return strategies(tenantId, [equals("status", status)], options);
}

export function strategiesByStatusAndKind(
  tenantId: string,
  status: Strategy["status"],
  kind: Strategy["kind"],
  options: PageOptions,
): Query {
  return strategies(tenantId, [equals("status", status), equals("kind", kind)], options);
}

export function strategiesOfUser(tenantId: string, uid: string, options: PageOptions): Query {
  return strategies(tenantId, [equals("uid", uid)], options);
}

export function strategiesOfUserByStatus(
  tenantId: string,
  uid: string,
  status: Strategy["status"],
  options: PageOptions,
): Query {
  return strategies(tenantId, [equals("uid", uid), equals("status", status)], options);
}

/** The strategies that trade a symbol, the one changed last first. */
export function strategiesOnSymbol(tenantId: string, symbol: string, options: PageOptions): Query {
  const trades: Filter = { field: "symbols", operator: "array-contains", value: symbol };
  return strategies(tenantId, [trades], options);
}

/** The tenant's members of one role, the newest first. */
export function membersByRole(tenantId: string, role: MemberRole, { limit }: PageOptions): Query {
  return {
    from: { kind: "collection", path: membersPath(tenantId) },
    where: [equals("role", role)],
    orderBy: newestFirst("created_at"),
    limit,
  };
}

/** The tenant's services of one status, the one not heard of for longest first. */
export function heartbeatsByStatus(tenantId: string, status: Heartbeat["status"]): Query {
  return {
    from: { kind: "collection", path: heartbeatsPath(tenantId) },
    where: [equals("status", status)],
    orderBy: oldestFirst("last_beat_at"),
  };
}

/** The tenant's services that have not been heard of since a moment, the longest silent first. */
export function silentServices(tenantId: string, before: Date): Query {
  return {
    from: { kind: "collection", path: heartbeatsPath(tenantId) },
    where: [{ field: "last_beat_at", operator: "<", value: before }],
    orderBy: oldestFirst("last_beat_at"),
  };
}

/** Failing services of all tenants, for whoever is on call. Trusted code only. */
export function failingServices({ limit }: PageOptions): Query {
  return {
    from: { kind: "collection-group", name: HEARTBEATS },
    where: [equals("status", "failing")],
    orderBy: [{ field: "__name__", direction: "asc" }],
    limit,
  };
}

function strategies(tenantId: string, where: readonly Filter[], { limit }: PageOptions): Query {
  return {
    from: { kind: "collection", path: strategiesPath(tenantId) },
    where,
    orderBy: newestFirst("updated_at"),
    limit,
  };
}
