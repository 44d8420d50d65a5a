import type { Clock } from "../../std/clock.ts";
import { StoreError, type Store, type Write } from "../../system/store/store.ts";

/** What a run is about to do: bring its data about, or load the database with it. */
export type RunStage = "seeding" | "load";

export interface WriteLimits {
  /** Documents written or deleted in any second, at most. */
  readonly perSecond: number;
  /** In the whole run. */
  readonly total: number;
}

/** A new collection is to be written at 500 a second at first: firestore-facts, "500/50/5". */
const SEEDING_PER_SECOND = 500;
const WINDOW_MS = 1000;

/**
 * The hard caps on a run's writes, counted as they are sent. Seeding waits for its second; load
 * never waits, for that would falsify what is measured: what would exceed a cap is not sent, and the
 * run is told to stop.
 */
export class WriteCaps {
  readonly #clock: Clock;
  readonly #limits: WriteLimits;
  readonly #stop: (reason: string) => void;
  /** Writes of the last second: when, and how many. */
  readonly #recent: { readonly atMs: number; readonly writes: number }[] = [];
  #inWindow = 0;
  #sent = 0;
  #stage: RunStage = "seeding";
  #exceeded: string | undefined;
  #line: Promise<void> = Promise.resolve();

  constructor(clock: Clock, limits: WriteLimits, stop: (reason: string) => void) {
    this.#clock = clock;
    this.#limits = limits;
    this.#stop = stop;
  }

  get sent(): number {
    return this.#sent;
  }

  enter(stage: RunStage): void {
    this.#stage = stage;
  }

  /** Resolves when so many writes may be sent, and counts them; rejects when a cap forbids them. */
  admit(writes: number, path: string): Promise<void> {
    if (this.#stage === "load") return this.#take(writes, path);
    const turn = this.#line.then(() => this.#takeInTurn(writes, path));
    // The next in line waits for this one's turn, whatever came of it.
    this.#line = turn.catch(() => undefined);
    return turn;
  }

  async #take(writes: number, path: string): Promise<void> {
    this.#forget();
    const fault = this.#exceeded ?? this.#faultOf(writes);
    if (fault === undefined) {
      this.#count(writes);
      return;
    }
    this.#exceed(fault);
    throw new StoreError("CANCELLED", "commit", path, fault);
  }

  async #takeInTurn(writes: number, path: string): Promise<void> {
    const perSecond = Math.min(SEEDING_PER_SECOND, this.#limits.perSecond);
    for (;;) {
      const nowMs = this.#forget();
      const [oldest] = this.#recent;
      if (oldest === undefined || this.#inWindow + writes <= perSecond) break;
      await this.#clock.sleep(Math.max(1, oldest.atMs + WINDOW_MS - nowMs));
    }
    await this.#take(writes, path);
  }

  /** Counts writes that somebody else has sent already, such as a load generator. */
  sentElsewhere(writes: number): void {
    this.#forget();
    const fault = this.#faultOf(writes);
    this.#count(writes);
    if (fault !== undefined) this.#exceed(fault);
  }

  #count(writes: number): void {
    this.#sent += writes;
    this.#inWindow += writes;
    this.#recent.push({ atMs: this.#clock.monotonicMs(), writes });
  }

  #faultOf(writes: number): string | undefined {
    const { perSecond, total } = this.#limits;
    const all = this.#sent + writes;
    if (all > total)
      return `the cap of ${total.toLocaleString("en-US")} writes in all (--max-writes) is reached`;
    const second = this.#inWindow + writes;
    if (second <= perSecond) return undefined;
    return `the cap of ${perSecond.toLocaleString("en-US")} writes a second (--max-writes-per-second) would be exceeded: ${second.toLocaleString("en-US")} in one second`;
  }

  #exceed(fault: string): void {
    if (this.#exceeded !== undefined) return;
    this.#exceeded = fault;
    this.#stop(`${fault}; the run was stopped`);
  }

  #forget(): number {
    const nowMs = this.#clock.monotonicMs();
    while (this.#recent.length > 0 && (this.#recent[0]?.atMs ?? 0) <= nowMs - WINDOW_MS) {
      this.#inWindow -= this.#recent.shift()?.writes ?? 0;
    }
    return nowMs;
  }
}

/** The same store, whose writes the caps answer for. */
export function cappedStore(store: Store, caps: WriteCaps): Store {
  const admit = (writes: readonly Write[]): Promise<void> =>
    writes.length === 0 ? Promise.resolve() : caps.admit(writes.length, writes[0]?.path ?? "");
  return {
    ...store,
    commit: async (writes) => {
      await admit(writes);
      return store.commit(writes);
    },
    transaction: (body) =>
      store.transaction(async (transaction) => {
        const written: Write[] = [];
        const result = await body({
          ...transaction,
          write: (...writes) => {
            written.push(...writes);
            transaction.write(...writes);
          },
        });
        await admit(written);
        return result;
      }),
  };
}
