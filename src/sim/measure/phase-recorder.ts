import type { Clock } from "../../std/clock.ts";
import type { LimiterState, WaitReason } from "../../system/limiter/limiter.ts";
import type {
  CommitEvent,
  Overlap,
  PlanCounts,
  PulseEvents,
  SweepSchedule,
  SweepSummary,
} from "../../system/pulse/events.ts";
import type { PlannedWrite } from "../../system/pulse/planned-write.ts";
import type { SweptUser } from "../../system/pulse/user-state.ts";
import { StoreError, type StatusCode, type Write } from "../../system/store/store.ts";
import type { ClientOperation } from "../config/scenario.ts";
import type { DriverRecorder } from "../drivers/client-driver.ts";
import type { DirectCommit, DirectRecorder } from "../drivers/direct-lane.ts";
import { LATE_MS } from "../drivers/open-loop.ts";
import type { OperationOutcome } from "../drivers/outcome.ts";
import { DueUpdates, type Unfinished } from "./due-updates.ts";
import { TenantLatencies } from "./fairness.ts";
import type { GeneratorFacts } from "./generator-facts.ts";
import { Histogram, histogramOf } from "./histogram.ts";
import { isQuery } from "./client-queries.ts";
import type { LimiterWatch } from "./limiter-watch.ts";
import { ListenerLatencies, type QuoteSeen } from "./listener-latencies.ts";
import type { CommitTimes } from "./metered-store.ts";
import { emptyCounts, type PhaseCounts } from "./phase-counts.ts";
import { RetriesDue } from "./retries-due.ts";
import { Series } from "./series.ts";
import { WriteCounts, type CountOf } from "./write-counts.ts";
import { WriteMeter } from "./write-meter.ts";

/** The worker of a pulse that has only one. */
const ALL_SHARDS = "all";

/** Different failures told apart; messages may name documents, and must not fill the memory. */
const FAILURES_MAX = 500;

/** How a phase ended, in monotonic time. */
export interface PhaseEnd {
  /** When measuring stopped; what is unfinished has waited until then. */
  readonly endMs: number;
  /** What was due later than this was not for this phase to do. */
  readonly dueUntilMs: number;
  /** Open trades of a user: what an update that was never planned would have revalued. */
  readonly openTradesOf: (uid: string) => number;
}

/**
 * Hears everything that happens in a phase (from the pulse, the client lane, the listeners and the
 * store) and keeps it in histograms and counts. Monotonic times come in; `startMs` is the phase's.
 */
export class PhaseRecorder implements PulseEvents, DriverRecorder, DirectRecorder {
  readonly startMs: number;
  readonly counts: PhaseCounts = emptyCounts();
  readonly series = new Series();
  /** Tries of commits at the time they were sent: what a limiter answers for. */
  readonly sent = new WriteMeter();
  /** Successful ones when the server applied them: a server that paused applies many at once. */
  readonly applied = new WriteMeter();
  readonly tenants = new TenantLatencies();
  readonly limiterWaits = new Map<WaitReason, number>();
  readonly failures = new Map<string, number>();
  /** One sample for each commit that carried P&L, and for each user left without one. */
  readonly pnlCommit = new Histogram();
  readonly listeners = new ListenerLatencies();
  readonly commitCall = new Histogram();
  readonly operations = new Map<ClientOperation, Histogram>();
  /** Direct writes' commits that succeeded, from when they were due. */
  readonly directCommit = new Histogram();
  readonly updates = new DueUpdates();
  /** One for each limiter that paces evenly, and for each instance that took over from a dead one. */
  readonly limiterWatches: LimiterWatch[] = [];
  readonly retries = new RetriesDue();
  /** How it went for the program that sent the client traffic, where it was one of its own. */
  generator: GeneratorFacts | null = null;
  /** Workers that have visited all of their users at least once, and said so in heartbeats. */
  readonly sweptShards = new Set<string>();
  /** By start: how many workers have listed for it, and how many users. */
  readonly #listed = new Map<number, { readonly workers: number; readonly users: number }>();
  readonly #writes: WriteCounts;
  readonly #clock: Clock;
  readonly #acknowledged: (writes: readonly PlannedWrite[]) => void;
  /** Users whose present commit has met contention; each has one commit under way at most. */
  readonly #contended = new Set<string>();

  /** `countOf`: what a write of a path counts as; 1 when absent. */
  constructor(
    clock: Clock,
    startMs: number,
    acknowledged: (writes: readonly PlannedWrite[]) => void,
    countOf?: CountOf,
  ) {
    this.#writes = new WriteCounts(countOf);
    this.#clock = clock;
    this.startMs = startMs;
    this.#acknowledged = acknowledged;
  }

  planned(user: SweptUser, plan: PlanCounts, dueMs: number): void {
    this.#offered(plan.writes, dueMs);
    this.counts.pnlDue += plan.pnlDue;
    this.counts.pnlUnchanged += plan.pnlUnchanged;
    this.#contended.delete(user.uid);
    this.retries.settled(user.uid);
    const pnlWrites = plan.pnlDue - plan.pnlUnchanged;
    this.updates.planned(user.uid, dueMs, pnlWrites, this.#clock.monotonicMs());
  }

  /** `shardKey` names the worker, where several share the users. */
  scheduled(schedule: SweepSchedule, shardKey = ALL_SHARDS): void {
    this.updates.scheduled(schedule, shardKey);
    const before = this.#listed.get(schedule.startMs);
    const users = (before?.users ?? 0) + schedule.users.length;
    this.#listed.set(schedule.startMs, { workers: (before?.workers ?? 0) + 1, users });
  }

  staleRead(user: SweptUser): void {
    this.counts.staleReads += 1;
    this.#contends(user);
  }

  plannedOps(writes: readonly Write[], dueMs: number): void {
    this.#offered(this.#writes.of(writes), dueMs);
  }

  waited(reason: WaitReason, waitMs: number): void {
    this.counts.limiterWaitMs += waitMs;
    this.limiterWaits.set(reason, (this.limiterWaits.get(reason) ?? 0) + 1);
  }

  refused(user: SweptUser, writes: number, message: string): void {
    this.retries.refused(user.uid, message);
    this.counts.refusedWrites += writes;
    this.#failure(`the limiter refused: ${message}`);
    this.series.count("refusals", this.#elapsedMs());
  }

  committed(event: CommitEvent): void {
    let pnlWrites = 0;
    for (const { kind } of event.writes) if (kind === "pnl" || kind === "close") pnlWrites += 1;
    this.counts.commits += 1;
    const writes = this.#writes.ofPlanned(event.writes);
    this.counts.writesCommitted += writes;
    this.counts.pnlCommitted += pnlWrites;
    if (event.attempts > 1) this.counts.retriedCommits += 1;
    const elapsedMs = event.answeredMs - this.startMs;
    this.series.count("writesCommitted", elapsedMs, writes);
    this.series.count("commits", elapsedMs);
    this.commitCall.record(event.answeredMs - event.sentMs);
    if (pnlWrites > 0) this.#pnlCommitted(event, pnlWrites, elapsedMs);
    this.#contended.delete(event.user.uid);
    this.retries.settled(event.user.uid);
    this.#acknowledged(event.writes);
  }

  failedAttempt(user: SweptUser, code: StatusCode, _writes: number, final: boolean): void {
    const isRefused = code === "ABORTED" || code === "RESOURCE_EXHAUSTED";
    if (isRefused) this.counts.abortedCommits += 1;
    if (isRefused || !final) this.#contends(user);
    if (final) {
      this.counts.failedCommits += 1;
      this.retries.settled(user.uid);
    } else {
      this.retries.due(user.uid, this.#clock.monotonicMs());
    }
    this.#failure(code);
    this.series.count(final ? "refusals" : "retries", this.#elapsedMs());
  }

  userFailed(user: SweptUser, error: unknown): void {
    this.updates.failed(user.uid);
    this.#contended.delete(user.uid);
    this.retries.settled(user.uid);
    this.counts.usersFailed += 1;
    this.#failure(`user failed: ${causeOf(error)}`);
  }

  /** `hasBeaten`: none of its heartbeats was refused. */
  sweepEnded(summary: SweepSummary, shardKey = ALL_SHARDS, hasBeaten = true): void {
    this.counts.sweeps += 1;
    if (summary.status === "complete") {
      this.counts.completeSweeps += 1;
      if (hasBeaten) this.sweptShards.add(shardKey);
    }
    this.counts.usersSwept += summary.usersSwept;
  }

  /** The sweep of that start ended with the database's error; any other is a fault of the program. */
  sweepFailed(error: unknown, startMs: number, shardKey = ALL_SHARDS): void {
    if (!(error instanceof StoreError)) throw error;
    this.counts.failedSweeps += 1;
    this.updates.skipped(startMs, shardKey);
    this.#failure(`sweep: ${error.code}`);
  }

  overlapped({ startMs, shardKey }: Overlap): void {
    this.counts.overlappingSweeps += 1;
    this.updates.skipped(startMs, shardKey);
  }

  /** A client operation ended; latency counts from when it was meant to start. */
  operation(
    name: ClientOperation,
    intendedMs: number,
    startedMs: number,
    finishedMs: number,
    outcome: OperationOutcome,
  ): void {
    const elapsedMs = finishedMs - this.startMs;
    const latenessMs = startedMs - intendedMs;
    this.counts.clientOperations += 1;
    this.counts.worstLatenessMs = Math.max(this.counts.worstLatenessMs, latenessMs);
    if (latenessMs > LATE_MS) this.counts.lateArrivals += 1;
    if (outcome.attempts > 1) this.counts.clientRetries += 1;
    this.series.count("clientOperations", elapsedMs);
    if (outcome.kind === "failed") {
      this.counts.clientErrors += 1;
      this.series.count("clientErrors", elapsedMs);
      this.#failure(`client ${name}: ${outcome.code}: ${outcome.message}`);
      return;
    }
    const latencyMs = finishedMs - intendedMs;
    histogramOf(this.operations, name).record(latencyMs);
    if (isQuery(name)) this.series.latency("query", elapsedMs, latencyMs);
  }

  dropped(name: ClientOperation, intendedMs: number): void {
    this.counts.droppedArrivals += 1;
    this.#failure(`client ${name}: dropped`);
    this.series.count("clientErrors", intendedMs - this.startMs);
  }

  direct({ intendedMs, startedMs, finishedMs, writes, code }: DirectCommit): void {
    const { counts, series } = this;
    const latenessMs = startedMs - intendedMs;
    counts.directDue += writes;
    counts.directCommits += 1;
    counts.worstLatenessMs = Math.max(counts.worstLatenessMs, latenessMs);
    if (latenessMs > LATE_MS) counts.directLate += 1;
    series.count("writesOffered", intendedMs - this.startMs, writes);
    const elapsedMs = finishedMs - this.startMs;
    if (code !== null) {
      counts.directFailed += writes;
      series.count("refusals", elapsedMs);
      this.#failure(`direct write: ${code}`);
      return;
    }
    counts.directCommitted += writes;
    series.count("writesCommitted", elapsedMs, writes);
    series.count("commits", elapsedMs);
    this.directCommit.record(finishedMs - intendedMs);
  }

  directDropped(intendedMs: number, writes: number): void {
    this.counts.directDue += writes;
    this.counts.directDropped += writes;
    this.series.count("writesOffered", intendedMs - this.startMs, writes);
    this.#failure("direct write: dropped");
  }

  /** The pulse's lane woke so much later than it had asked for: this process was held up. */
  lateness(latenessMs: number): void {
    this.counts.wakes += 1;
    this.counts.worstWakeMs = Math.max(this.counts.worstWakeMs, latenessMs);
    if (latenessMs > LATE_MS) this.counts.lateWakes += 1;
  }

  /** A listener saw a new value of one of the user's trades. */
  seen(view: QuoteSeen): void {
    this.listeners.seen(view);
  }

  /** Any try of a commit, whoever made it. */
  stored({ sentMs, appliedMs }: CommitTimes, writes: readonly Write[]): void {
    const paths = writes.map(({ path }) => path);
    this.sent.record(sentMs, writes.length, paths);
    if (appliedMs !== null) this.applied.record(appliedMs, writes.length);
  }

  /** Writes that others send, at that monotonic time, who are not simulated: see CohortLimiter. */
  othersSent(writes: number, atMs: number): void {
    const wallMs = this.#clock.wallMs() + atMs - this.#clock.monotonicMs();
    for (const meter of [this.sent, this.applied]) meter.record(wallMs, writes);
  }

  limiterState(state: LimiterState): void {
    this.series.limiter(this.#elapsedMs(), state.ratePerSecond, state.backlogMs);
  }

  /**
   * Ends the phase: updates that fell due and were never committed count with the time they have
   * waited so far, planned or not. Leaving them out would make the slowest runs look fast.
   */
  close(end: PhaseEnd): void {
    for (const update of this.updates.close(end.dueUntilMs)) this.#unfinished(update, end);
    this.counts.usersListedLeast = this.#listedLeast();
    this.retries.close(end.endMs);
    this.listeners.close(end.endMs);
    this.counts.listenersEnded = this.listeners.listenersEnded;
  }

  /** Latencies of all reads a dashboard makes, together. */
  queries(): Histogram {
    const all = new Histogram();
    for (const [name, histogram] of this.operations) if (isQuery(name)) all.add(histogram);
    return all;
  }

  /**
   * Users listed for one start, by all workers together, at the least. A start that some worker did
   * not list for is counted elsewhere: it failed, was skipped, or the phase ended.
   */
  #listedLeast(): number | null {
    const starts = [...this.#listed.values()];
    if (starts.length === 0) return null;
    const workers = Math.max(...starts.map((start) => start.workers));
    const whole = starts.filter((start) => start.workers === workers);
    return Math.min(...whole.map(({ users }) => users));
  }

  #pnlCommitted(event: CommitEvent, pnlWrites: number, elapsedMs: number): void {
    const latencyMs = event.answeredMs - event.dueMs;
    this.pnlCommit.record(latencyMs);
    this.series.latency("pnl", elapsedMs, latencyMs);
    this.tenants.record(event.user.tenantId, latencyMs);
    this.updates.committed(event.user.uid, event.dueMs, pnlWrites);
    this.listeners.committed(event.user.uid, event.writes, event.dueMs);
  }

  #unfinished({ kind, uid, dueMs, writes }: Unfinished, { endMs, openTradesOf }: PhaseEnd): void {
    const owed = kind === "unplanned" ? openTradesOf(uid) : writes;
    if (owed === 0) return;
    if (kind === "unplanned") {
      this.counts.pnlDue += owed;
      this.#offered(owed, dueMs);
    }
    this.counts.pnlUnfinished += owed;
    this.pnlCommit.record(endMs - dueMs);
    this.listeners.unfinished(uid, endMs - dueMs, owed);
  }

  /** Counts the user's present commit, once however much it meets. */
  #contends({ uid }: SweptUser): void {
    if (this.#contended.has(uid)) return;
    this.#contended.add(uid);
    this.counts.contendedCommits += 1;
  }

  #offered(writes: number, dueMs: number): void {
    this.counts.writesOffered += writes;
    this.series.count("writesOffered", dueMs - this.startMs, writes);
  }

  #failure(cause: string): void {
    const isKept = this.failures.has(cause) || this.failures.size < FAILURES_MAX;
    const key = isKept ? cause : "other failures";
    this.failures.set(key, (this.failures.get(key) ?? 0) + 1);
  }

  #elapsedMs(): number {
    return this.#clock.monotonicMs() - this.startMs;
  }
}

function causeOf(error: unknown): string {
  if (error instanceof StoreError) return `${error.operation} ${error.code}`;
  return error instanceof Error ? error.name : "unknown";
}
