import type { Clock } from "../../std/clock.ts";
import { findK6 } from "../k6/find/find-k6.ts";
import { GET_K6 } from "../k6/find/get-k6.ts";
import { EmulatorApi } from "../targets/emulator-api.ts";
import { readEmulatorHost } from "../targets/emulator-host.ts";
import { findEmulatorJar } from "../targets/emulator-jar.ts";
import type { JarSearch } from "../targets/emulator-jar.ts";
import { GET_EMULATOR_JAR, GET_JAVA } from "../targets/installation.ts";
import { OLDEST_JAVA, findJava } from "../targets/java.ts";
import type { JavaSearch } from "../targets/java.ts";
import type { Machine } from "../targets/machine.ts";
import { UserError } from "./errors.ts";
import { OLDEST_NODE, isNodeNewEnough } from "./node-version.ts";

/** One thing that a run needs or may use. */
export interface Finding {
  readonly what: string;
  readonly state: "found" | "missing" | "too old" | "low" | "not needed";
  /** Version and place, or what is missing. */
  readonly detail: string;
  /** How to get it; null when there is nothing to do. */
  readonly remedy: string | null;
  /** Whether no run is possible without it, whatever the target. */
  readonly blocks: boolean;
}

const GIB = 1024 ** 3;
/** Heap of the emulator (1 GiB by default) and what the run itself takes with 1,000 users. */
const MEMORY_NEEDED_BYTES = 2 * GIB;
/** A report takes some 10 MB. */
const DISK_NEEDED_BYTES = GIB / 4;
const PROBE_TIMEOUT_MS = 2_000;

export async function examine(machine: Machine, clock: Clock): Promise<readonly Finding[]> {
  const java = await findJava(machine);
  return [
    examineNode(machine.nodeVersion),
    found("Embedded engine", "always there; without security rules, which only the emulator has"),
    describeJava(java),
    await examineJar(machine, java),
    await examineRunning(machine, clock),
    examineMemory(machine.availableMemoryBytes()),
    examineDisk(await machine.freeDiskBytes(".")),
    await examineK6(machine),
    notNeeded("Chromium", "reports are written without a browser"),
  ];
}

function found(what: string, detail: string): Finding {
  return { what, state: "found", detail, remedy: null, blocks: false };
}

function notNeeded(what: string, detail: string): Finding {
  return { what, state: "not needed", detail, remedy: null, blocks: false };
}

function examineNode(version: string): Finding {
  if (isNodeNewEnough(version)) return found("Node.js", version);
  const detail = `${version}, needed: ${OLDEST_NODE}`;
  const remedy = "start with `npm run sim`, which uses the one that `npm ci` installs";
  return { what: "Node.js", state: "too old", detail, remedy, blocks: true };
}

function describeJava(java: JavaSearch): Finding {
  const what = "Java";
  switch (java.kind) {
    case "found":
      return found(what, `${java.version} (${java.path})`);
    case "too-old": {
      const detail = `${java.version} (${java.path}), needed: ${OLDEST_JAVA}`;
      return { what, state: "too old", detail, remedy: GET_JAVA, blocks: false };
    }
    case "missing": {
      const detail = `looked in ${java.looked.join(", ")}`;
      return { what, state: "missing", detail, remedy: GET_JAVA, blocks: false };
    }
  }
}

async function examineJar(machine: Machine, java: JavaSearch): Promise<Finding> {
  if (java.kind === "missing") {
    const detail = "not looked for: it takes Java to ask a jar for its version";
    return { what: "Emulator jar", state: "missing", detail, remedy: null, blocks: false };
  }
  return describeJar(await findEmulatorJar(machine, java));
}

function describeJar(jar: JarSearch): Finding {
  const what = "Emulator jar";
  switch (jar.kind) {
    case "found":
      return found(what, `${jar.version}, ${jar.source} (${jar.path})`);
    case "missing": {
      const detail = `looked in ${jar.looked.join(", ")}`;
      return { what, state: "missing", detail, remedy: GET_EMULATOR_JAR, blocks: false };
    }
    case "java-too-old": {
      const detail = `${jar.path} needs Java ${jar.neededJava}`;
      return { what, state: "too old", detail, remedy: GET_JAVA, blocks: false };
    }
    case "broken": {
      const detail = `${jar.path} does not run`;
      return { what, state: "missing", detail, remedy: GET_EMULATOR_JAR, blocks: false };
    }
  }
}

async function examineRunning(machine: Machine, clock: Clock): Promise<Finding> {
  const what = "Running emulator";
  const host = machine.environment["FIRESTORE_EMULATOR_HOST"];
  if (!host) return notNeeded(what, "FIRESTORE_EMULATOR_HOST is not set");
  try {
    const api = new EmulatorApi(readEmulatorHost(host), "demo-doctor", clock);
    if (await api.answers(PROBE_TIMEOUT_MS)) return found(what, host);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { what, state: "missing", detail: error.message, remedy: error.hint, blocks: true };
  }
  const detail = `FIRESTORE_EMULATOR_HOST is ${host}, but nothing answers there`;
  const remedy = "start it there, or unset the variable to have one started";
  return { what, state: "missing", detail, remedy, blocks: true };
}

function examineMemory(availableBytes: number): Finding {
  const what = "Memory";
  const detail = `${gib(availableBytes)} GiB free, 1,000 users take ${gib(MEMORY_NEEDED_BYTES)} GiB`;
  if (availableBytes >= MEMORY_NEEDED_BYTES) return found(what, detail);
  const remedy = "end other programs, or use fewer --users and a smaller --emulator-heap";
  return { what, state: "low", detail, remedy, blocks: false };
}

function examineDisk(freeBytes: number): Finding {
  const what = "Disk for reports";
  const detail = `${gib(freeBytes)} GiB free`;
  if (freeBytes >= DISK_NEEDED_BYTES) return found(what, detail);
  const remedy = "free some, or write elsewhere with --reports";
  return { what, state: "low", detail, remedy, blocks: false };
}

async function examineK6(machine: Machine): Promise<Finding> {
  const what = "k6";
  const search = await findK6(machine);
  switch (search.kind) {
    case "found":
      return found(what, `${search.k6.version}, ${search.k6.source} (${search.k6.path})`);
    case "unusable": {
      const detail = `K6_BIN names ${search.path}: ${search.why}`;
      const remedy = "name one that runs in K6_BIN, or unset it";
      return { what, state: "missing", detail, remedy, blocks: false };
    }
    case "missing": {
      const detail = `looked in ${search.looked.join(", ")}; without it the load comes from Node.js`;
      return { what, state: "missing", detail, remedy: GET_K6.join("\n    "), blocks: false };
    }
  }
}

function gib(bytes: number): string {
  return (bytes / GIB).toFixed(1);
}
