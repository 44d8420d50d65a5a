import { DocumentError } from "../schema/document.ts";
import { StoreError } from "../store/store.ts";
import { commitWrites } from "./commit-writes.ts";
import type { PlanCounts } from "./events.ts";
import { planUser, type PlannedWrite, type UserPlan } from "./plan-user.ts";
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

export interface UserTally {
  readonly writes: number;
  readonly commits: number;
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
): Promise<UserTally> {
  const { events } = dependencies;
  const announce = (plan: PlanCounts): void => events.planned(visit.state, plan, visit.dueMs);
  try {
    return await planAndCommit(dependencies, options, visit, announce);
  } catch (error) {
    if (!isStale(error)) throw error;
    const state = await reader.again(visit.state);
    // The same updates are planned again: they fell due only once.
    return planAndCommit(dependencies, options, { ...visit, state }, () => undefined);
  }
}

/** The documents were not as read: changed, closed or entered by somebody else meanwhile. */
function isStale(error: unknown): boolean {
  return (
    error instanceof StoreError &&
    (error.code === "FAILED_PRECONDITION" ||
      error.code === "NOT_FOUND" ||
      error.code === "ALREADY_EXISTS")
  );
}

async function planAndCommit(
  dependencies: SweepDependencies,
  { config, signal }: SweepOptions,
  { state, dueMs, dueWallMs, userCount }: UserVisit,
  announce: (plan: PlanCounts) => void,
): Promise<UserTally> {
  const { quotes, limiter, worker } = dependencies;
  const symbols = new Set(state.trades.map(({ trade }) => trade.symbol));
  const latest = await quotes.latest([...symbols]);
  const time = { nowMs: dueWallMs, periodMs: config.periodSeconds * 1000 };
  const plan = planUser(state, latest, time, config);
  const commits = commitsOf(plan, limiter.unit, config.maxWritesPerCommit);
  const writes = commits.reduce((total, commit) => total + commit.length, 0);
  const { pnlDue, pnlUnchanged } = plan;
  announce({ writes, pnlDue, pnlUnchanged });
  for (const commit of commits) {
    const request = { user: state, writes: commit, dueMs, userCount, retry: config.retry, signal };
    await commitWrites({ ...dependencies, gate: worker.gate }, request);
    rememberAccount(dependencies, state.uid, commit);
  }
  return { writes, commits: commits.length };
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
    if (kind === "snapshot" && write.kind === "update") {
      worker.accounts.wrote(uid, write.data);
    }
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
