import { familyOf, type FamilyName } from "../../system/schema/catalogue.ts";
import { DocumentError, idOf, parseDocument } from "../../system/schema/document.ts";
import { tenantPath, type LedgerTrade, type Member } from "../../system/schema/tenant.ts";
import type { Account, ShadowTrade, TradingStatus, User } from "../../system/schema/user.ts";
import type { Snapshot } from "../../system/store/store.ts";
import { AccountAudit } from "./account-audit.ts";
import { DirectAudit, type DirectExpectations } from "./direct-audit.ts";
import { Findings } from "./findings.ts";
import { LedgerAudit, type LedgerExpectations } from "./ledger-audit.ts";
import { TradeAudit, type TradeExpectations } from "./trade-audit.ts";

/** What the database must hold after a run. */
export interface Expectations extends TradeExpectations, LedgerExpectations, DirectExpectations {
  /** Tenant of every provisioned user. */
  readonly tenantOf: ReadonlyMap<string, string>;
  /** Cash each connected account began with, by user. */
  readonly cashOf: ReadonlyMap<string, string>;
  /** Tenants whose users a whole sweep has visited: each must have a heartbeat. */
  readonly sweptTenants: ReadonlySet<string>;
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
  readonly #heartbeats = new Set<string>();
  readonly #trades: TradeAudit;
  readonly #ledger: LedgerAudit;
  readonly #accounts: AccountAudit;
  readonly #direct: DirectAudit;
  readonly isolation = new Findings();
  readonly schema = new Findings();

  constructor(expected: Expectations) {
    this.#expected = expected;
    this.#trades = new TradeAudit(expected);
    this.#ledger = new LedgerAudit(expected);
    this.#accounts = new AccountAudit(expected.cashOf);
    this.#direct = new DirectAudit(expected);
  }

  get trades(): Findings {
    return this.#trades.findings;
  }

  get ledger(): Findings {
    return this.#ledger.findings;
  }

  get accounts(): Findings {
    return this.#accounts.findings;
  }

  get direct(): Findings {
    return this.#direct.findings;
  }

  see(snapshot: Snapshot): void {
    const { path } = snapshot;
    const family = familyOf(path);
    const isDirect = this.#direct.see(snapshot);
    this.isolation.saw();
    if (family === undefined) {
      if (isDirect) return;
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

  /** The pulse's heartbeat in every tenant it swept. */
  heartbeats(): Findings {
    const findings = new Findings();
    for (const tenantId of this.#expected.sweptTenants) {
      findings.saw();
      if (!this.#heartbeats.has(tenantId)) {
        findings.fault(`${tenantPath(tenantId)}: swept, and has no heartbeat`);
      }
    }
    return findings;
  }

  /** Call once, after every document was seen: what should be there and is not. */
  finish(): void {
    this.#trades.finish();
    this.#ledger.finish();
    this.#accounts.finish(this.#ledger.realized());
    this.#direct.finish();
  }

  #dispatch(family: FamilyName, path: string, data: unknown): void {
    const [root, rootId = ""] = path.split("/");
    if (root === "users") this.#seeUserDocument(family, path, rootId, data);
    if (root !== "tenants") return;
    if (family === "tenant") this.#tenants.add(rootId);
    if (family === "member") this.#seeMember(path, rootId, data as Member);
    if (family === "heartbeat") this.#heartbeats.add(rootId);
    if (family === "ledgerTrade") {
      const entry = data as LedgerTrade;
      this.#belongs(path, entry.uid, rootId);
      this.#ledger.see(path, entry);
    }
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
    if (family === "account") this.#accounts.see(uid, data as Account);
    if (family === "shadowTrade") {
      this.#trades.see(path, data as ShadowTrade);
      this.#ledger.seeTrade(path, data as ShadowTrade);
      this.#accounts.seeTrade(uid);
    }
  }

  #seeMember(path: string, tenantId: string, member: Member): void {
    const uid = idOf(path);
    if (member.uid !== uid) this.isolation.fault(`${path}: names user ${member.uid}`);
    this.#belongs(path, uid, tenantId);
    if (this.#expected.tenantOf.get(uid) === tenantId) this.#addGroup(uid, "member");
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
