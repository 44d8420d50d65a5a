import { UserError } from "../cli/errors.ts";
import { findEmulatorJar } from "./emulator-jar.ts";
import type { EmulatorJar } from "./emulator-jar.ts";
import { OLDEST_JAVA, findJava } from "./java.ts";
import type { Java } from "./java.ts";
import type { Machine } from "./machine.ts";

/** How to get each part, for errors and `doctor`. */
export const GET_JAVA =
  "Install a Java runtime (21 runs every emulator version), or set JAVA_HOME to one.";
export const GET_EMULATOR_JAR =
  "Run `gcloud components install cloud-firestore-emulator`, or `firebase setup:emulators:firestore`, " +
  "or set PLIMSOLL_EMULATOR_JAR to the jar.";

/** What is needed to start the official emulator. */
export interface Installation {
  readonly java: Java;
  readonly jar: EmulatorJar;
}

/** Finds Java and the jar, or throws the UserError that names what is missing. */
export async function requireInstallation(machine: Machine): Promise<Installation> {
  const java = await findJava(machine);
  switch (java.kind) {
    case "found":
      return { java, jar: await requireJar(machine, java) };
    case "too-old":
      throw new UserError(
        "E_JAVA_TOO_OLD",
        `${java.path}: Java ${java.version} is too old, the emulator needs ${OLDEST_JAVA} or newer`,
        GET_JAVA,
      );
    case "missing":
      throw new UserError(
        "E_NO_JAVA",
        `no Java found; looked in ${java.looked.join(", ")}`,
        GET_JAVA,
      );
  }
}

async function requireJar(machine: Machine, java: Java): Promise<EmulatorJar> {
  const jar = await findEmulatorJar(machine, java);
  switch (jar.kind) {
    case "found":
      return jar;
    case "missing":
      throw new UserError(
        "E_NO_EMULATOR_JAR",
        `no Firestore emulator jar found; looked in ${jar.looked.join(", ")}`,
        GET_EMULATOR_JAR,
      );
    case "java-too-old":
      throw new UserError(
        "E_JAVA_TOO_OLD",
        `${jar.path}: needs Java ${jar.neededJava}, found ${java.version} (${java.path})`,
        GET_JAVA,
      );
    case "broken":
      throw new UserError(
        "E_EMULATOR_JAR_BROKEN",
        `${jar.path}: does not run as a Firestore emulator:\n${jar.output}`,
        GET_EMULATOR_JAR,
      );
  }
}
