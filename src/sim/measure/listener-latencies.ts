import type { PlannedWrite } from "../../system/pulse/planned-write.ts";
import { shadowTradePath } from "../../system/schema/user.ts";
import { Histogram } from "./histogram.ts";

/** A listener came to see a quote of one of its user's open trades. */
export interface QuoteSeen {
  readonly uid: string;
  readonly tradeId: string;
  readonly quotedAtMs: number;
  readonly seenMs: number;
}

/** An update that a listener has still to see. */
interface Expected {
  readonly uid: string;
  readonly quotedAtMs: number;
  readonly dueMs: number;
}

/**
 * From the moment an update was due to a listener's view of it. Updates and views are matched by
 * trade and quote, whichever comes first: a listener may hear of a commit before the pulse does.
 */
export class ListenerLatencies {
  readonly histogram = new Histogram();
  readonly #watched = new Set<string>();
  readonly #ended = new Set<string>();
  /** By path of the trade, oldest first. */
  readonly #expected = new Map<string, Expected[]>();
  /** The last view of a trade that no commit is known for yet. */
  readonly #early = new Map<string, QuoteSeen>();

  /** Users who have a listener in this phase. */
  watch(uids: Iterable<string>): void {
    for (const uid of uids) this.#watched.add(uid);
  }

  /** The user's listener ended for good: what it has not seen says nothing. */
  end(uid: string): void {
    this.#ended.add(uid);
  }

  get listenersEnded(): number {
    return this.#ended.size;
  }

  committed(uid: string, writes: readonly PlannedWrite[], dueMs: number): void {
    if (!this.#listens(uid)) return;
    for (const { kind, write } of writes) {
      // A trade that closes leaves the listener's query: nobody sees its last quote.
      if (kind !== "pnl" || write.kind !== "update") continue;
      const { quoted_at: quotedAt } = write.data;
      if (quotedAt instanceof Date) {
        this.#expect(write.path, { uid, quotedAtMs: quotedAt.getTime(), dueMs });
      }
    }
  }

  seen(view: QuoteSeen): void {
    if (!this.#watched.has(view.uid)) return;
    const path = shadowTradePath(view.uid, view.tradeId);
    const expected = this.#expected.get(path) ?? [];
    const position = expected.findIndex(({ quotedAtMs }) => quotedAtMs === view.quotedAtMs);
    if (position === -1) {
      this.#early.set(path, view);
      return;
    }
    // Views may be merged: whatever came before this quote was never to be seen without it.
    for (const { dueMs } of expected.splice(0, position + 1)) {
      this.histogram.record(view.seenMs - dueMs);
    }
    if (expected.length === 0) this.#expected.delete(path);
  }

  /** Updates that fell due and were never committed cannot have been seen either. */
  unfinished(uid: string, waitMs: number, updates: number): void {
    if (updates > 0 && this.#listens(uid)) this.histogram.record(waitMs, updates);
  }

  /** Updates committed and not seen count with the time they have waited so far. */
  close(endMs: number): void {
    for (const { uid, dueMs } of [...this.#expected.values()].flat()) {
      if (this.#listens(uid)) this.histogram.record(endMs - dueMs);
    }
    this.#expected.clear();
    this.#early.clear();
  }

  #listens(uid: string): boolean {
    return this.#watched.has(uid) && !this.#ended.has(uid);
  }

  #expect(path: string, expected: Expected): void {
    const early = this.#early.get(path);
    if (early?.quotedAtMs === expected.quotedAtMs) {
      this.#early.delete(path);
      this.histogram.record(early.seenMs - expected.dueMs);
      return;
    }
    const list = this.#expected.get(path);
    if (list === undefined) this.#expected.set(path, [expected]);
    else list.push(expected);
  }
}
