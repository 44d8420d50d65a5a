import type { Account } from "../schema/user.ts";

interface Entry {
  readonly account: Account | undefined;
  readonly readAtMs: number;
}

/**
 * Section 9's cache of account snapshots: an account read or written less than `ttlMs` ago is not
 * read again. Bounded; the entry untouched for longest goes first. The pulse is the only writer
 * of these documents once an account is connected, so a written value is as good as a read one.
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
  get(uid: string): Account | undefined {
    return this.#entries.get(uid)?.account;
  }

  put(uid: string, account: Account | undefined, nowMs: number): void {
    this.#entries.delete(uid);
    this.#entries.set(uid, { account, readAtMs: nowMs });
    if (this.#entries.size <= this.#capacity) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }

  /** Keeps a cached account in step with what the pulse itself wrote; its age stays as it was. */
  wrote(uid: string, fields: Partial<Account>): void {
    const entry = this.#entries.get(uid);
    if (entry?.account === undefined) return;
    this.#entries.set(uid, { ...entry, account: { ...entry.account, ...fields } });
  }

  get size(): number {
    return this.#entries.size;
  }
}
