import { join } from "node:path";
import type { Machine } from "./machine.ts";

/** Jars of 1.19 and before are compiled for Java 11; a newer jar says itself what it needs. */
export const OLDEST_JAVA = 11;

export type JavaSearch =
  | {
      readonly kind: "found" | "too-old";
      readonly path: string;
      /** As it calls itself: "17.0.15", "1.8.0_292". */
      readonly version: string;
      /** 17 for "17.0.15", 8 for "1.8.0_292". */
      readonly major: number;
    }
  | { readonly kind: "missing"; readonly looked: readonly string[] };

export type Java = Extract<JavaSearch, { readonly kind: "found" | "too-old" }>;

/** Looks in JAVA_HOME, then on the PATH. The first one that is new enough wins. */
export async function findJava(machine: Machine): Promise<JavaSearch> {
  const home = machine.environment["JAVA_HOME"];
  const commands = home ? [join(home, "bin", "java"), "java"] : ["java"];
  let tooOld: Java | undefined;
  for (const command of commands) {
    const { exitCode, output } = await machine.run(command, ["-version"]);
    // macOS has a `java` that only says that there is none, and fails.
    const version = exitCode === 0 ? /version "([^"]+)"/.exec(output)?.[1] : undefined;
    if (version === undefined) continue;
    const major = readMajor(version);
    if (major >= OLDEST_JAVA) return { kind: "found", path: command, version, major };
    tooOld ??= { kind: "too-old", path: command, version, major };
  }
  const looked = home ? [`JAVA_HOME (${home})`, "PATH"] : ["JAVA_HOME (not set)", "PATH"];
  return tooOld ?? { kind: "missing", looked };
}

/** Up to Java 8 versions began with "1.". */
function readMajor(version: string): number {
  const [first = "0", second = "0"] = version.split(/[._+-]/);
  return Number(first === "1" ? second : first);
}
