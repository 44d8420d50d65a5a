import { Firestore } from "@google-cloud/firestore";
import { credentials } from "@grpc/grpc-js";
import type { Clock } from "../../std/clock.ts";
import { createAdminStore } from "../../system/store/admin-store.ts";
import { DEADLINE_MS, PATIENT_DEADLINE_MS } from "../run/open-database.ts";
import { LOCAL_PROJECT_ID } from "../targets/local-project.ts";
import type { OpenTarget } from "./open-target.ts";
import { openEmptyCalls } from "./probe/empty-call.ts";

/** A gateway or an emulator on this machine, for rehearsals: nothing of it costs anything. */
export function openLocalTarget(clock: Clock, endpoint: string, runId: string): OpenTarget {
  const projectId = LOCAL_PROJECT_ID;
  const databaseId = "(default)";
  const firestore = new Firestore({
    projectId,
    host: endpoint,
    ssl: false,
    // Told its universe, the SDK does not ask Google Cloud's metadata server for it.
    clientOptions: { universeDomain: "googleapis.com" },
  });
  const empty = openEmptyCalls(clock, {
    host: endpoint,
    projectId,
    databaseId,
    credentials: credentials.createInsecure(),
  });
  return {
    target: {
      store: createAdminStore(firestore, { deadlineMs: DEADLINE_MS }),
      roundTrip: () => empty.call(),
    },
    patientStore: createAdminStore(firestore, { deadlineMs: PATIENT_DEADLINE_MS }),
    prefix: `plimsoll-${runId}-`,
    origin: {
      project: projectId,
      database: databaseId,
      region: "this machine",
      target: `a gateway or an emulator at ${endpoint}`,
    },
    enter: () => undefined,
    close: async () => {
      empty.close();
      await firestore.terminate();
    },
  };
}
