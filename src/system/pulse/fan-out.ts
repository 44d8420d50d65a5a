import type { LimiterConfig } from "../limiter/config.ts";
import type { LimiterStrategy } from "../limiter/create-limiter.ts";
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

/** Writes that only make sense in one commit: a close of a trade and its ledger entry. */
const SHARE_MIN = 2;

/**
 * One worker's part of the limiter's rates. A limiter counts what its own process writes, so N
 * workers with the whole rate each would write N times the limit. The per-document limit is not
 * divided, as a document has one writer; nor are the tenants' own, as a tenant is in one shard.
 */
export function shareOfLimits(config: LimiterConfig, workers: number): LimiterConfig {
  const { tuning, batch_write_limit } = config;
  const share = (limit: number): number => Math.floor(limit / workers);
  const ramp = {
    ...tuning.ramp,
    startPerSecond: share(tuning.ramp.startPerSecond),
    maximumPerSecond: share(tuning.ramp.maximumPerSecond),
  };
  return { ...config, batch_write_limit: share(batch_write_limit), tuning: { ...tuning, ramp } };
}

/**
 * Why this many workers cannot share the limits this strategy keeps to; undefined when they can.
 * A share is never rounded up: the shares would add up to more than the limit.
 */
export function shareFault(
  config: LimiterConfig,
  strategy: LimiterStrategy,
  workers: number,
): string | undefined {
  if (!config.enable_rate_limiting) return undefined;
  const { startPerSecond, maximumPerSecond } = config.tuning.ramp;
  const limits =
    strategy === "ramp"
      ? {
          "tuning.ramp.startPerSecond": startPerSecond,
          "tuning.ramp.maximumPerSecond": maximumPerSecond,
        }
      : { batch_write_limit: config.batch_write_limit };
  const tooSmall = Object.entries(limits).find(([, limit]) => limit < SHARE_MIN * workers);
  if (tooSmall === undefined) return undefined;
  const [name, limit] = tooSmall;
  const workersMax = Math.floor(limit / SHARE_MIN);
  return (
    `workers is ${workers} and ${name} is ${limit}: each worker needs at least ${SHARE_MIN} writes ` +
    `a second of it, since a close and its ledger entry go together. Set ${name} to at least ` +
    `${SHARE_MIN * workers}${workersMax > 0 ? `, or workers to at most ${workersMax}` : ""}`
  );
}
