import { z } from "zod";

/**
 * The knobs of the pulse. Sections of the service's document are named where they ask for one.
 * All durations are in the unit their name ends with.
 */
export const pulseConfigSchema = z.strictObject({
  /** One sweep over all enabled users in each period (section 1: every minute; section 9: tune it). */
  periodSeconds: z.number().min(1).max(3600).default(60),
  /** Share of the period before the first user is due: time to list the users and read ahead. */
  leadInShare: z.number().min(0).max(0.5).default(0.03),
  /** Share of the period kept free at its end, so that retries do not run into the next sweep. */
  tailShare: z.number().min(0).max(0.5).default(0.04),
  /** Account snapshots are written this often, whatever the period (section 1: every minute). */
  snapshotSeconds: z.number().min(1).max(86_400).default(60),
  /** An account read is reused for this long (section 9: cache snapshots for one minute); 0: never. */
  snapshotCacheSeconds: z.number().min(0).max(3600).default(60),
  /** Accounts kept in the cache; the oldest goes first. */
  snapshotCacheUsers: z.int().min(1).max(1_000_000).default(20_000),
  /** One signal a user in each of these (section 1: every 5 minutes). */
  signalSeconds: z.number().min(1).max(86_400).default(300),
  /** Signals are ephemeral: the TTL policy deletes them after this. */
  signalLifeSeconds: z.number().min(60).max(2_592_000).default(86_400),
  /** ops/write_rates/users/{uid} is refreshed this often. */
  userRateSeconds: z.number().min(1).max(86_400).default(300),
  /**
   * Users whose trades are read together, at most; a twentieth of all users where they are few. They
   * are neighbours in the database, and written one after another: so few that they are through
   * within a second or two (see visit-order.ts).
   */
  pageUsers: z.int().min(1).max(10_000).default(50),
  /** A page is read this long before its first user is due, or a whole page ahead if that is more. */
  readAheadMs: z.number().min(0).max(60_000).default(1500),
  /** Users planned and not yet committed, at most; more wait, and their wait counts as latency. */
  maxUsersInFlight: z.int().min(1).max(100_000).default(12_000),
  /** Commits sent and not yet answered, at most. */
  maxCommitsInFlight: z.int().min(1).max(10_000).default(256),
  /** A user's writes go in commits of at most this many ("a batch of 10 performs better than 500"). */
  maxWritesPerCommit: z.int().min(1).max(500).default(50),
  retry: z
    .strictObject({
      /** The first try included. */
      attempts: z.int().min(1).max(20).default(5),
      baseMs: z.number().min(1).max(60_000).default(100),
      factor: z.number().min(1).max(10).default(2),
      capMs: z.number().min(1).max(600_000).default(10_000),
    })
    .prefault({}),
  /** A sweep whose lease is older than this is taken for dead. */
  leaseSeconds: z.number().min(5).max(3600).default(180),
  /** Workers the shards are spread over; each gets its share of the limiter's rate. */
  workers: z.int().min(1).max(64).default(1),
});
export type PulseConfig = z.infer<typeof pulseConfigSchema>;
