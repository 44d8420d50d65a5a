import type { ClientOperation } from "../config/scenario.ts";

const QUERIES: ReadonlySet<ClientOperation> = new Set([
  "open-trades",
  "sell-trades-24h",
  "tenant-ledger",
  "recent-signals",
  "account-snapshot",
]);

/** Whether the operation is a read that a dashboard makes. */
export function isQuery(name: ClientOperation): boolean {
  return QUERIES.has(name);
}
