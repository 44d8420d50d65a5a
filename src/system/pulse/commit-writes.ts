import type { Clock } from "../../std/clock.ts";
import type { Rng } from "../../std/rng.ts";
import { logLineOf } from "../limiter/log-lines.ts";
import type { Outcome, Reservation, WriteLimiter } from "../limiter/limiter.ts";
import type { Log } from "../log.ts";
import { isRetryable } from "../store/status.ts";
import { StoreError, type CommitResult, type Store, type StatusCode } from "../store/store.ts";
import { isStale, mayBeApplied } from "./commit-faults.ts";
import type { PulseConfig } from "./config.ts";
import type { PulseEvents } from "./events.ts";
import type { Gate } from "./gate.ts";
import type { PlannedWrite } from "./planned-write.ts";
import { backOffMs } from "./retry.ts";
import type { SweptUser } from "./user-state.ts";

export interface CommitDependencies {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly store: Store;
  readonly limiter: WriteLimiter;
  readonly log: Log;
  readonly events: PulseEvents;
  /** Its bound on commits that are under way. */
  readonly worker: { readonly gate: Gate };
}

export interface CommitRequest {
  readonly user: SweptUser;
  readonly writes: readonly PlannedWrite[];
  readonly dueMs: number;
  /** Users in the sweep: the printed algorithm's `user_count`. */
  readonly userCount: number;
  readonly retry: PulseConfig["retry"];
  readonly signal: AbortSignal;
}

/** The limiter would not let a commit through. */
class LimiterRefusal extends Error {
  override readonly name = "LimiterRefusal";
}

/**
 * A try was left without an answer, and its repeat found the documents changed: most likely by
 * that try. Whether it was applied shows when they are read again.
 */
export class LostAnswer extends Error {
  override readonly name = "LostAnswer";
  readonly writes: readonly PlannedWrite[];
  readonly sentMs: number;
  readonly attempts: number;

  constructor(request: CommitRequest, sentMs: number, attempts: number, cause: StoreError) {
    super(`the answer to a commit of ${request.writes.length} writes was lost`, { cause });
    this.writes = request.writes;
    this.sentMs = sentMs;
    this.attempts = attempts;
  }
}

/**
 * Takes one commit through limiter, store and retries. Every try asks the limiter again, since a
 * repeat loads the database as a first try does. Rejects with the last StoreError, a LostAnswer,
 * a LimiterRefusal, or the signal's reason.
 */
export async function commitWrites(
  dependencies: CommitDependencies,
  request: CommitRequest,
): Promise<void> {
  const { clock, rng, events } = dependencies;
  let unansweredMs: number | undefined;
  for (let attempt = 1; ; attempt += 1) {
    await passLimiter(dependencies, request);
    const tried = await tryCommit(dependencies, request);
    if (tried.kind === "committed") {
      const { user, writes, dueMs } = request;
      const { sentMs, answeredMs, commitTimeMs } = tried;
      events.committed({
        user,
        writes,
        dueMs,
        sentMs,
        answeredMs,
        commitTimeMs,
        attempts: attempt,
      });
      return;
    }
    const { error, sentMs } = tried;
    if (unansweredMs !== undefined && isStale(error)) {
      throw new LostAnswer(request, unansweredMs, attempt, error);
    }
    if (mayBeApplied(error.code)) unansweredMs ??= sentMs;
    const final = !isRetryable(error.code) || attempt >= request.retry.attempts;
    events.failedAttempt(request.user, error.code, request.writes.length, final);
    if (final) throw error;
    await clock.sleep(backOffMs(request.retry, attempt + 1, rng), request.signal);
  }
}

async function passLimiter(
  { clock, limiter, log, events }: CommitDependencies,
  { user, writes, userCount, signal }: CommitRequest,
): Promise<void> {
  const nowMs = clock.monotonicMs();
  const demand = {
    cost: writes.length,
    keys: writes.map(({ write }) => write.path),
    tenantId: user.tenantId,
    userCount,
  };
  const reservation = limiter.reserve(demand, nowMs);
  const line = logLineOf(reservation, demand, nowMs);
  if (line !== undefined) log[line.level](line.fields, line.message);
  if (reservation.kind === "refused") {
    events.refused(user, writes.length, reservation.message);
    throw new LimiterRefusal(refusalText(user, reservation));
  }
  const waitMs = reservation.sendAtMs - nowMs;
  if (waitMs <= 0) return;
  events.waited(reservation.waitedFor ?? "pace", waitMs);
  await clock.sleep(waitMs, signal);
}

function refusalText(user: SweptUser, refusal: Extract<Reservation, { kind: "refused" }>): string {
  return `user ${user.uid} of tenant ${user.tenantId}: the limiter refused: ${refusal.message}`;
}

type Try =
  | ({
      readonly kind: "committed";
      readonly sentMs: number;
      readonly answeredMs: number;
    } & CommitResult)
  | { readonly kind: "failed"; readonly error: StoreError; readonly sentMs: number };

async function tryCommit(
  { clock, limiter, store, worker: { gate } }: CommitDependencies,
  { user, writes, signal }: CommitRequest,
): Promise<Try> {
  if (!gate.tryEnter()) await gate.enter();
  let sentMs = clock.monotonicMs();
  const report = (status: Outcome["status"]): number => {
    const answeredMs = clock.monotonicMs();
    const latencyMs = answeredMs - sentMs;
    limiter.report({ cost: writes.length, tenantId: user.tenantId, status, latencyMs }, answeredMs);
    return answeredMs;
  };
  try {
    const departMs = limiter.depart(writes.length, sentMs);
    signal.throwIfAborted();
    if (departMs > sentMs) {
      await clock.sleep(departMs - sentMs, signal);
      sentMs = clock.monotonicMs();
    }
    const { commitTimeMs } = await store.commit(writes.map(({ write }) => write));
    return { kind: "committed", sentMs, answeredMs: report("committed"), commitTimeMs };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    report(outcomeOf(error.code));
    return { kind: "failed", error, sentMs };
  } finally {
    gate.leave();
  }
}

function outcomeOf(code: StatusCode): Outcome["status"] {
  if (code === "ABORTED") return "aborted";
  if (code === "RESOURCE_EXHAUSTED") return "resource-exhausted";
  if (code === "UNAVAILABLE" || code === "DEADLINE_EXCEEDED") return "unavailable";
  return "failed";
}
