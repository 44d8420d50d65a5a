import { createAdmission } from "../../firestore/admission/create-admission.ts";
import type { ModelConstants } from "../../firestore/capacity/constants.ts";
import type { ControlledAdmission } from "../../firestore/admission/controlled-admission.ts";
import { createEngine } from "../../firestore/engine/create-engine.ts";
import { createCatalogue } from "../../firestore/indexes/create-catalogue.ts";
import type { IndexFile } from "../../firestore/indexes/index-file.ts";
import type { Clock } from "../../std/clock.ts";
import type { Rng } from "../../std/rng.ts";
import { cohortWeight } from "../cohort/cohort-weight.ts";
import { DEADLINE_MS, PATIENT_DEADLINE_MS, type Database } from "../run/open-database.ts";
import type { LimitsControl } from "../targets/gateway-control.ts";
import type { LatencyChoice, LimitsChoice } from "../targets/limits-choice.ts";
import { LOCAL_PROJECT_ID } from "../targets/local-project.ts";
import type { Target } from "../targets/target.ts";
import { InProcessDatabase, type SeenCommit } from "./in-process-database.ts";
import { openInProcessListenChannel } from "./in-process-listen-channel.ts";
import { createInProcessStore } from "./in-process-store.ts";
import { createInProcessUserClient } from "./in-process-user-client.ts";

export interface VirtualDatabaseOptions {
  readonly limits: LimitsChoice;
  readonly latency: LatencyChoice;
  readonly indexes: IndexFile;
  /** How many alike users each user of the database stands for; 1 when absent. */
  readonly cohort?: number;
  /** The model's figures that are to differ from the assumed ones. */
  readonly constants?: Partial<ModelConstants> | undefined;
  readonly onCommit?: ((seen: SeenCommit) => void) | undefined;
}

export interface VirtualDatabase {
  readonly target: Target;
  open(): Database;
}

/** Nobody in a run reads the past, and old versions are most of what the memory would hold. */
const VERSIONS_MAX = 1000;

/** A database as production would behave, in this process, and the ways a run has to it. */
export function createVirtualDatabase(
  clock: Clock,
  rng: Rng,
  options: VirtualDatabaseOptions,
): VirtualDatabase {
  const { limits, latency, indexes, cohort = 1 } = options;
  const name = { projectId: LOCAL_PROJECT_ID, databaseId: "(default)" };
  const history = { versionsMax: VERSIONS_MAX };
  const engine = createEngine(clock, rng.fork("engine"), { history }).database(name);
  const admission = createAdmission({
    catalogue: createCatalogue(indexes),
    previous: (_, path) => engine.peek(path)?.fields ?? "none",
    rng: rng.fork("admission"),
    mode: limits,
    latency,
    constants: options.constants ?? {},
    startMs: clock.monotonicMs(),
    weight: cohort === 1 ? undefined : cohortWeight(cohort),
  });
  const database = new InProcessDatabase(clock, engine, admission, options.onCommit);
  const storeWith = (purpose: string, deadlineMs: number) =>
    createInProcessStore(clock, rng.fork(purpose), database, { deadlineMs });
  return {
    target: {
      kind: "embedded",
      projectId: LOCAL_PROJECT_ID,
      endpoint: "in process",
      description: "embedded engine of Plimsoll, in process on a virtual clock",
      reason: "--clock virtual",
      limits,
      latency,
      control: limits === "off" ? null : controlOf(clock, admission),
      evaluatesRules: false,
      processId: null,
      gatewayProcessId: null,
      // Of its own: whoever waits for a promise that all runs share would never be forgotten.
      died: new Promise(() => undefined),
      clear: async () => database.clear(),
      collectionIds: (documentPath = "") => database.collectionIds(documentPath),
      stop: () => Promise.resolve(),
    },
    open: () => ({
      store: storeWith("store", DEADLINE_MS),
      patientStore: storeWith("patient-store", PATIENT_DEADLINE_MS),
      userClient: createInProcessUserClient(database, DEADLINE_MS),
      openListenChannel: () => openInProcessListenChannel(database, DEADLINE_MS),
      close: () => Promise.resolve(),
    }),
  };
}

function controlOf(clock: Clock, admission: ControlledAdmission): LimitsControl {
  return {
    limits: async () => admission.report(clock.monotonicMs()),
    setMode: async (mode) => admission.setMode(mode),
    resetCounters: async () => admission.resetCounters(clock.monotonicMs()),
    warm: async (writesPerSecond) => admission.warm(writesPerSecond),
    cool: async () => admission.cool(),
    setQuota: async (share) => admission.setQuota(share),
  };
}
