import type { Rng } from "../../std/rng.ts";
import { shardGroups } from "../../system/pulse/fan-out.ts";
import type { PlannedWrite } from "../../system/pulse/planned-write.ts";
import { parentIdOf } from "../../system/schema/document.ts";
import { shardOf } from "../../system/schema/shard.ts";
import { ledgerTradePath } from "../../system/schema/tenant.ts";
import { shadowTradePath } from "../../system/schema/user.ts";
import { DirectJournal } from "../drivers/direct-journal.ts";
import type { LedgerJournal, LedgerRecord } from "../drivers/ledger-journal.ts";
import { Histogram } from "../measure/histogram.ts";
import type { Population, SyntheticTrade } from "../population/population.ts";
import type { Result } from "../report/result.ts";
import type { Expectations } from "../verify/data-audit.ts";
import type { ClientLedgerEntry } from "../verify/ledger-audit.ts";
import type { AcknowledgedPnl, OpenedTrade } from "../verify/trade-audit.ts";
import type { AssumedFigures } from "./limits-session.ts";
import { measuredPhase, type EndedPhase, type MeasuredPhase } from "./phase-facts.ts";
import { priceAt, type OpenMarket } from "./market-quotes.ts";

/** What a run has done so far: enough to report on at any moment, however it ends. */
export class RunState {
  readonly population: Population;
  readonly rng: Rng;
  /** How many alike users each one of the population stands for. */
  readonly cohort: number;
  /** What the IDs of all users begin with; empty but on staging. */
  readonly idPrefix: string;
  readonly provisioning = new Histogram();
  /** Tenant of every user who was provisioned. */
  readonly tenantOf = new Map<string, string>();
  readonly markets: OpenMarket[] = [];
  readonly phases: MeasuredPhase[] = [];
  readonly journal: LedgerJournal;
  readonly direct = new DirectJournal();
  /** Open trades by user, as far as the harness knows. */
  readonly openTrades = new Map<string, number>();
  /** Figures of the limits' model that nobody publishes. */
  assumed: AssumedFigures = [];
  /** Of a staging run: all its traffic, and what the project's own side says of it. */
  witnessed: Pick<Result, "counted" | "monitoring"> = {};
  provisioningMs = 0;
  signUps = 0;
  readonly #pnl = new Map<string, AcknowledgedPnl>();
  readonly #openedTrades = new Map<string, OpenedTrade>();
  readonly #sweptTenants = new Set<string>();

  constructor(population: Population, rng: Rng, journal: LedgerJournal, cohort = 1, idPrefix = "") {
    this.population = population;
    this.rng = rng;
    this.cohort = cohort;
    this.idPrefix = idPrefix;
    this.journal = journal;
  }

  /** Remembers the trades that were opened, to be held against the database at the end. */
  opened(trades: readonly SyntheticTrade[]): void {
    for (const { uid, tradeId, data } of trades) {
      this.openTrades.set(uid, this.openTradesOf(uid) + 1);
      this.#openedTrades.set(shadowTradePath(uid, tradeId), { ...data, mustBeQuoted: false });
    }
  }

  openTradesOf(uid: string): number {
    return this.openTrades.get(uid) ?? 0;
  }

  /** Keeps a phase's figures, and what its updates oblige the database to hold. */
  endPhase(ended: EndedPhase): void {
    this.#mustBeQuoted(ended.recorder.updates);
    this.#swept(ended);
    this.phases.push(measuredPhase(ended, this.cohort));
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
    return {
      tenantOf: this.tenantOf,
      cashOf: new Map(this.population.users.map(({ uid, cash }) => [uid, cash])),
      sweptTenants: this.#sweptTenants,
      openedTrades: this.#openedTrades,
      pnl: this.#pnl,
      clientLedger: new Map(this.journal.acknowledged.map(ledgerEntryOf)),
      unconfirmedLedger: new Map(this.journal.unconfirmed.map(ledgerEntryOf)),
      directDocuments: this.direct.documents,
      directCounters: this.direct.counters,
      priceAt: (symbol, wallMs) => priceAt(this.markets, symbol, wallMs),
    };
  }

  /** Every tenant whose worker has visited all of its users. */
  #swept({ scenario, recorder }: EndedPhase): void {
    const groups = shardGroups(scenario.pulse?.workers ?? 1).filter(({ shardKey }) =>
      recorder.sweptShards.has(shardKey),
    );
    for (const { tenantId } of this.population.tenants) {
      const shard = shardOf(tenantId);
      const isSwept = groups.some(({ shards }) => shards === "all" || shards.includes(shard));
      if (isSwept) this.#sweptTenants.add(tenantId);
    }
  }

  /** Whoever was served while trading was not halted has no trade left without a P&L. */
  #mustBeQuoted(updates: EndedPhase["recorder"]["updates"]): void {
    const open = this.markets.at(-1);
    if (open === undefined) return;
    for (const [path, trade] of this.#openedTrades) {
      const atMs = updates.servedMs(trade.uid);
      if (trade.mustBeQuoted || atMs === undefined) continue;
      const elapsedMs = Math.max(0, atMs - open.openedMonotonicMs);
      const isQuoted = open.market.quoteAt(trade.symbol, elapsedMs) !== undefined;
      if (isQuoted) this.#openedTrades.set(path, { ...trade, mustBeQuoted: true });
    }
  }

  #closed(path: string): void {
    const uid = parentIdOf(path);
    this.openTrades.set(uid, Math.max(0, this.openTradesOf(uid) - 1));
  }
}

function ledgerEntryOf(record: LedgerRecord): readonly [string, ClientLedgerEntry] {
  return [
    ledgerTradePath(record.tenantId, record.tradeId),
    {
      uid: record.uid,
      strategy_id: record.strategyId,
      symbol: record.symbol,
      side: record.side,
      quantity: record.quantity,
      price: record.price,
      notional: record.notional,
      realized_pnl: "0",
    },
  ];
}
