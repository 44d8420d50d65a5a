import type { Side } from "../../system/schema/tenant.ts";

/** What a client asked the ledger to hold. */
export interface LedgerRecord {
  readonly uid: string;
  readonly tenantId: string;
  readonly tradeId: string;
  readonly strategyId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: string;
  readonly price: string;
  readonly notional: string;
}

/**
 * What the clients know of their ledger entries, to be held against the database after the run:
 * every acknowledged entry must be there once, and no entry may be there that is neither
 * acknowledged nor unconfirmed.
 */
export class LedgerJournal {
  readonly #acknowledged = new Map<string, LedgerRecord>();
  readonly #unconfirmed = new Map<string, LedgerRecord>();

  /** Entries the database said it holds. */
  get acknowledged(): readonly LedgerRecord[] {
    return [...this.#acknowledged.values()];
  }

  /** Entries sent whose answer was lost, or is still out: the database may or may not hold them. */
  get unconfirmed(): readonly LedgerRecord[] {
    return [...this.#unconfirmed.values()];
  }

  /** Call it before sending, so that an entry whose sender dies is not taken for a stranger. */
  sending(record: LedgerRecord): void {
    this.#unconfirmed.set(record.tradeId, record);
  }

  acknowledge(record: LedgerRecord): void {
    this.#unconfirmed.delete(record.tradeId);
    this.#acknowledged.set(record.tradeId, record);
  }

  /** The database refused it for certain. */
  refuse(record: LedgerRecord): void {
    this.#unconfirmed.delete(record.tradeId);
  }
}
