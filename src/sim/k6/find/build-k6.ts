import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Clock } from "../../../std/clock.ts";
import { UserError } from "../../cli/errors.ts";
import type { Machine } from "../../targets/machine.ts";
import { awaitEnd } from "../await-end.ts";
import { GET_K6 } from "./get-k6.ts";
import { cachedK6 } from "./k6-cache.ts";
import { isAcceptedK6, PINNED_K6_VERSION, readK6Version } from "./k6-version.ts";

/** Names k6 and every module it is built from, with checksums: `go build` fetches these and no others. */
const TOOL_MODULE = fileURLToPath(new URL("../../../../tools/k6", import.meta.url));
const K6_PACKAGE = "go.k6.io/k6/v2";
/** With nothing in Go's caches and other work on two cores it took 423 s (measured 2026-11-23). */
export const BUILD_TIMEOUT_MS = 15 * 60_000;
const BUILT_ALREADY = "it was there already";

export interface BuiltK6 {
  readonly path: string;
  readonly version: string;
  /** What was done for it, for the person who asked. */
  readonly how: string;
}

/**
 * Builds the pinned k6 into the cache, where findK6 looks. Only ever on request: it takes minutes and
 * fetches from Go's module proxy. The binary appears there whole or not at all.
 */
export async function buildK6(
  machine: Machine,
  clock: Clock,
  options: { readonly log: (line: string) => void; readonly signal?: AbortSignal },
): Promise<BuiltK6> {
  const path = cachedK6(machine);
  if ((await machine.isFile(path)) && (await versionOf(machine, path)) === PINNED_K6_VERSION) {
    return { path, version: PINNED_K6_VERSION, how: BUILT_ALREADY };
  }
  const goVersion = await requireGo(machine);
  await mkdir(dirname(path), { recursive: true });
  // In the same folder, so that the last step is a rename and not a copy.
  const draftFolder = await mkdtemp(join(dirname(path), "building-"));
  try {
    const draft = join(draftFolder, "k6");
    const startedAtMs = clock.monotonicMs();
    const build = ["-C", TOOL_MODULE, "build", "-trimpath", "-o", draft, K6_PACKAGE];
    const process = await machine.start("go", build, options.log);
    const ending = await awaitEnd(process, clock, BUILD_TIMEOUT_MS, options.signal);
    if (ending !== "exit code 0") throw buildError(`go build: ${ending}\n${process.lastLines()}`);
    const version = await versionOf(machine, draft);
    if (version !== PINNED_K6_VERSION) {
      throw buildError(`what was built says it is ${version ?? "no k6"}, not ${PINNED_K6_VERSION}`);
    }
    await rename(draft, path);
    const seconds = Math.round((clock.monotonicMs() - startedAtMs) / 1_000);
    return { path, version, how: `built in ${seconds} s with ${goVersion}` };
  } finally {
    await rm(draftFolder, { recursive: true, force: true });
  }
}

async function versionOf(machine: Machine, path: string): Promise<string | undefined> {
  const { exitCode, output } = await machine.run(path, ["version", "--json"]);
  const version = exitCode === 0 ? readK6Version(output) : undefined;
  return version !== undefined && isAcceptedK6(version) ? version.version : undefined;
}

async function requireGo(machine: Machine): Promise<string> {
  const { exitCode, output } = await machine.run("go", ["version"]);
  const version = exitCode === 0 ? /go version (go\S+)/.exec(output)?.[1] : undefined;
  if (version !== undefined) return version;
  throw new UserError(
    "E_K6_BUILD",
    "k6 install: no Go found on the PATH, which k6 is built with",
    ["Install Go 1.25 or newer (https://go.dev/dl/), or get k6 itself:", ...GET_K6.slice(1)].join(
      "\n  ",
    ),
  );
}

function buildError(what: string): UserError {
  return new UserError(
    "E_K6_BUILD",
    `k6 install: ${what}`,
    ["Nothing was installed. Other ways to get k6:", ...GET_K6.slice(1)].join("\n  "),
  );
}
