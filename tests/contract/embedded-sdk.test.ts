import { Firestore } from "@google-cloud/firestore";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAdminStore } from "../../src/system/store/admin-store.ts";
import { processClock } from "../../src/system/store/process-clock.ts";
import { startEmbeddedServer, type EmbeddedServer } from "./embedded-server.ts";
import { provisioningContract } from "./provisioning-contract.ts";
import { sdkContract, sdkListenerContract } from "./sdk-contract.ts";
import { storeContract } from "./store-contract.ts";

let server: EmbeddedServer;
beforeAll(async () => {
  server = await startEmbeddedServer();
});
afterAll(() => server.close());

const endpoint = () => server.endpoint;
const projectPrefix = "demo-embedded";
sdkListenerContract({ name: "embedded engine", transport: "grpc", endpoint, projectPrefix });
sdkContract({ name: "embedded engine", transport: "grpc", endpoint, projectPrefix });
sdkContract({ name: "embedded engine", transport: "rest", endpoint, projectPrefix });

let databases = 0;
const create = () => {
  databases += 1;
  const firestore = new Firestore({
    projectId: `demo-embedded-store-${databases}`,
    host: server.endpoint,
    ssl: false,
  });
  return { store: createAdminStore(firestore), close: () => firestore.terminate() };
};
storeContract({ name: "Admin SDK on the embedded engine", create });
provisioningContract({ name: "Admin SDK on the embedded engine", create, clock: processClock });

describe("all of this", () => {
  it("met no fault of the server's own", () => {
    expect(server.faults).toEqual([]);
  });
});
