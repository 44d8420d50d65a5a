import {
  collection,
  deleteDoc,
  doc,
  getDoc,
  getDocs,
  serverTimestamp,
  setDoc,
  updateDoc,
  type Firestore,
} from "firebase/firestore";
import {
  inMinutes,
  ledgerTrade,
  type Persona,
  PERSONAS,
  PREFERENCES,
  shadowTrade,
  strategy,
} from "./rules-world.ts";

export const OPERATIONS = ["get", "list", "create", "update", "delete"] as const;
export type Operation = (typeof OPERATIONS)[number];

/** One match block: an attempt at each operation that nothing but the rules could refuse. */
export interface RulesBlock {
  /** As firestore.rules spells it, with the blocks around it. */
  readonly block: string;
  /** What exists: read, updated and deleted. Its collection is listed. */
  readonly document: string;
  /** What does not exist yet; every attempt takes another ID. */
  readonly created: (asker: string, attempt: number) => readonly [path: string, data: object];
  readonly change: (asker: string) => object;
  /** Who may; everybody else is refused. */
  readonly allowed: Readonly<Partial<Record<Operation, readonly Persona[]>>>;
}

const MEMBERS: readonly Persona[] = ["owner", "admin", "bob", "colleague"];
const ADMINS: readonly Persona[] = ["owner", "admin"];
const SELF: readonly Persona[] = ["bob"];

/** Who may do what: the whole of the rules, in one table. */
export const RULES_TABLE: readonly RulesBlock[] = [
  {
    block: "/tenants/{tenantId}",
    document: "tenants/acme",
    created: (asker, attempt) => [`tenants/new-${attempt}`, { name: "New", owner_uid: asker }],
    change: () => ({ name: "Renamed" }),
    allowed: { get: MEMBERS, update: ["owner"] },
  },
  {
    block: "/tenants/{tenantId}/users/{uid}",
    document: "tenants/acme/users/bob",
    created: (asker, attempt) => [
      `tenants/acme/users/new-${attempt}`,
      { uid: asker, role: "member", email: "new@acme.test", created_at: serverTimestamp() },
    ],
    change: () => ({ role: "admin" }),
    allowed: { get: ["owner", "admin", "bob"], list: ADMINS, update: ["owner"] },
  },
  {
    block: "/tenants/{tenantId}/ledger_trades/{tradeId}",
    document: "tenants/acme/ledger_trades/l1",
    created: (asker, attempt) => [
      `tenants/acme/ledger_trades/new-${attempt}`,
      ledgerTrade({ uid: asker, ts: serverTimestamp() }),
    ],
    change: () => ({ realized_pnl: "1000000" }),
    allowed: { get: MEMBERS, list: MEMBERS, create: MEMBERS },
  },
  {
    block: "/tenants/{tenantId}/strategies/{strategyId}",
    document: "tenants/acme/strategies/s1",
    created: (asker, attempt) => [
      `tenants/acme/strategies/new-${attempt}`,
      strategy({ uid: asker, created_at: serverTimestamp(), updated_at: serverTimestamp() }),
    ],
    change: () => ({ status: "paused", updated_at: serverTimestamp() }),
    allowed: { get: MEMBERS, list: MEMBERS, create: MEMBERS, update: SELF },
  },
  {
    block: "/tenants/{tenantId}/ops_heartbeats/{serviceId}",
    document: "tenants/acme/ops_heartbeats/pulse-all",
    created: (_, attempt) => [`tenants/acme/ops_heartbeats/new-${attempt}`, { status: "ok" }],
    change: () => ({ status: "ok" }),
    allowed: { get: ADMINS, list: ADMINS },
  },
  {
    block: "/users/{uid}",
    document: "users/bob",
    created: (asker, attempt) => [
      `users/new-${attempt}`,
      { email: `${asker}@acme.test`, tenant_id: "acme", onboarded: true },
    ],
    change: (asker) => ({ email: `${asker}@acme.test` }),
    allowed: { get: SELF, update: SELF },
  },
  {
    block: "/users/{uid}/shadowTradeHistory/{tradeId}",
    document: "users/bob/shadowTradeHistory/t1",
    created: (asker, attempt) => [
      `users/bob/shadowTradeHistory/new-${attempt}`,
      shadowTrade({ uid: asker, created_at: serverTimestamp() }),
    ],
    change: () => ({ last_price: "13", pnl: "5.00", quoted_at: inMinutes(0) }),
    allowed: { get: SELF, list: SELF, create: SELF, update: SELF },
  },
  {
    block: "/users/{uid}/signals/{signalId}",
    document: "users/bob/signals/g1",
    created: (asker, attempt) => [`users/bob/signals/new-${attempt}`, { uid: asker }],
    change: () => ({ action: "SELL" }),
    allowed: { get: SELF, list: SELF },
  },
  {
    block: "/users/{uid}/alpacaAccounts/{accountId}",
    document: "users/bob/alpacaAccounts/snapshot",
    created: (_, attempt) => [`users/bob/alpacaAccounts/new-${attempt}`, { equity: "1" }],
    change: () => ({ equity: "1000000" }),
    allowed: { get: SELF, list: SELF },
  },
  {
    block: "/users/{uid}/secrets/{secretId}",
    document: "users/bob/secrets/alpaca",
    created: (_, attempt) => [`users/bob/secrets/new-${attempt}`, { configured: true }],
    change: () => ({ configured: true }),
    allowed: {},
  },
  {
    block: "/users/{uid}/status/trading",
    document: "users/bob/status/trading",
    created: (_, attempt) => [`users/fresh-${attempt}/status/trading`, { enabled: true }],
    change: () => ({
      enabled: true,
      mode: "paper",
      reason: "Enabled in Settings",
      changed_at: serverTimestamp(),
    }),
    allowed: { get: SELF, update: SELF },
  },
  {
    block: "/users/{uid}/config/preferences",
    document: "users/bob/config/preferences",
    created: (asker) => [`users/${asker}-fresh/config/preferences`, PREFERENCES],
    change: () => ({ theme: "light" }),
    allowed: { get: SELF, update: SELF },
  },
  {
    block: "/ops/{document=**}",
    document: "ops/write_rates/users/bob",
    created: (_, attempt) => [`ops/onboarding_errors/entries/new-${attempt}`, { attempts: 1 }],
    change: () => ({ writes_per_minute: 0 }),
    allowed: {},
  },
  {
    block: "/{document=**}",
    document: "elsewhere/x",
    created: (_, attempt) => [`elsewhere/new-${attempt}`, { value: 1 }],
    change: () => ({ value: 2 }),
    allowed: {},
  },
];

let attempts = 0;

/** Tries one operation of the block. Resolves when the rules let it pass. */
export function attempt(
  row: RulesBlock,
  operation: Operation,
  persona: Persona,
  database: Firestore,
): Promise<unknown> {
  attempts += 1;
  const asker = PERSONAS[persona]?.uid ?? "nobody";
  const target = doc(database, row.document);
  switch (operation) {
    case "get":
      return getDoc(target);
    case "list":
      return getDocs(collection(database, row.document.slice(0, row.document.lastIndexOf("/"))));
    case "create": {
      const [path, data] = row.created(asker, attempts);
      return setDoc(doc(database, path), data);
    }
    case "update":
      return updateDoc(target, row.change(asker));
    case "delete":
      return deleteDoc(target);
  }
}
