import { readFile } from "node:fs/promises";
import { Firestore } from "@google-cloud/firestore";
import { inject } from "vitest";
import type { ShadowTrade } from "../../../system/schema/user.ts";
import { createAdminStore } from "../../../system/store/admin-store.ts";
import type { Store } from "../../../system/store/store.ts";
import { createRealClock } from "../../clock/real-clock.ts";
import { EmulatorApi } from "../../targets/emulator-api.ts";

/** The suite's emulator with the service's rules in force for one project of the test's own. */
export interface EmulatorFixture {
  readonly endpoint: string;
  readonly projectId: string;
  /** Writes as the service, past the rules. */
  readonly store: Store;
  readonly api: EmulatorApi;
  close(): Promise<void>;
}

const RULES_FILE = "firestore.rules";

export async function openEmulatorFixture(projectId: string): Promise<EmulatorFixture> {
  const endpoint = inject("firestoreEndpoint");
  const api = new EmulatorApi(endpoint, projectId, createRealClock());
  const rules = await readFile(new URL(`../../../../${RULES_FILE}`, import.meta.url), "utf8");
  await api.loadRules(RULES_FILE, rules);
  await api.clear();
  // Told its universe, the SDK does not ask Google Cloud's metadata server for it.
  const clientOptions = { universeDomain: "googleapis.com" };
  const firestore = new Firestore({ projectId, host: endpoint, ssl: false, clientOptions });
  const close = async () => {
    await api.clear();
    await firestore.terminate();
  };
  return { endpoint, projectId, store: createAdminStore(firestore), api, close };
}

/** An open BUY of ada's, created and quoted at the given times. */
export function openTrade(changes: Partial<ShadowTrade> = {}): ShadowTrade {
  return {
    uid: "ada",
    tenant_id: "acme",
    strategy_id: "momentum-1",
    symbol: "AAPL",
    side: "BUY",
    status: "OPEN",
    quantity: "10",
    entry_price: "100.00",
    last_price: "100.00",
    pnl: "0.00",
    pnl_percent: "0.0000",
    stop_loss_percent: "5",
    take_profit_percent: "10",
    created_at: new Date("2026-01-05T10:00:00Z"),
    quoted_at: null,
    closed_at: null,
    ...changes,
  };
}
