import type { Store } from "../../system/store/store.ts";
import type { ProbeOrigin } from "./probe/probe-record.ts";
import type { ProbeTarget } from "./probe/run-probe.ts";

/** A database that may be probed now. */
export interface OpenTarget {
  readonly target: ProbeTarget;
  /** The same for clearing away, which may wait. */
  readonly patientStore: Pick<Store, "commit">;
  /** What the names of all documents of the probe begin with. */
  readonly prefix: string;
  readonly origin: Omit<ProbeOrigin, "date" | "seed">;
  /** Aborts when the probe must end: a cap, a lost lease. */
  readonly signal?: AbortSignal;
  /** What comes next: writes that may wait for their second, or a load that must not. */
  readonly enter: (stage: "seeding" | "load") => void;
  /** `left`: documents that could not be deleted again. */
  readonly close: (left: number) => Promise<void>;
}
