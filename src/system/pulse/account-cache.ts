import type { Account } from "../schema/user.ts";
import type { KnownAccount } from "./user-state.ts";

interface Entry {
  known: KnownAccount | undefined;
  readonly readAtMs: number;
}

/**
 * Section 9's cache of account snapshots: an account read less than `ttlMs` ago is not read again,
 * but followed as the pulse itself writes it. Bounded; the one read longest ago goes first.
 */
export class AccountCache {
  readonly #ttlMs: number;
  readonly #capacity: number;
  readonly #entries = new Map<string, Entry>();

  constructor(ttlMs: number, capacity: number) {
    this.#ttlMs = ttlMs;
    this.#capacity = capacity;
  }

  /** Whether the account need not be read. It may be known that there is none. */
  isFresh(uid: string, nowMs: number): boolean {
    const entry = this.#entries.get(uid);
    return entry !== undefined && nowMs - entry.readAtMs < this.#ttlMs;
  }

  /** The account as last read or written, however long ago; undefined when there is none. */
  get(uid: string): KnownAccount | undefined {
    return this.#entries.get(uid)?.known;
  }

  put(uid: string, known: KnownAccount | undefined, nowMs: number): void {
    this.#entries.delete(uid);
    this.#entries.set(uid, { known, readAtMs: nowMs });
    if (this.#entries.size <= this.#capacity) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }

  /** Keeps a cached account in step with what the pulse itself wrote; its age stays as it was. */
  wrote(uid: string, fields: Partial<Account>): void {
    const entry = this.#entries.get(uid);
    if (entry?.known === undefined) return;
    const { path } = entry.known;
    const account = { ...entry.known.account, ...fields };
    entry.known = { path, account, version: undefined };
  }

  /** After a write of which nobody knows whether it was applied. */
  forget(uid: string): void {
    this.#entries.delete(uid);
  }
}
