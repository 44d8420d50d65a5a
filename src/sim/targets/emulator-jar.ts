import { dirname, join } from "node:path";
import type { Java } from "./java.ts";
import type { Machine } from "./machine.ts";

/** The same in the Cloud SDK's jar, which names no main class, and in the Firebase CLI's. */
export const EMULATOR_MAIN_CLASS = "com.google.cloud.datastore.emulator.firestore.CloudFirestore";

const SDK_JAR = join("platform", "cloud-firestore-emulator", "cloud-firestore-emulator.jar");

/** Where packages and installers put the Cloud SDK on Linux and macOS. */
const SDK_FOLDERS = [
  "/usr/lib/google-cloud-sdk",
  "/usr/share/google-cloud-sdk",
  "/usr/local/google-cloud-sdk",
  "/opt/google-cloud-sdk",
  "/opt/homebrew/share/google-cloud-sdk",
  "/usr/local/share/google-cloud-sdk",
  "/snap/google-cloud-sdk/current",
];

export interface EmulatorJar {
  readonly path: string;
  /** "1.19.9", or "unknown version". */
  readonly version: string;
  /** How it was found: "Cloud SDK". */
  readonly source: string;
}

export type JarSearch =
  | ({ readonly kind: "found" } & EmulatorJar)
  | { readonly kind: "missing"; readonly looked: readonly string[] }
  | { readonly kind: "java-too-old"; readonly path: string; readonly neededJava: number }
  | { readonly kind: "broken"; readonly path: string; readonly output: string };

/**
 * Finds a jar that this Java can run: PLIMSOLL_EMULATOR_JAR alone when it is set; else the Firebase
 * CLI's cache, newest first, then Cloud SDK installs. Each is asked for its version, so that one
 * that cannot run is passed over; only when none can does the first one's fault count.
 */
export async function findEmulatorJar(machine: Machine, java: Java): Promise<JarSearch> {
  const given = machine.environment["PLIMSOLL_EMULATOR_JAR"];
  if (given) return probeOrMissing(machine, java, given);
  let firstFault: JarSearch | undefined;
  for (const { path, source } of await candidates(machine)) {
    if (!(await machine.isFile(path))) continue;
    const result = await probe(machine, java, path, source);
    if (result.kind === "found") return result;
    firstFault ??= result;
  }
  return firstFault ?? { kind: "missing", looked: lookedIn(machine) };
}

async function probeOrMissing(machine: Machine, java: Java, path: string): Promise<JarSearch> {
  if (await machine.isFile(path)) return probe(machine, java, path, "PLIMSOLL_EMULATOR_JAR");
  return { kind: "missing", looked: [`PLIMSOLL_EMULATOR_JAR (${path}: no such file)`] };
}

interface Candidate {
  readonly path: string;
  readonly source: string;
}

async function candidates(machine: Machine): Promise<readonly Candidate[]> {
  const folder = firebaseFolder(machine);
  const names = await machine.list(folder);
  const cached = names
    .filter((name) => /^cloud-firestore-emulator-v.*\.jar$/.test(name))
    .sort((a, b) => b.localeCompare(a, "en", { numeric: true }))
    .map((name) => ({ path: join(folder, name), source: "Firebase CLI cache" }));
  const installs = await sdkFolders(machine);
  return [
    ...cached,
    ...installs.map((install) => ({ path: join(install, SDK_JAR), source: "Cloud SDK" })),
  ];
}

/** FIREBASE_EMULATORS_PATH moves the Firebase CLI's cache. */
function firebaseFolder(machine: Machine): string {
  const moved = machine.environment["FIREBASE_EMULATORS_PATH"];
  return moved || join(machine.homeFolder, ".cache", "firebase", "emulators");
}

async function sdkFolders(machine: Machine): Promise<readonly string[]> {
  const root = machine.environment["CLOUDSDK_ROOT_DIR"];
  const folders = root ? [root] : [];
  for (const folder of (machine.environment["PATH"] ?? "").split(":")) {
    const gcloud = await machine.realPath(join(folder, "gcloud"));
    // The real gcloud is in the bin folder of the install.
    if (gcloud !== undefined) folders.push(dirname(dirname(gcloud)));
  }
  return [...folders, join(machine.homeFolder, "google-cloud-sdk"), ...SDK_FOLDERS];
}

function lookedIn(machine: Machine): readonly string[] {
  return [
    "PLIMSOLL_EMULATOR_JAR (not set)",
    `the Firebase CLI's cache (${firebaseFolder(machine)})`,
    "Cloud SDK installs (CLOUDSDK_ROOT_DIR, gcloud on the PATH, the usual folders)",
  ];
}

async function probe(
  machine: Machine,
  java: Java,
  path: string,
  source: string,
): Promise<JarSearch> {
  const parameters = ["-cp", path, EMULATOR_MAIN_CLASS, "--version"];
  const { exitCode, output } = await machine.run(java.path, parameters);
  if (exitCode === 0) {
    const version = /\d+\.\d+\.\d+\S*/.exec(output)?.[0] ?? "unknown version";
    return { kind: "found", path, version, source };
  }
  const classFile = /UnsupportedClassVersionError[\s\S]*?class file version (\d+)/.exec(output);
  if (classFile === null) return { kind: "broken", path, output: output.trim() };
  // Class file version 55 is Java 11, 65 is Java 21 (Java Virtual Machine Specification, 4.1).
  return { kind: "java-too-old", path, neededJava: Number(classFile[1]) - 44 };
}
