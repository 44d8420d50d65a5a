import { readFileSync } from "node:fs";
import { initializeTestEnvironment, type RulesTestEnvironment } from "@firebase/rules-unit-testing";
import { FirebaseError } from "firebase/app";
import { doc, setLogLevel, Timestamp, writeBatch, type Firestore } from "firebase/firestore";
import type { LedgerTrade, Strategy } from "../../src/system/schema/tenant.ts";
import { processClock } from "../../src/system/store/process-clock.ts";

/** Who asks. Each is somebody whom the rules must tell from the others. */
export const PERSONAS = {
  /** Owns tenant acme. */
  owner: { uid: "owner", claims: { tenant_id: "acme", email: "owner@acme.test" } },
  /** Admin of acme. */
  admin: { uid: "admin", claims: { tenant_id: "acme", email: "admin@acme.test" } },
  /** Member of acme, and the user whose documents all attempts are about. */
  bob: { uid: "bob", claims: { tenant_id: "acme", email: "bob@acme.test" } },
  /** Another member of acme. */
  colleague: { uid: "colleague", claims: { tenant_id: "acme", email: "colleague@acme.test" } },
  /** Owner of another tenant. */
  stranger: { uid: "stranger", claims: { tenant_id: "evil", email: "stranger@evil.test" } },
  /** Moved to another tenant; the owner's membership in acme was left behind. */
  mover: { uid: "mover", claims: { tenant_id: "evil", email: "mover@evil.test" } },
  /** Signed in, in no tenant: the claim has not been set. */
  newcomer: { uid: "newcomer", claims: { email: "newcomer@acme.test" } },
  /** Claims everything but the two things that count. */
  impostor: {
    uid: "impostor",
    claims: { tenant: "acme", role: "owner", admin: true, email: "bob@acme.test" },
  },
  /** In no tenant; the account's address is one that the service cannot keep. */
  foreigner: { uid: "foreigner", claims: { email: "bücher@acme.test" } },
  /** The same, with an address of 255 characters. */
  windbag: { uid: "windbag", claims: { email: `${"x".repeat(245)}@acme.test` } },
  /** Not signed in. */
  nobody: null,
} as const;
export type Persona = keyof typeof PERSONAS;

export interface RulesWorld {
  readonly projectId: string;
  readonly as: (persona: Persona) => Firestore;
  /** Puts back every document that an attempt may have changed. */
  readonly reset: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** What the rules said to an attempt. Any other failure than a refusal is one of the test. */
export async function verdictOf(attempt: Promise<unknown>): Promise<"allowed" | "refused"> {
  try {
    await attempt;
    return "allowed";
  } catch (error) {
    if (error instanceof FirebaseError && error.code === "permission-denied") return "refused";
    throw error;
  }
}

/** The service's rules in force over one small population. */
export async function openRulesWorld(endpoint: string, projectId: string): Promise<RulesWorld> {
  setLogLevel("silent"); // Each refusal would be logged as an error.
  const [host = "", port = ""] = endpoint.split(":");
  const firestore = { host, port: Number(port), rules: readRules() };
  const environment = await initializeTestEnvironment({ projectId, firestore });
  await environment.clearFirestore();
  const sessions = new Map<Persona, Firestore>();
  return {
    projectId,
    as: (persona) => {
      const session = sessions.get(persona) ?? open(environment, persona);
      sessions.set(persona, session);
      return session;
    },
    reset: () => environment.withSecurityRulesDisabled((context) => seed(modular(context))),
    close: () => environment.cleanup(),
  };
}

export function readRules(): string {
  return readFileSync(new URL("../../firestore.rules", import.meta.url), "utf8");
}

/** A moment so many minutes from now. */
export function inMinutes(minutes: number): Timestamp {
  return Timestamp.fromMillis(processClock.wallMs() + minutes * 60_000);
}

export function ledgerTrade(changes: object = {}): object {
  return { ...LEDGER_TRADE, ts: inMinutes(0), ...changes };
}

export function strategy(changes: object = {}): object {
  return { ...STRATEGY, created_at: LONG_AGO, updated_at: LONG_AGO, ...changes };
}

export function shadowTrade(changes: object = {}): object {
  return { ...SHADOW_TRADE, created_at: inMinutes(0), ...changes };
}

export const PREFERENCES = {
  theme: "dark",
  risk_tolerance: "moderate",
  default_allocation: 0.1,
  max_positions: 5,
};

const LONG_AGO = Timestamp.fromDate(new Date("2026-01-05T14:30:00Z"));

const LEDGER_TRADE: Omit<LedgerTrade, "ts"> = {
  uid: "bob",
  strategy_id: "s1",
  symbol: "ACME",
  side: "BUY",
  quantity: "10",
  price: "12.5",
  notional: "125.00",
  realized_pnl: "0",
};

const STRATEGY: Omit<Strategy, "created_at" | "updated_at"> = {
  uid: "bob",
  name: "Follow",
  kind: "momentum",
  status: "active",
  symbols: ["ACME", "INIT"],
};

const SHADOW_TRADE = {
  uid: "bob",
  tenant_id: "acme",
  strategy_id: "s1",
  symbol: "ACME",
  side: "BUY",
  status: "OPEN",
  quantity: "10",
  entry_price: "12.5",
  last_price: "12.5",
  pnl: "0.00",
  pnl_percent: "0.0000",
  stop_loss_percent: "5",
  take_profit_percent: "10",
  quoted_at: null,
  closed_at: null,
};

function open(environment: RulesTestEnvironment, persona: Persona): Firestore {
  const identity = PERSONAS[persona];
  return modular(
    identity === null
      ? environment.unauthenticatedContext()
      : environment.authenticatedContext(identity.uid, { ...identity.claims }),
  );
}

/** The library types its database as the older API's; the modular functions take it all the same. */
function modular(context: { firestore(): unknown }): Firestore {
  return context.firestore() as Firestore;
}

async function seed(database: Firestore): Promise<void> {
  const batch = writeBatch(database);
  for (const [path, data] of Object.entries(documents())) batch.set(doc(database, path), data);
  await batch.commit();
}

function documents(): Readonly<Record<string, object>> {
  const member = (uid: string, role: string) => ({
    uid,
    role,
    email: `${uid}@acme.test`,
    created_at: LONG_AGO,
  });
  const root = {
    email: "old@acme.test",
    tenant_id: "acme",
    onboarded: true,
    created_at: LONG_AGO,
  };
  return {
    "tenants/acme": {
      name: "Acme",
      owner_uid: "owner",
      plan: "free",
      status: "active",
      created_at: LONG_AGO,
    },
    "tenants/acme/users/owner": member("owner", "owner"),
    "tenants/acme/users/admin": member("admin", "admin"),
    "tenants/acme/users/bob": member("bob", "member"),
    "tenants/acme/users/colleague": member("colleague", "member"),
    "tenants/acme/users/partner": member("partner", "owner"),
    "tenants/acme/users/mover": member("mover", "owner"),
    "tenants/evil/users/stranger": member("stranger", "owner"),
    "tenants/acme/ledger_trades/l1": ledgerTrade(),
    "tenants/acme/strategies/s1": strategy(),
    "tenants/acme/strategies/left": strategy({ uid: "mover" }),
    "tenants/acme/ops_heartbeats/pulse-all": { status: "ok", last_beat_at: LONG_AGO },
    "users/bob": root,
    "users/foreigner": root,
    "users/windbag": root,
    "users/bob/shadowTradeHistory/t1": shadowTrade({ created_at: LONG_AGO }),
    "users/bob/shadowTradeHistory/closed": shadowTrade({ status: "CLOSED", closed_at: LONG_AGO }),
    "users/bob/signals/g1": { uid: "bob", action: "BUY", created_at: LONG_AGO },
    "users/bob/alpacaAccounts/snapshot": { configured: false, equity: "0", updated_at: LONG_AGO },
    "users/bob/secrets/alpaca": { configured: false, base_url: "https://paper-api.test" },
    "users/bob/status/trading": {
      enabled: false,
      mode: "safe",
      reason: "",
      uid: "bob",
      tenant_id: "acme",
      shard: 7,
      changed_at: LONG_AGO,
    },
    "users/bob/config/preferences": PREFERENCES,
    "ops/write_rates/users/bob": { writes_per_minute: 1, last_updated: LONG_AGO },
    "elsewhere/x": { value: 1 },
  };
}
