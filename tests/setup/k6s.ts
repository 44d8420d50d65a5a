import { join } from "node:path";
import { createRealMachine } from "../../src/sim/targets/real-machine.ts";
import { findK6, type K6 } from "../../src/sim/k6/find/find-k6.ts";

/**
 * Every k6 of this machine that runs: the one that a run would take, and those of other versions in Plimsoll's cache
 * (`~/.cache/plimsoll/k6/v1.8.1/k6`), so that the scripts are tried on both majors where both are.
 * Tests that need one are skipped, with the reason in their name, where there is none; with PLIMSOLL_K6=required, as in CI
 * once k6 is there, they fail.
 */
export async function k6sHere(): Promise<readonly K6[]> {
  const machine = createRealMachine();
  const found = new Map<string, K6>();
  for (const chosen of [undefined, ...(await cached())]) {
    const environment = chosen === undefined ? {} : { K6_BIN: chosen };
    const search = await findK6({ ...machine, environment: { ...process.env, ...environment } });
    if (search.kind === "found")
      found.set(search.k6.version, found.get(search.k6.version) ?? search.k6);
  }
  if (found.size === 0 && process.env["PLIMSOLL_K6"] === "required") {
    throw new Error("PLIMSOLL_K6=required, but no k6 was found: npm run sim -- k6 install");
  }
  return [...found.values()];

  async function cached(): Promise<readonly string[]> {
    const home = process.env["XDG_CACHE_HOME"] || join(machine.homeFolder, ".cache");
    const folder = join(home, "plimsoll", "k6");
    return (await machine.list(folder)).map((version) => join(folder, version, "k6"));
  }
}

/** What every k6 of a test is started with: it asks nobody for anything. */
export const QUIET_K6 = {
  K6_NO_USAGE_REPORT: "true",
  K6_AUTO_EXTENSION_RESOLUTION: "false",
} as const;
