import type { Clock } from "../../../../std/clock.ts";
import type { Rng } from "../../../../std/rng.ts";
import type { Engine } from "../../../engine/engine.ts";
import type { IndexCatalogue } from "../../../indexes/catalogue.ts";
import type { ServingLimits } from "../serving-limits.ts";
import type { Gate } from "./gate.ts";

/** What the methods are made of. */
export interface ServiceParts {
  readonly engine: Engine;
  readonly gate: Gate;
  /** For query explain alone; whether a query is refused is the gate's to say. */
  readonly catalogue: IndexCatalogue;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly limits: ServingLimits;
  /** Told of what is no FirestoreError: a fault of ours. */
  readonly onFault: (error: unknown) => void;
}
