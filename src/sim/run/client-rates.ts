import { clientOperation, type ClientLoad } from "../config/scenario.ts";
import { ratePerSecond } from "../drivers/client-arrivals.ts";

/** Client operations a second: what so many users would start, and what the scenario lets them start. */
export function clientRates(
  load: ClientLoad,
  users: number,
): { readonly asked: number; readonly started: number } {
  const total = (one: ClientLoad): number =>
    clientOperation.options.reduce((sum, kind) => sum + ratePerSecond(kind, one, users), 0);
  return { asked: total({ ...load, atMostPerSecond: null }), started: total(load) };
}
