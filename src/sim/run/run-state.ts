import type { Rng } from "../../std/rng.ts";
import type { PlannedWrite } from "../../system/pulse/plan-user.ts";
import { parentIdOf } from "../../system/schema/document.ts";
import type { LedgerJournal } from "../drivers/ledger-journal.ts";
import { Histogram } from "../measure/histogram.ts";
import type { Population } from "../population/population.ts";
import type { AcknowledgedPnl, Expectations } from "../verify/data-audit.ts";
import { ledgerTradePath } from "../../system/schema/tenant.ts";
import type { EndedPhase } from "./phase-facts.ts";
import { priceAt, type OpenMarket } from "./market-quotes.ts";

/** What a run has done so far: enough to report on at any moment, however it ends. */
export class RunState {
  readonly population: Population;
  readonly rng: Rng;
  readonly provisioning = new Histogram();
  /** Tenant of every user who was provisioned. */
  readonly tenantOf = new Map<string, string>();
  readonly markets: OpenMarket[] = [];
  readonly phases: EndedPhase[] = [];
  readonly journal: LedgerJournal;
  /** Open trades by user, as far as the harness knows. */
  readonly openTrades = new Map<string, number>();
  provisioningMs = 0;
  signUps = 0;
  readonly #pnl = new Map<string, AcknowledgedPnl>();

  constructor(population: Population, rng: Rng, journal: LedgerJournal) {
    this.population = population;
    this.rng = rng;
    this.journal = journal;
  }

  /** Remembers what the database acknowledged, to be held against it at the end. */
  acknowledged(writes: readonly PlannedWrite[]): void {
    for (const { kind, write } of writes) {
      if (kind !== "pnl" && kind !== "close") continue;
      if (write.kind !== "update") continue;
      const { last_price: lastPrice, pnl, quoted_at: quotedAt } = write.data;
      if (typeof lastPrice !== "string" || typeof pnl !== "string") continue;
      if (!(quotedAt instanceof Date)) continue;
      this.#pnl.set(write.path, { lastPrice, pnl, quotedAtMs: quotedAt.getTime() });
      if (kind === "close") this.#closed(write.path);
    }
  }

  expectations(): Expectations {
    const path = ({ tenantId, tradeId }: { tenantId: string; tradeId: string }): string =>
      ledgerTradePath(tenantId, tradeId);
    return {
      tenantOf: this.tenantOf,
      pnl: this.#pnl,
      clientLedger: new Map(this.journal.acknowledged.map((record) => [path(record), record])),
      unconfirmedLedger: new Set(this.journal.unconfirmed.map(path)),
      priceAt: (symbol, wallMs) => priceAt(this.markets, symbol, wallMs),
    };
  }

  #closed(path: string): void {
    const uid = parentIdOf(path);
    this.openTrades.set(uid, Math.max(0, (this.openTrades.get(uid) ?? 0) - 1));
  }
}
