import { Firestore } from "@google-cloud/firestore";
import { createAdminStore } from "../../system/store/admin-store.ts";
import { StoreError, type Store } from "../../system/store/store.ts";
import type { OperationTally } from "../measure/operation-tally.ts";
import { DEADLINE_MS, PATIENT_DEADLINE_MS } from "../run/open-database.ts";
import { channelCredentials } from "./channel-credentials.ts";
import type { StagingProject } from "./project.ts";

/** A project's database with the rights of the default credentials: all of it, unconfined. */
export interface ProjectStore {
  readonly store: Store;
  /** The same for what may wait. */
  readonly patientStore: Store;
  close(): Promise<void>;
}

export function openProjectStore(project: StagingProject): ProjectStore {
  const { projectId, databaseId, endpoints } = project;
  const firestore = new Firestore({
    projectId,
    databaseId,
    host: endpoints.firestore.host,
    sslCreds: channelCredentials(project, "firestore"),
    // Told its universe, the SDK does not ask Google Cloud's metadata server for it.
    clientOptions: { universeDomain: "googleapis.com" },
  });
  return {
    store: createAdminStore(firestore, { deadlineMs: DEADLINE_MS }),
    patientStore: createAdminStore(firestore, { deadlineMs: PATIENT_DEADLINE_MS }),
    close: () => firestore.terminate(),
  };
}

/** The same, each of its calls counted. */
export function countedStore(store: ProjectStore, tally: OperationTally): ProjectStore {
  return {
    store: tally.watchStore(store.store),
    patientStore: tally.watchStore(store.patientStore),
    close: () => store.close(),
  };
}

/** The same store; tells when its credentials are refused, which no retry puts right. */
export function watchCredentials(store: Store, onRefused: (reason: string) => void): Store {
  const watched = async <T>(call: Promise<T>): Promise<T> => {
    try {
      return await call;
    } catch (error) {
      if (error instanceof StoreError && error.code === "UNAUTHENTICATED") {
        onRefused(`the credentials were refused (expired or revoked?): ${error.message}`);
      }
      throw error;
    }
  };
  return {
    commit: (writes) => watched(store.commit(writes)),
    get: (paths) => watched(store.get(paths)),
    query: (query) => watched(store.query(query)),
    transaction: (body) => watched(store.transaction(body)),
  };
}
