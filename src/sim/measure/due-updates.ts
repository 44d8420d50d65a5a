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

/** What is known of one user. */
interface UserUpdates {
  /** Moments at which an update fell, or will fall, due that no plan was made for yet. */
  readonly unplannedMs: number[];
  /** Planned and not all committed. */
  readonly pending: Pending[];
  /** Whether an update fell due. */
  isDue: boolean;
  /** Whether one that was due was not committed in full. */
  isMissed: boolean;
  /** When the last plan was made that was committed in full. */
  servedMs: number | undefined;
  /** When the present visit was due, and the last one that may have been planned twice. */
  visitDueMs: number | undefined;
  doubtedDueMs: number | undefined;
}

/**
 * Follows each user's update from the moment it falls due to its last commit. Keeps only what is
 * not finished, so a long phase needs no more memory than a short one.
 */
export class DueUpdates {
  readonly #users = new Map<string, UserUpdates>();
  /** By worker and start: sweeps that have listed their users. */
  readonly #listed = new Set<string>();
  readonly #skipped: { readonly startMs: number; readonly shardKey: string }[] = [];
  /** Each worker's latest list. */
  readonly #last = new Map<string, SweepSchedule>();

  scheduled(schedule: SweepSchedule, shardKey: string): void {
    this.#last.set(shardKey, schedule);
    this.#listed.add(`${shardKey}@${schedule.startMs}`);
    for (const [position, { uid }] of schedule.users.entries()) {
      this.#user(uid).unplannedMs.push(schedule.dueMsOf(position));
    }
  }

  /** A sweep that should have begun then listed nobody: its users were due all the same. */
  skipped(startMs: number, shardKey: string): void {
    if (!this.#listed.has(`${shardKey}@${startMs}`)) this.#skipped.push({ startMs, shardKey });
  }

  planned(uid: string, dueMs: number, writes: number, plannedMs: number): void {
    const user = this.#user(uid);
    user.isDue = true;
    user.visitDueMs = dueMs;
    const unplanned = user.unplannedMs.indexOf(dueMs);
    if (unplanned !== -1) user.unplannedMs.splice(unplanned, 1);
    if (writes === 0) user.servedMs = plannedMs;
    else user.pending.push({ dueMs, plannedMs, writes });
  }

  committed(uid: string, dueMs: number, writes: number): void {
    const user = this.#user(uid);
    const index = user.pending.findIndex((update) => update.dueMs === dueMs);
    const pending = user.pending[index];
    if (pending === undefined) return;
    pending.writes -= writes;
    if (pending.writes > 0) return;
    user.pending.splice(index, 1);
    if (user.doubtedDueMs !== dueMs) user.servedMs = pending.plannedMs;
  }

  /** The visit of a user failed; what it owes stays due. */
  failed(uid: string): void {
    this.#user(uid).isMissed = true;
  }

  /**
   * A user may be planned once more in this visit: as many writes as were planned may then be
   * committed without all of the updates among them, so nobody can say that it was served.
   */
  doubt(uid: string): void {
    const user = this.#user(uid);
    user.doubtedDueMs = user.visitDueMs;
  }

  /** Ends the phase: everything that fell due by `dueUntilMs` and is not committed. */
  close(dueUntilMs: number): readonly Unfinished[] {
    const unfinished: Unfinished[] = [];
    const add = (update: Unfinished): void => {
      if (update.dueMs > dueUntilMs) return;
      const user = this.#user(update.uid);
      user.isDue = true;
      user.isMissed = true;
      unfinished.push(update);
    };
    for (const [uid, { pending }] of this.#users) {
      for (const { dueMs, writes } of pending) add({ kind: "uncommitted", uid, dueMs, writes });
    }
    for (const [uid, { unplannedMs }] of this.#users) {
      for (const dueMs of unplannedMs) add({ kind: "unplanned", uid, dueMs, writes: 0 });
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
    return this.#count(({ isDue }) => isDue);
  }

  /** Users all of whose due updates were committed; final after `close`. */
  get usersServed(): number {
    return this.usersDue - this.#count(({ isMissed }) => isMissed);
  }

  /** When each user's last plan was made that was committed in full. */
  servedMs(uid: string): number | undefined {
    return this.#users.get(uid)?.servedMs;
  }

  #user(uid: string): UserUpdates {
    const known = this.#users.get(uid);
    if (known !== undefined) return known;
    const user = {
      unplannedMs: [],
      pending: [],
      isDue: false,
      isMissed: false,
      servedMs: undefined,
      visitDueMs: undefined,
      doubtedDueMs: undefined,
    };
    this.#users.set(uid, user);
    return user;
  }

  #count(is: (user: UserUpdates) => boolean): number {
    let count = 0;
    for (const user of this.#users.values()) if (is(user)) count += 1;
    return count;
  }
}
