import type { Rng } from "../../std/rng.ts";
import { type ModelConstants, modelConstants } from "../capacity/constants.ts";
import type { LatencyProfile } from "../capacity/latency.ts";
import type { IndexCatalogue } from "../indexes/catalogue.ts";
import type { AttemptWeight, PreviousFields } from "./admission.ts";
import { CapacityAdmission } from "./capacity-admission.ts";
import type { ControlledAdmission } from "./controlled-admission.ts";
import type { AdmissionMode } from "./report.ts";

export interface AdmissionOptions {
  readonly catalogue: IndexCatalogue;
  readonly previous: PreviousFields;
  /** Draws latencies, and which of two codes a shed write gets. The same seed gives the same decisions. */
  readonly rng: Rng;
  readonly mode: AdmissionMode;
  readonly latency: LatencyProfile;
  /** When it begins, on the monotonic clock that all later times are of. Default: 0. */
  readonly startMs?: number;
  /** The model's figures that are to differ, by their IDs in src/firestore/limits. */
  readonly constants?: Partial<ModelConstants>;
  /** For what was last written, where `previous` cannot tell. Default: 64 MiB for each database. */
  readonly memoryBytes?: number;
  /** Default: every request stands for itself. */
  readonly weight?: AttemptWeight | undefined;
}

const MEMORY_BYTES = 64 * 1024 * 1024;

/** Production's limits on the databases of one server. */
export function createAdmission(options: AdmissionOptions): ControlledAdmission {
  return new CapacityAdmission({
    ...options,
    startMs: options.startMs ?? 0,
    constants: modelConstants(options.constants),
    memoryBytes: options.memoryBytes ?? MEMORY_BYTES,
  });
}
