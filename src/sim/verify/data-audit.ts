import { familyOf, type FamilyName } from "../../system/schema/catalogue.ts";
import { DocumentError, idOf, parentIdOf, parseDocument } from "../../system/schema/document.ts";
import { profitAndLoss } from "../../system/schema/money.ts";
import type { LedgerTrade, Member } from "../../system/schema/tenant.ts";
import type { ShadowTrade, TradingStatus, User } from "../../system/schema/user.ts";
import type { Snapshot } from "../../system/store/store.ts";
import { Findings } from "./findings.ts";

/** The P&L a trade was last told to hold, by a commit the database acknowledged. */
export interface AcknowledgedPnl {
  readonly lastPrice: string;
  readonly pnl: string;
  readonly quotedAtMs: number;
}

/** A ledger entry a client created and the database acknowledged. */
type AcknowledgedLedgerEntry = Pick<LedgerTrade, "uid" | "symbol" | "quantity" | "price">;

/** What the database must hold after a run. */
export interface Expectations {
  /** Tenant of every provisioned user. */
  readonly tenantOf: ReadonlyMap<string, string>;
  readonly pnl: ReadonlyMap<string, AcknowledgedPnl>;
  readonly clientLedger: ReadonlyMap<string, AcknowledgedLedgerEntry>;
  /** Entries sent whose answer was lost: they may be there or not. */
  readonly unconfirmedLedger: ReadonlySet<string>;
  /** The market's price at a wall time; undefined outside every phase. */
  readonly priceAt: (symbol: string, wallMs: number) => string | undefined;
}

/** The seven groups a sign-up provisions (section 4). */
const DOCUMENT_GROUPS = [
  "tenant",
  "member",
  "user",
  "secret",
  "account",
  "tradingStatus",
  "preferences",
] as const satisfies readonly FamilyName[];

type Group = (typeof DOCUMENT_GROUPS)[number];

/**
 * Compares a database, document by document, with what a run says it wrote. Show it every
 * document with `see`, then ask for the findings.
 */
export class DataAudit {
  readonly #expected: Expectations;
  readonly #groups = new Map<string, Set<Group>>();
  readonly #tenants = new Set<string>();
  readonly #tradesSeen = new Set<string>();
  readonly #ledgerSeen = new Set<string>();
  readonly #closedTrades = new Set<string>();
  readonly #closingEntries = new Set<string>();
  readonly trades = new Findings();
  readonly ledger = new Findings();
  readonly isolation = new Findings();
  readonly schema = new Findings();

  constructor(expected: Expectations) {
    this.#expected = expected;
  }

  see(snapshot: Snapshot): void {
    const { path } = snapshot;
    const family = familyOf(path);
    this.isolation.saw();
    if (family === undefined) {
      this.isolation.fault(`${path}: the service keeps no document here`);
      return;
    }
    this.schema.saw();
    try {
      this.#dispatch(family.name, path, parseDocument(family.schema, snapshot));
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error;
      this.schema.fault(error.message);
    }
  }

  /** The seven groups of every user: missing ones are faults. */
  groups(): Findings {
    const findings = new Findings();
    for (const [uid, tenantId] of this.#expected.tenantOf) {
      findings.saw();
      const present = new Set(this.#groups.get(uid));
      if (this.#tenants.has(tenantId)) present.add("tenant");
      const missing = DOCUMENT_GROUPS.filter((group) => !present.has(group));
      if (missing.length > 0) findings.fault(`users/${uid}: ${missing.join(", ")} missing`);
    }
    return findings;
  }

  /** Call once, after every document was seen: what should be there and is not. */
  finish(): void {
    for (const path of this.#expected.pnl.keys()) {
      if (!this.#tradesSeen.has(path)) this.trades.fault(`${path}: acknowledged, and gone`);
    }
    for (const path of this.#expected.clientLedger.keys()) {
      if (!this.#ledgerSeen.has(path)) this.ledger.fault(`${path}: acknowledged, and lost`);
    }
    for (const tradeId of this.#closedTrades) {
      if (!this.#closingEntries.has(tradeId)) {
        this.ledger.fault(`trade ${tradeId}: closed, without a ledger entry`);
      }
    }
    for (const tradeId of this.#closingEntries) {
      if (!this.#closedTrades.has(tradeId)) {
        this.ledger.fault(`ledger entry ${tradeId}-close: its trade is not closed`);
      }
    }
  }

  #dispatch(family: FamilyName, path: string, data: unknown): void {
    const [root, rootId = ""] = path.split("/");
    if (root === "users") this.#seeUserDocument(family, path, rootId, data);
    if (root !== "tenants") return;
    if (family === "tenant") this.#tenants.add(rootId);
    if (family === "member") this.#seeMember(path, rootId, data as Member);
    if (family === "ledgerTrade") this.#seeLedger(path, rootId, data as LedgerTrade);
    if (family === "strategy") this.#belongs(path, (data as { uid: string }).uid, rootId);
  }

  #seeUserDocument(family: FamilyName, path: string, uid: string, data: unknown): void {
    const group = DOCUMENT_GROUPS.find((name) => name === family);
    if (group !== undefined) this.#addGroup(uid, group);
    if (!this.#expected.tenantOf.has(uid)) {
      this.isolation.fault(`${path}: no user ${uid} was provisioned`);
    }
    const { tenant_id: tenantId, uid: named } = data as Partial<TradingStatus & User>;
    if (tenantId !== undefined) this.#belongs(path, uid, tenantId);
    if (named !== undefined && named !== uid) {
      this.isolation.fault(`${path}: names user ${named} in the documents of ${uid}`);
    }
    if (family === "shadowTrade") this.#seeTrade(path, data as ShadowTrade);
  }

  #seeMember(path: string, tenantId: string, member: Member): void {
    const uid = idOf(path);
    if (member.uid !== uid) this.isolation.fault(`${path}: names user ${member.uid}`);
    this.#belongs(path, uid, tenantId);
    if (this.#expected.tenantOf.get(uid) === tenantId) this.#addGroup(uid, "member");
  }

  #seeLedger(path: string, tenantId: string, entry: LedgerTrade): void {
    this.#belongs(path, entry.uid, tenantId);
    this.#ledgerSeen.add(path);
    this.ledger.saw();
    const expected = this.#expected.clientLedger.get(path);
    if (expected !== undefined) {
      if (
        expected.uid !== entry.uid ||
        expected.symbol !== entry.symbol ||
        expected.quantity !== entry.quantity ||
        expected.price !== entry.price
      ) {
        this.ledger.fault(`${path}: not what the client wrote`);
      }
      return;
    }
    if (this.#expected.unconfirmedLedger.has(path)) return;
    // Every other entry is a pulse's closing execution, named after the one trade it closed.
    const match = /^(.+)-close$/.exec(idOf(path));
    if (match?.[1] === undefined) this.ledger.fault(`${path}: nobody was told it was written`);
    else this.#closingEntries.add(match[1]);
  }

  #seeTrade(path: string, trade: ShadowTrade): void {
    this.#tradesSeen.add(path);
    if (trade.status === "CLOSED") this.#closedTrades.add(idOf(path));
    const expected = this.#expected.pnl.get(path);
    if (trade.quoted_at === null) {
      if (expected !== undefined) this.trades.fault(`${path}: an acknowledged P&L was lost`);
      return;
    }
    this.trades.saw();
    const quotedAtMs = trade.quoted_at.getTime();
    const fault = pnlFault(trade, quotedAtMs, expected, this.#expected.priceAt);
    if (fault !== undefined) this.trades.fault(`${path} (user ${parentIdOf(path)}): ${fault}`);
  }

  #belongs(path: string, uid: string, tenantId: string): void {
    const expected = this.#expected.tenantOf.get(uid);
    if (expected === tenantId) return;
    this.isolation.fault(
      expected === undefined
        ? `${path}: names user ${uid}, who was never provisioned`
        : `${path}: user ${uid} belongs to tenant ${expected}, not ${tenantId}`,
    );
  }

  #addGroup(uid: string, group: Group): void {
    const groups = this.#groups.get(uid) ?? new Set();
    groups.add(group);
    this.#groups.set(uid, groups);
  }
}

/**
 * What is wrong with a trade's P&L, if anything: its price must be the market's at the moment it
 * names, its P&L must follow from that price, and it must not be older than what was acknowledged.
 * It may be newer: a commit whose answer was lost.
 */
function pnlFault(
  trade: ShadowTrade,
  quotedAtMs: number,
  expected: AcknowledgedPnl | undefined,
  priceAt: Expectations["priceAt"],
): string | undefined {
  const price = priceAt(trade.symbol, quotedAtMs);
  if (price !== undefined && price !== trade.last_price) {
    return `holds ${trade.last_price}, the quote of that moment was ${price}`;
  }
  const { pnl } = profitAndLoss(trade.side, trade.quantity, trade.entry_price, trade.last_price);
  if (pnl !== trade.pnl) return `P&L is ${trade.pnl}, its own price makes it ${pnl}`;
  if (expected === undefined) return undefined;
  if (quotedAtMs < expected.quotedAtMs) return "an acknowledged P&L was lost";
  if (quotedAtMs === expected.quotedAtMs && expected.pnl !== trade.pnl) {
    return `P&L ${expected.pnl} was acknowledged, ${trade.pnl} is stored`;
  }
  return undefined;
}
