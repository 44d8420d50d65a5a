import { NO_INDEX_FILE } from "../../../firestore/indexes/create-catalogue.ts";
import type { ModelConstants } from "../../../firestore/capacity/constants.ts";
import type { Rng } from "../../../std/rng.ts";
import { VirtualClock } from "../../../std/virtual-clock.ts";
import { NODE_TURNS } from "../../clock/node-turns.ts";
import { createVirtualDatabase } from "../../virtual/virtual-database.ts";
import { ProbeDocuments } from "./probe-documents.ts";
import { planProbe, type ProbeSize } from "./probe-plan.ts";
import { runProbe, type ProbeRecord, type ProbeTarget, type ProbeWatch } from "./run-probe.ts";

export interface VirtualProbe {
  readonly size: ProbeSize;
  readonly rng: Rng;
  /** The truth that is to be found out: the model's figures that are to differ from the assumed ones. */
  readonly constants: Partial<ModelConstants>;
  /** How long the way to the database and back takes. */
  readonly roundTripMs: number;
  readonly signal: AbortSignal;
  readonly onStage?: ProbeWatch["onStage"];
  readonly onProgress?: ProbeWatch["onProgress"];
  /** Puts something before the database; for tests of truths that no constants are. */
  readonly bend?: (target: ProbeTarget, clock: ProbeWatch["clock"]) => ProbeTarget;
}

/** Probes the model itself, on a virtual clock: minutes pass in seconds, and what there is to find is known. */
export function probeVirtually(probe: VirtualProbe): Promise<ProbeRecord> {
  const { size, rng, constants, roundTripMs, signal, onStage, onProgress } = probe;
  const clock = new VirtualClock(NODE_TURNS, 0);
  const database = createVirtualDatabase(clock, rng.fork("database"), {
    limits: "on",
    latency: "us-central1",
    indexes: NO_INDEX_FILE,
    constants,
  });
  const { store } = database.open();
  const after = async <T>(call: () => Promise<T>): Promise<T> => {
    await clock.sleep(roundTripMs);
    return call();
  };
  const target: ProbeTarget = {
    store: {
      commit: (writes) => after(() => store.commit(writes)),
      get: (paths) => after(() => store.get(paths)),
    },
    roundTrip: () => clock.sleep(roundTripMs),
  };
  const watch: ProbeWatch = {
    clock,
    signal,
    ...(onStage === undefined ? {} : { onStage }),
    ...(onProgress === undefined ? {} : { onProgress }),
  };
  const documents = new ProbeDocuments("plimsoll-virtual-", rng.fork("documents"));
  const plan = planProbe(size, rng.fork("plan"));
  return clock.run(runProbe(plan, documents, probe.bend?.(target, clock) ?? target, watch));
}
