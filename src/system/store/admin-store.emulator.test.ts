import { Firestore } from "@google-cloud/firestore";
import { inject } from "vitest";
import { storeContract } from "../../../tests/contract/store-contract.ts";
import { createAdminStore } from "./admin-store.ts";
import { processClock } from "./process-clock.ts";

/** An emulator that outlives the suite keeps its databases, so each run names new ones. */
const run = processClock.wallMs();
let databases = 0;

storeContract({
  name: "Admin SDK",
  create: () => {
    databases += 1;
    const firestore = new Firestore({
      projectId: `demo-contract-${run}-${databases}`,
      host: inject("firestoreEndpoint"),
      ssl: false,
    });
    return { store: createAdminStore(firestore), close: () => firestore.terminate() };
  },
});
