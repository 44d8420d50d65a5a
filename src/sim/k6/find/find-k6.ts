import { delimiter, join } from "node:path";
import type { Machine } from "../../targets/machine.ts";
import { cachedK6 } from "./k6-cache.ts";
import { ACCEPTED_K6_VERSIONS, isAcceptedK6, readK6Version } from "./k6-version.ts";
import type { K6Version } from "./k6-version.ts";

/** A k6 that runs here. */
export interface K6 extends K6Version {
  readonly path: string;
  /** Why it is this one: the first place of these that holds one. */
  readonly source: "K6_BIN" | "PATH" | "cache";
}

export type K6Search =
  | { readonly kind: "found"; readonly k6: K6 }
  /** K6_BIN names something that cannot be used. Nothing else is looked at: it was asked for. */
  | { readonly kind: "unusable"; readonly path: string; readonly why: string }
  | { readonly kind: "missing"; readonly looked: readonly string[] };

/** Looks in K6_BIN, on the PATH, in the cache. A k6 of another major version is passed over. */
export async function findK6(machine: Machine): Promise<K6Search> {
  const chosen = machine.environment["K6_BIN"];
  if (chosen) {
    const asked = await ask(machine, chosen);
    return typeof asked === "string"
      ? { kind: "unusable", path: chosen, why: asked }
      : { kind: "found", k6: { ...asked, path: chosen, source: "K6_BIN" } };
  }
  const looked = ["K6_BIN (not set)"];
  const onPath = await firstOnPath(machine);
  const places = [
    ...(onPath === undefined ? [] : [{ path: onPath, source: "PATH" as const }]),
    { path: cachedK6(machine), source: "cache" as const },
  ];
  if (onPath === undefined) looked.push("PATH");
  for (const { path, source } of places) {
    const isThere = await machine.isFile(path);
    const asked = isThere ? await ask(machine, path) : undefined;
    if (typeof asked === "object") return { kind: "found", k6: { ...asked, path, source } };
    looked.push(`${source} (${path}${asked === undefined ? "" : `: ${asked}`})`);
  }
  return { kind: "missing", looked };
}

async function firstOnPath(machine: Machine): Promise<string | undefined> {
  const folders = (machine.environment["PATH"] ?? "").split(delimiter).filter(Boolean);
  for (const path of folders.flatMap((folder) => [join(folder, "k6"), join(folder, "k6.exe")])) {
    if (await machine.isFile(path)) return path;
  }
  return undefined;
}

/** Its version, or why it cannot be used. */
async function ask(machine: Machine, path: string): Promise<K6Version | string> {
  const { exitCode, output } = await machine.run(path, ["version", "--json"]);
  if (exitCode === null) return "it cannot be started, or did not answer";
  const version = exitCode === 0 ? readK6Version(output) : undefined;
  if (version === undefined) return "it does not answer `version --json` as k6 does";
  if (isAcceptedK6(version)) return version;
  return `${version.version}, needed: ${ACCEPTED_K6_VERSIONS}`;
}
