import type { ClientDriver, ClientPhase } from "../drivers/client-driver.ts";
import type { Machine } from "../targets/machine.ts";
import type { K6 } from "./find/find-k6.ts";
import { K6Clients } from "./k6-clients.ts";

export interface K6DriverOptions {
  readonly k6: K6;
  /** Processes that share the load. */
  readonly processes: number;
}

/** Sends the client traffic of each phase by k6: one plan, so many processes, the same figures. */
export function createK6Driver(options: K6DriverOptions, machine: Machine): ClientDriver {
  return {
    prepare: async (phase: ClientPhase) => {
      const clients = new K6Clients(options, machine, phase);
      try {
        await clients.prepare();
      } catch (error) {
        await clients.close();
        throw error;
      }
      return clients;
    },
  };
}
