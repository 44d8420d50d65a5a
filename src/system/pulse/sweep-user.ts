import { DocumentError } from "../schema/document.ts";
import { StoreError } from "../store/store.ts";
import { isStale } from "./commit-faults.ts";
import { commitWrites, LostAnswer } from "./commit-writes.ts";
import { planUser, type UserPlan } from "./plan-user.ts";
import type { PlannedWrite } from "./planned-write.ts";
import type { UserReader } from "./read-users.ts";
import type { SweepDependencies, SweepOptions } from "./sweep.ts";
import type { UserState } from "./user-state.ts";

export interface UserVisit {
  readonly state: UserState;
  readonly dueMs: number;
  /** The same moment on the wall clock: what the documents are stamped with. */
  readonly dueWallMs: number;
  readonly userCount: number;
}

/** What was written for a user; it grows as commits are confirmed, also when a later one fails. */
export interface UserTally {
  writes: number;
  commits: number;
}

/**
 * Revalues one user: quotes, plan, then commit after commit. Documents that changed since they
 * were read fail the commit's version check; then the user is read and planned once more.
 */
export async function sweepUser(
  dependencies: SweepDependencies,
  options: SweepOptions,
  reader: UserReader,
  visit: UserVisit,
  tally: UserTally,
): Promise<void> {
  const { events, worker } = dependencies;
  const plan = await makePlan(dependencies, options, visit);
  const writes = plan.groups.reduce((total, group) => total + group.length, 0);
  const { pnlDue, pnlUnchanged } = plan;
  events.planned(visit.state, { writes, pnlDue, pnlUnchanged }, visit.dueMs);
  try {
    await commitPlan(dependencies, options, visit, plan, tally);
  } catch (error) {
    // Whatever the cache holds of the account may no longer be what the database holds.
    worker.accounts.forget(visit.state.uid);
    if (!(error instanceof LostAnswer) && !isStale(error)) throw error;
    if (!(error instanceof LostAnswer)) events.staleRead(visit.state);
    const again = { ...visit, state: await reader.again(visit.state) };
    // The same updates are planned again: they fell due only once, so they are not announced.
    const second = await makePlan(dependencies, options, again);
    if (error instanceof LostAnswer && isApplied(error, again.state)) {
      confirmLost(dependencies, visit, error, second, tally);
    }
    await commitPlan(dependencies, options, again, second, tally);
  }
}

async function makePlan(
  { quotes, limiter }: SweepDependencies,
  { config }: SweepOptions,
  { state, dueWallMs }: UserVisit,
): Promise<UserPlan> {
  const symbols: string[] = [];
  for (const { trade } of state.trades) {
    if (!symbols.includes(trade.symbol)) symbols.push(trade.symbol);
  }
  const latest = await quotes.latest(symbols);
  const time = { nowMs: dueWallMs, periodMs: config.periodSeconds * 1000 };
  const groupMax = Math.min(config.maxWritesPerCommit, limiter.costMax);
  return planUser(state, latest, { time, config, groupMax });
}

async function commitPlan(
  dependencies: SweepDependencies,
  { config, signal }: SweepOptions,
  { state, dueMs, userCount }: UserVisit,
  plan: UserPlan,
  tally: UserTally,
): Promise<void> {
  const { limiter } = dependencies;
  const most = Math.min(config.maxWritesPerCommit, limiter.costMax);
  for (const commit of commitsOf(plan, limiter.unit, most)) {
    const request = { user: state, writes: commit, dueMs, userCount, retry: config.retry, signal };
    await commitWrites(dependencies, request);
    tally.writes += commit.length;
    tally.commits += 1;
    rememberAccount(dependencies, state.uid, commit);
  }
}

/**
 * Whether a commit whose answer was lost, and whose repeat met changed documents, had changed them
 * itself: one of its trades tells, for they were written all or none.
 */
function isApplied({ writes }: LostAnswer, { trades }: UserState): boolean {
  const open = new Map(trades.map(({ path, trade }) => [path, trade]));
  return writes.some(({ kind, write }) => {
    if (kind === "close") return !open.has(write.path);
    if (kind !== "pnl" || write.kind !== "update") return false;
    const { quoted_at: quotedAt } = write.data;
    return (
      quotedAt instanceof Date && open.get(write.path)?.quoted_at?.getTime() === quotedAt.getTime()
    );
  });
}

/** Tells of what was applied unseen; what is due once more by now is told of when it is written. */
function confirmLost(
  { clock, events }: SweepDependencies,
  { state, dueMs }: UserVisit,
  { writes, sentMs, attempts }: LostAnswer,
  second: UserPlan,
  tally: UserTally,
): void {
  tally.writes += writes.length;
  tally.commits += 1;
  const dueAgain = new Set(second.groups.flat().map(({ write }) => write.path));
  const settled = writes.filter(({ write }) => !dueAgain.has(write.path));
  if (settled.length === 0) return;
  const answeredMs = clock.monotonicMs();
  const commitTimeMs = clock.wallMs();
  const times = { dueMs, sentMs, answeredMs, commitTimeMs };
  events.committed({ user: state, writes: settled, ...times, attempts });
}

/** Packs groups that belong together into commits: all of a user's at once, or each by itself. */
function commitsOf(
  plan: UserPlan,
  unit: "user" | "write",
  maxWrites: number,
): readonly (readonly PlannedWrite[])[] {
  if (unit === "write") return plan.groups;
  const commits: PlannedWrite[][] = [];
  for (const group of plan.groups) {
    const last = commits.at(-1);
    if (last !== undefined && last.length + group.length <= maxWrites) last.push(...group);
    else commits.push([...group]);
  }
  return commits;
}

function rememberAccount(
  { worker }: SweepDependencies,
  uid: string,
  commit: readonly PlannedWrite[],
): void {
  for (const { kind, write } of commit) {
    if (kind === "snapshot" && write.kind === "update") worker.accounts.wrote(uid, write.data);
  }
}

/** What to log of a user whose visit failed. */
export function failureFields(
  uid: string,
  tenantId: string,
  error: unknown,
): Record<string, unknown> {
  return {
    uid,
    tenant_id: tenantId,
    error: error instanceof Error ? error.message : String(error),
    ...(error instanceof StoreError ? { code: error.code, path: error.path } : {}),
    ...(error instanceof DocumentError ? { path: error.path, fields: error.fields } : {}),
  };
}
