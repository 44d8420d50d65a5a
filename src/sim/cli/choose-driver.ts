import type { RunOptions } from "../config/run-options.ts";
import type { ClientDriver } from "../drivers/client-driver.ts";
import { requireK6 } from "../k6/find/require-k6.ts";
import { createK6Driver } from "../k6/k6-driver.ts";
import type { CliContext } from "./context.ts";

/** undefined: the run's own process sends the client traffic. */
export async function chooseDriver(
  { driver, k6Instances }: RunOptions,
  { machine }: CliContext,
): Promise<ClientDriver | undefined> {
  if (driver === "node") return undefined;
  const k6 = await requireK6(machine);
  return createK6Driver({ k6, processes: k6Instances ?? 1 }, machine);
}
