import type { Clock } from "../../std/clock.ts";
import type { LimiterState, WaitReason } from "../../system/limiter/limiter.ts";
import type {
  CommitEvent,
  PlanCounts,
  PulseEvents,
  SweepSummary,
} from "../../system/pulse/events.ts";
import type { PlannedWrite } from "../../system/pulse/plan-user.ts";
import type { SweptUser } from "../../system/pulse/user-state.ts";
import { StoreError, type StatusCode, type Write } from "../../system/store/store.ts";
import type { ClientOperation } from "../config/scenario.ts";
import type { ClientRecorder } from "../drivers/client-lane.ts";
import type { OperationOutcome } from "../drivers/outcome.ts";
import { TenantLatencies } from "./fairness.ts";
import { Histogram } from "./histogram.ts";
import type { CommitTimes } from "./metered-store.ts";
import { Series } from "./series.ts";
import { WriteMeter } from "./write-meter.ts";

/** Counts of one phase. Writes are document writes; `pnl` ones are updates of a trade's P&L. */
export interface PhaseCounts {
  sweeps: number;
  overlappingSweeps: number;
  cutSweeps: number;
  usersSwept: number;
  usersFailed: number;
  usersListedLeast: number | null;
  writesOffered: number;
  writesCommitted: number;
  pnlDue: number;
  pnlUnchanged: number;
  pnlCommitted: number;
  /** Due, and not committed when the phase ended. */
  pnlUnfinished: number;
  commits: number;
  retriedCommits: number;
  abortedCommits: number;
  failedCommits: number;
  refusedWrites: number;
  clientOperations: number;
  clientErrors: number;
  lateArrivals: number;
  droppedArrivals: number;
  worstLatenessMs: number;
  limiterWaitMs: number;
}

/** A generator this late no longer drives the load it says it does. */
const LATE_MS = 50;

/**
 * Hears everything that happens in a phase (from the pulse, the client lane, the listeners and the
 * store) and keeps it in histograms and counts. Monotonic times come in; `startMs` is the phase's.
 */
export class PhaseRecorder implements PulseEvents, ClientRecorder {
  readonly startMs: number;
  readonly counts: PhaseCounts = emptyCounts();
  readonly series = new Series();
  /** Successful commits at the time they were sent: what a limiter answers for. */
  readonly sent = new WriteMeter();
  /** The same at the time the server applied them: a server that paused applies many at once. */
  readonly applied = new WriteMeter();
  readonly tenants = new TenantLatencies();
  readonly limiterWaits = new Map<WaitReason, number>();
  readonly failures = new Map<string, number>();
  readonly pnlCommit = new Histogram();
  readonly pnlListener = new Histogram();
  readonly commitCall = new Histogram();
  readonly operations = new Map<ClientOperation, Histogram>();
  /** Users whose update fell due, and those that had one committed. */
  readonly usersDue = new Set<string>();
  readonly usersServed = new Set<string>();
  readonly #clock: Clock;
  readonly #acknowledged: (writes: readonly PlannedWrite[]) => void;
  readonly #lastDueMs = new Map<string, number>();
  /** P&L updates that fell due and are not committed yet, by user. */
  readonly #pending = new Map<string, { readonly dueMs: number; pnlWrites: number }>();

  constructor(
    clock: Clock,
    startMs: number,
    acknowledged: (writes: readonly PlannedWrite[]) => void,
  ) {
    this.#clock = clock;
    this.startMs = startMs;
    this.#acknowledged = acknowledged;
  }

  planned(user: SweptUser, plan: PlanCounts, dueMs: number): void {
    this.counts.writesOffered += plan.writes;
    this.counts.pnlDue += plan.pnlDue;
    this.counts.pnlUnchanged += plan.pnlUnchanged;
    this.usersDue.add(user.uid);
    if (plan.writes === 0) this.usersServed.add(user.uid);
    this.#lastDueMs.set(user.uid, dueMs);
    const pnlWrites = plan.pnlDue - plan.pnlUnchanged;
    if (pnlWrites > 0) this.#pending.set(user.uid, { dueMs, pnlWrites });
    this.series.count("writesOffered", dueMs - this.startMs, plan.writes);
  }

  plannedOps(writes: number, dueMs: number): void {
    this.counts.writesOffered += writes;
    this.series.count("writesOffered", dueMs - this.startMs, writes);
  }

  waited(reason: WaitReason, waitMs: number): void {
    this.counts.limiterWaitMs += waitMs;
    this.limiterWaits.set(reason, (this.limiterWaits.get(reason) ?? 0) + 1);
  }

  refused(_user: SweptUser, writes: number, message: string): void {
    this.counts.refusedWrites += writes;
    this.#failure(`the limiter refused: ${message}`);
    this.series.count("refusals", this.#elapsedMs());
  }

  committed(event: CommitEvent): void {
    const pnlWrites = event.writes.filter(({ kind }) => kind === "pnl" || kind === "close").length;
    this.counts.commits += 1;
    this.counts.writesCommitted += event.writes.length;
    this.counts.pnlCommitted += pnlWrites;
    if (event.attempts > 1) this.counts.retriedCommits += 1;
    const elapsedMs = event.answeredMs - this.startMs;
    this.series.count("writesCommitted", elapsedMs, event.writes.length);
    this.series.count("commits", elapsedMs);
    this.commitCall.record(event.answeredMs - event.sentMs);
    if (pnlWrites > 0) this.#pnlCommitted(event, pnlWrites, elapsedMs);
    this.#acknowledged(event.writes);
  }

  failedAttempt(_user: SweptUser, code: StatusCode, _writes: number, final: boolean): void {
    if (code === "ABORTED" || code === "RESOURCE_EXHAUSTED") this.counts.abortedCommits += 1;
    if (final) this.counts.failedCommits += 1;
    this.#failure(code);
    this.series.count(final ? "refusals" : "retries", this.#elapsedMs());
  }

  userFailed(user: SweptUser, error: unknown): void {
    this.#pending.delete(user.uid);
    this.counts.usersFailed += 1;
    this.#failure(`user failed: ${causeOf(error)}`);
  }

  sweepEnded(summary: SweepSummary): void {
    this.counts.sweeps += 1;
    if (summary.status === "cut") this.counts.cutSweeps += 1;
    this.counts.usersSwept += summary.usersSwept;
    const least = this.counts.usersListedLeast ?? summary.usersListed;
    this.counts.usersListedLeast = Math.min(least, summary.usersListed);
  }

  /** A sweep ended with the database's error; any other error is a fault of the program. */
  sweepFailed(error: unknown): void {
    if (!(error instanceof StoreError)) throw error;
    this.#failure(`sweep: ${error.code}`);
  }

  overlapped(): void {
    this.counts.overlappingSweeps += 1;
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

  /** A listener saw a new value of one of the user's trades. */
  seen(uid: string, seenMs: number): void {
    const dueMs = this.#lastDueMs.get(uid);
    // Before the user's first update in this phase a listener shows what was there already.
    if (dueMs !== undefined) this.pnlListener.record(seenMs - dueMs);
  }

  /** Any successful commit, whoever made it. */
  stored({ sentMs, appliedMs }: CommitTimes, writes: readonly Write[]): void {
    const paths = writes.map(({ path }) => path);
    this.sent.record(sentMs, paths);
    this.applied.record(appliedMs, paths);
  }

  limiterState(state: LimiterState): void {
    this.series.limiter(this.#elapsedMs(), state.ratePerSecond, state.backlogMs);
  }

  /**
   * Ends the phase: updates that fell due and were never committed count with the time they have
   * waited so far. Leaving them out would make the slowest runs look fast.
   */
  close(endMs: number): void {
    for (const { dueMs, pnlWrites } of this.#pending.values()) {
      this.counts.pnlUnfinished += pnlWrites;
      this.pnlCommit.record(endMs - dueMs, pnlWrites);
    }
    this.#pending.clear();
  }

  /** Latencies of all queries of the document's kinds together. */
  queries(): Histogram {
    const all = new Histogram();
    for (const [name, histogram] of this.operations) if (isQuery(name)) all.add(histogram);
    return all;
  }

  #pnlCommitted(event: CommitEvent, pnlWrites: number, elapsedMs: number): void {
    const latencyMs = event.answeredMs - event.dueMs;
    this.pnlCommit.record(latencyMs, pnlWrites);
    this.series.latency("pnl", elapsedMs, latencyMs);
    this.tenants.record(event.user.tenantId, latencyMs);
    this.usersServed.add(event.user.uid);
    const pending = this.#pending.get(event.user.uid);
    if (pending === undefined) return;
    pending.pnlWrites -= pnlWrites;
    if (pending.pnlWrites <= 0) this.#pending.delete(event.user.uid);
  }

  #failure(cause: string): void {
    this.failures.set(cause, (this.failures.get(cause) ?? 0) + 1);
  }

  #elapsedMs(): number {
    return this.#clock.monotonicMs() - this.startMs;
  }
}

function causeOf(error: unknown): string {
  if (error instanceof StoreError) return `${error.operation} ${error.code}`;
  return error instanceof Error ? error.name : "unknown";
}

const QUERIES: ReadonlySet<ClientOperation> = new Set([
  "open-trades",
  "sell-trades-24h",
  "tenant-ledger",
  "recent-signals",
]);

function isQuery(name: ClientOperation): boolean {
  return QUERIES.has(name);
}

function histogramOf<Key>(histograms: Map<Key, Histogram>, key: Key): Histogram {
  const existing = histograms.get(key);
  if (existing !== undefined) return existing;
  const created = new Histogram();
  histograms.set(key, created);
  return created;
}

export function emptyCounts(): PhaseCounts {
  return {
    sweeps: 0,
    overlappingSweeps: 0,
    cutSweeps: 0,
    usersSwept: 0,
    usersFailed: 0,
    usersListedLeast: null,
    writesOffered: 0,
    writesCommitted: 0,
    pnlDue: 0,
    pnlUnchanged: 0,
    pnlCommitted: 0,
    pnlUnfinished: 0,
    commits: 0,
    retriedCommits: 0,
    abortedCommits: 0,
    failedCommits: 0,
    refusedWrites: 0,
    clientOperations: 0,
    clientErrors: 0,
    lateArrivals: 0,
    droppedArrivals: 0,
    worstLatenessMs: 0,
    limiterWaitMs: 0,
  };
}
