import { hash32 } from "../../std/rng.ts";

/**
 * Into how many shards tenants fall. Fixed for the life of the data, since every trading status
 * stores its shard; how many workers share the shards among them is configuration.
 */
export const SHARD_COUNT = 64;

/** The shard of a tenant. All users of a tenant share it, so one worker sees its fair share. */
export function shardOf(tenantId: string): number {
  return hash32(tenantId) % SHARD_COUNT;
}
