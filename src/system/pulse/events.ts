import type { WaitReason } from "../limiter/limiter.ts";
import type { StatusCode, Write } from "../store/store.ts";
import type { PlannedWrite } from "./planned-write.ts";
import type { SweptUser } from "./user-state.ts";

/** What one commit of a user carried and when. Times are of the clock's monotonic time. */
export interface CommitEvent {
  readonly user: SweptUser;
  readonly writes: readonly PlannedWrite[];
  /** When the user's update fell due and its quotes were to be taken. */
  readonly dueMs: number;
  readonly sentMs: number;
  readonly answeredMs: number;
  /** Wall time by the server's clock. */
  readonly commitTimeMs: number;
  /** 1 when the first try succeeded. */
  readonly attempts: number;
}

/** What a sweep tells of itself while it runs. Every method is optional to handle. */
export interface PulseEvents {
  /**
   * A sweep has listed its users: each falls due at its moment, whether or not the sweep gets
   * round to it. Once for each sweep, before any user is planned.
   */
  scheduled(schedule: SweepSchedule): void;
  /** A user's plan is made: so many writes are now offered to the limiter. */
  planned(user: SweptUser, plan: PlanCounts, dueMs: number): void;
  /** Writes of the sweep itself (heartbeats, counters) are now offered to the limiter. */
  plannedOps(writes: readonly Write[], dueMs: number): void;
  /** The limiter put a commit off. */
  waited(reason: WaitReason, waitMs: number): void;
  /** The limiter refused a commit. */
  refused(user: SweptUser, writes: number, message: string): void;
  committed(event: CommitEvent): void;
  /** A try failed; the commit is tried again unless `final`. */
  failedAttempt(user: SweptUser, code: StatusCode, writes: number, final: boolean): void;
  /** Documents of a user changed between reading and writing: the user is read again. */
  staleRead(user: SweptUser): void;
  userFailed(user: SweptUser, error: unknown): void;
  sweepEnded(summary: SweepSummary): void;
  /** A sweep found the lease of the one before it still held, and did nothing. */
  overlapped(overlap: Overlap): void;
}

/** Who is due when. Times are of the clock's monotonic time. */
export interface SweepSchedule {
  readonly sweepId: string;
  readonly startMs: number;
  readonly users: readonly SweptUser[];
  /** When the user at this position of `users` falls due. */
  readonly dueMsOf: (position: number) => number;
}

export interface Overlap {
  readonly shardKey: string;
  readonly heldBy: string;
  /** When the sweep that did nothing should have started: its users were due all the same. */
  readonly startMs: number;
}

export interface PlanCounts {
  readonly writes: number;
  readonly pnlDue: number;
  readonly pnlUnchanged: number;
}

export interface SweepSummary {
  readonly sweepId: string;
  /** `overlapped`: another sweep of these shards was still running; `cut`: stopped by its signal. */
  readonly status: "complete" | "overlapped" | "cut";
  readonly usersListed: number;
  readonly usersSwept: number;
  readonly usersFailed: number;
  readonly writes: number;
  readonly commits: number;
  readonly rateLimited: number;
  readonly durationMs: number;
}
