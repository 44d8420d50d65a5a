import type { LimiterConfig } from "../limiter/config.ts";
import { SHARD_COUNT } from "../schema/shard.ts";

/** The shards one worker sweeps. */
export interface ShardGroup {
  /** Names the group in leases, heartbeats and task names: "0-15"; "all" when there is one group. */
  readonly shardKey: string;
  readonly shards: readonly number[] | "all";
}

/** Splits all shards into neighbouring groups, one for each worker, as even as they go. */
export function shardGroups(workers: number): readonly ShardGroup[] {
  if (workers === 1) return [{ shardKey: "all", shards: "all" }];
  return Array.from({ length: workers }, (_, worker) => {
    const first = Math.floor((worker * SHARD_COUNT) / workers);
    const last = Math.floor(((worker + 1) * SHARD_COUNT) / workers) - 1;
    const shards = Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
    return { shardKey: `${first}-${last}`, shards };
  });
}

/**
 * One worker's part of the limiter's rate. A limiter counts what its own process writes, so N
 * workers with the whole rate each would write N times the limit. The per-document limit is not
 * divided: a document has one writer.
 */
export function shareOfLimits(config: LimiterConfig, workers: number): LimiterConfig {
  const share = Math.max(1, Math.floor(config.batch_write_limit / workers));
  return { ...config, batch_write_limit: share };
}
