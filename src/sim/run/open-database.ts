import { deleteApp, initializeApp } from "firebase-admin/app";
import { getFirestore } from "firebase-admin/firestore";
import type { Clock } from "../../std/clock.ts";
import { createAdminStore } from "../../system/store/admin-store.ts";
import type { Store } from "../../system/store/store.ts";
import type { OutsideClients } from "../drivers/client-driver.ts";
import { openListenChannel, type ListenChannel } from "../drivers/listen-channel.ts";
import { createUserClient, type UserClient } from "../drivers/user-client.ts";
import type { RunOutput } from "../cli/progress.ts";
import type { SyntheticUser } from "../population/population.ts";
import type { UserDirectory } from "./sign-ups.ts";
import type { Target } from "../targets/target.ts";

/** The ways to a target's database that a run has. */
export interface Database {
  /** As the deployed service sees it. */
  readonly store: Store;
  /** The same for reading everything back: nothing is measured by it, so it may wait. */
  readonly patientStore: Store;
  /** As its users' apps see it. */
  readonly userClient: UserClient;
  openListenChannel(): ListenChannel;
  /** For clients in another process, where they need more than an address. */
  readonly outside?: OutsideClients;
  /** Where sign-ups find users; a synthetic directory when absent. */
  readonly directory?: UserDirectory;
  /** Lets the population in before it is provisioned, where that takes more than a name. */
  readonly admit?: (
    users: readonly SyntheticUser[],
    output: RunOutput,
    signal: AbortSignal,
  ) => Promise<void>;
  close(): Promise<void>;
}

export type OpenDatabase = (target: Target, clock: Clock) => Database;

/**
 * Calls are given up after this, so that a dead target is noticed and not waited for. Twenty times
 * the P&L target: nothing slower could count as success.
 */
export const DEADLINE_MS = 10_000;
export const PATIENT_DEADLINE_MS = 120_000;

/**
 * Clients share so many connections; who finds none free waits, and the wait is in the latency.
 * Two cores answer no more queries at a time, and each one more that an emulator has begun takes
 * tens of MiB of its heap, until it dies of it.
 */
export const CONNECTIONS = 12;

/**
 * Through the Admin SDK, REST and gRPC. The Admin SDK takes a local endpoint from FIRESTORE_EMULATOR_HOST only, so it is set for this
 * process; every client of the run then agrees on where the database is.
 */
export function openDatabase(target: Target, clock: Clock): Database {
  process.env["FIRESTORE_EMULATOR_HOST"] = target.endpoint;
  process.env["GOOGLE_CLOUD_PROJECT"] = target.projectId;
  const app = initializeApp({ projectId: target.projectId }, `plimsoll-${target.endpoint}`);
  const firestore = getFirestore(app);
  const userClient = createUserClient(
    { endpoint: target.endpoint, projectId: target.projectId, maxConnections: CONNECTIONS },
    clock,
  );
  return {
    store: createAdminStore(firestore, { deadlineMs: DEADLINE_MS }),
    patientStore: createAdminStore(firestore, { deadlineMs: PATIENT_DEADLINE_MS }),
    userClient,
    openListenChannel: () => openListenChannel(target, clock),
    close: () => {
      userClient.close();
      return deleteApp(app);
    },
  };
}
