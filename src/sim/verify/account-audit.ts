import { compareDecimals, sum } from "../../system/schema/money.ts";
import type { Account } from "../../system/schema/user.ts";
import { Findings } from "./findings.ts";

/** Every connected account adds up: what it began with, what it realised, what its trades stand at. */
export class AccountAudit {
  readonly findings = new Findings();
  /** Cash each account began with, by user. */
  readonly #cashOf: ReadonlyMap<string, string>;
  readonly #accounts = new Map<string, Account>();
  readonly #trades = new Map<string, number>();

  constructor(cashOf: ReadonlyMap<string, string>) {
    this.#cashOf = cashOf;
  }

  see(uid: string, account: Account): void {
    this.#accounts.set(uid, account);
  }

  seeTrade(uid: string): void {
    this.#trades.set(uid, (this.#trades.get(uid) ?? 0) + 1);
  }

  /** Call once all was seen, with the profits and losses each user's closed trades realised. */
  finish(realized: ReadonlyMap<string, readonly string[]>): void {
    for (const [uid, initialCash] of this.#cashOf) {
      const account = this.#accounts.get(uid);
      // That it is missing altogether is another check's finding.
      if (account === undefined) continue;
      this.findings.saw();
      const cash = sum([initialCash, ...(realized.get(uid) ?? [])]);
      const fault = this.#faultOf(uid, account, cash);
      if (fault !== undefined) this.findings.fault(`account of ${uid}: ${fault}`);
    }
  }

  #faultOf(uid: string, account: Account, expectedCash: string): string | undefined {
    const { cash, equity, unrealized_pnl: unrealized = "0", open_positions: open = 0 } = account;
    if (cash === undefined) return "has no cash";
    if (compareDecimals(cash, expectedCash) !== 0) {
      return `cash is ${cash}, its closed trades make it ${expectedCash}`;
    }
    const makes = sum([cash, unrealized]);
    if (compareDecimals(equity, makes) !== 0) {
      return `equity is ${equity}, cash and unrealised P&L make it ${makes}`;
    }
    const trades = this.#trades.get(uid) ?? 0;
    return open > trades ? `${open} open positions, of ${trades} trades` : undefined;
  }
}
