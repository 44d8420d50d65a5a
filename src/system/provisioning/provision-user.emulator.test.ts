import { Firestore } from "@google-cloud/firestore";
import { inject } from "vitest";
import { provisioningContract } from "../../../tests/contract/provisioning-contract.ts";
import { createAdminStore } from "../store/admin-store.ts";
import { processClock } from "../store/process-clock.ts";

const run = processClock.wallMs();
let databases = 0;

provisioningContract({
  name: "emulator",
  clock: processClock,
  create: () => {
    databases += 1;
    const firestore = new Firestore({
      projectId: `demo-provisioning-${run}-${databases}`,
      host: inject("firestoreEndpoint"),
      ssl: false,
    });
    return { store: createAdminStore(firestore), close: () => firestore.terminate() };
  },
});
