import { deleteApp, initializeApp } from "firebase-admin/app";
import { getFirestore } from "firebase-admin/firestore";
import { createAdminStore } from "../../system/store/admin-store.ts";
import type { Store } from "../../system/store/store.ts";
import type { Target } from "../targets/target.ts";

/** The target through the Admin SDK, as the deployed service sees its database. */
export interface Database {
  readonly store: Store;
  /** The same for reading everything back: nothing is measured by it, so it may wait. */
  readonly patientStore: Store;
  close(): Promise<void>;
}

/**
 * Calls are given up after this, so that a dead target is noticed and not waited for. Twenty times
 * the P&L target: nothing slower could count as success.
 */
const DEADLINE_MS = 10_000;
const PATIENT_DEADLINE_MS = 120_000;

/**
 * The Admin SDK takes a local endpoint from FIRESTORE_EMULATOR_HOST only, so it is set for this
 * process; every client of the run then agrees on where the database is.
 */
export function openDatabase(target: Target): Database {
  process.env["FIRESTORE_EMULATOR_HOST"] = target.endpoint;
  process.env["GOOGLE_CLOUD_PROJECT"] = target.projectId;
  const app = initializeApp({ projectId: target.projectId }, `plimsoll-${target.endpoint}`);
  const firestore = getFirestore(app);
  return {
    store: createAdminStore(firestore, { deadlineMs: DEADLINE_MS }),
    patientStore: createAdminStore(firestore, { deadlineMs: PATIENT_DEADLINE_MS }),
    close: () => deleteApp(app),
  };
}
