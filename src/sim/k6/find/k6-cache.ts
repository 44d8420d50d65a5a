import { join } from "node:path";
import type { Machine } from "../../targets/machine.ts";
import { PINNED_K6_VERSION } from "./k6-version.ts";

/** `${XDG_CACHE_HOME:-~/.cache}/plimsoll/k6/VERSION/k6`: where `k6 install` puts what it has built. */
export function cachedK6(machine: Machine): string {
  return join(cacheFolder(machine), PINNED_K6_VERSION, "k6");
}

function cacheFolder({ environment, homeFolder }: Machine): string {
  // An empty variable counts as not set (XDG Base Directory Specification).
  const cache = environment["XDG_CACHE_HOME"] || join(homeFolder, ".cache");
  return join(cache, "plimsoll", "k6");
}
