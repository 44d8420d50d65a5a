import { equalJitterBackOffMs } from "../../std/back-off.ts";
import type { Rng } from "../../std/rng.ts";
import type { PulseConfig } from "./config.ts";

/** How long to wait before try `attempt`; 2 is the first repeat. */
export function backOffMs(policy: PulseConfig["retry"], attempt: number, rng: Rng): number {
  return equalJitterBackOffMs(policy, attempt - 1, rng.next());
}
