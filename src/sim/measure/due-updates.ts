import type { SweepSchedule } from "../../system/pulse/events.ts";

/** A user's updates of one sweep that fell due and were not all committed when the phase ended. */
export interface Unfinished {
  /** `unplanned`: the sweep never got round to the user, so how many writes it owes is not known. */
  readonly kind: "unplanned" | "uncommitted";
  readonly uid: string;
  readonly dueMs: number;
  /** P&L writes still missing; 0 while unplanned. */
  readonly writes: number;
}

interface Pending {
  readonly dueMs: number;
  readonly plannedMs: number;
  writes: number;
}

/**
 * Follows each user's update from the moment it falls due to its last commit. Keeps only what is
 * not finished, so a long phase needs no more memory than a short one.
 */
export class DueUpdates {
  readonly #unplanned = new Map<string, number[]>();
  readonly #pending = new Map<string, Pending[]>();
  readonly #due = new Set<string>();
  readonly #missed = new Set<string>();
  /** When each user's last plan was made that was committed in full. */
  readonly #servedMs = new Map<string, number>();
  /** By worker and start: sweeps that have listed their users. */
  readonly #listed = new Set<string>();
  readonly #skipped: { readonly startMs: number; readonly shardKey: string }[] = [];
  /** Each worker's latest list. */
  readonly #last = new Map<string, SweepSchedule>();

  scheduled(schedule: SweepSchedule, shardKey: string): void {
    this.#last.set(shardKey, schedule);
    this.#listed.add(`${shardKey}@${schedule.startMs}`);
    for (const [position, { uid }] of schedule.users.entries()) {
      append(this.#unplanned, uid, schedule.dueMsOf(position));
    }
  }

  /** A sweep that should have begun then listed nobody: its users were due all the same. */
  skipped(startMs: number, shardKey: string): void {
    if (!this.#listed.has(`${shardKey}@${startMs}`)) this.#skipped.push({ startMs, shardKey });
  }

  planned(uid: string, dueMs: number, writes: number, plannedMs: number): void {
    this.#due.add(uid);
    remove(this.#unplanned, uid, (moment) => moment === dueMs);
    if (writes === 0) this.#servedMs.set(uid, plannedMs);
    else append(this.#pending, uid, { dueMs, plannedMs, writes });
  }

  committed(uid: string, dueMs: number, writes: number): void {
    const pending = this.#pending.get(uid)?.find((update) => update.dueMs === dueMs);
    if (pending === undefined) return;
    pending.writes -= writes;
    if (pending.writes > 0) return;
    remove(this.#pending, uid, (update) => update === pending);
    this.#servedMs.set(uid, pending.plannedMs);
  }

  /** The visit of a user failed; what it owes stays due. */
  failed(uid: string): void {
    this.#missed.add(uid);
  }

  /** Ends the phase: everything that fell due by `dueUntilMs` and is not committed. */
  close(dueUntilMs: number): readonly Unfinished[] {
    const unfinished: Unfinished[] = [];
    const add = (update: Unfinished): void => {
      if (update.dueMs > dueUntilMs) return;
      this.#due.add(update.uid);
      this.#missed.add(update.uid);
      unfinished.push(update);
    };
    for (const [uid, updates] of this.#pending) {
      for (const { dueMs, writes } of updates) add({ kind: "uncommitted", uid, dueMs, writes });
    }
    for (const [uid, moments] of this.#unplanned) {
      for (const dueMs of moments) add({ kind: "unplanned", uid, dueMs, writes: 0 });
    }
    for (const { startMs, shardKey } of this.#skipped) {
      const last = this.#last.get(shardKey);
      for (const [position, { uid }] of (last?.users ?? []).entries()) {
        const offsetMs = (last?.dueMsOf(position) ?? 0) - (last?.startMs ?? 0);
        add({ kind: "unplanned", uid, dueMs: startMs + offsetMs, writes: 0 });
      }
    }
    return unfinished;
  }

  /** Users with an update that fell due. */
  get usersDue(): number {
    return this.#due.size;
  }

  /** Users all of whose due updates were committed; final after `close`. */
  get usersServed(): number {
    return this.#due.size - this.#missed.size;
  }

  get servedMs(): ReadonlyMap<string, number> {
    return this.#servedMs;
  }
}

function append<Item>(lists: Map<string, Item[]>, key: string, item: Item): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

/** Removes the first item that matches, and the list when it was the last. */
function remove<Item>(
  lists: Map<string, Item[]>,
  key: string,
  matches: (item: Item) => boolean,
): void {
  const list = lists.get(key);
  const index = list?.findIndex(matches) ?? -1;
  if (list === undefined || index === -1) return;
  list.splice(index, 1);
  if (list.length === 0) lists.delete(key);
}
