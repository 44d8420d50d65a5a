import { describe, expect, it } from "vitest";
import { findEmulatorJar } from "./emulator-jar.ts";
import { createFakeMachine, probeOf, versionAnswer } from "./fake-machine.fixture.ts";

const JAVA = { kind: "found", path: "java", version: "17.0.15", major: 17 } as const;
const CACHE = "/home/ada/.cache/firebase/emulators";
const SDK_JAR = "platform/cloud-firestore-emulator/cloud-firestore-emulator.jar";

const tooNew = {
  exitCode: 1,
  output:
    "Error: LinkageError occurred while loading main class\n\tjava.lang.UnsupportedClassVersionError: " +
    "CloudFirestore has been compiled by a more recent version (class file version 65.0)",
};

describe("findEmulatorJar", () => {
  it("takes the newest of the Firebase CLI's cache, by number and not by letter", async () => {
    const old = `${CACHE}/cloud-firestore-emulator-v1.9.0.jar`;
    const newer = `${CACHE}/cloud-firestore-emulator-v1.19.8.jar`;
    const machine = createFakeMachine({
      files: { [old]: "", [newer]: "", [`${CACHE}/pubsub-emulator-v9.zip`]: "" },
      commands: {
        [probeOf(old)]: versionAnswer("1.9.0"),
        [probeOf(newer)]: versionAnswer("1.19.8"),
      },
    });
    expect(await findEmulatorJar(machine, JAVA)).toEqual({
      kind: "found",
      path: newer,
      version: "1.19.8",
      source: "Firebase CLI cache",
    });
  });

  it("passes over a jar that needs a newer Java when another runs", async () => {
    const cached = `${CACHE}/cloud-firestore-emulator-v1.22.0.jar`;
    const sdk = `/usr/lib/google-cloud-sdk/${SDK_JAR}`;
    const machine = createFakeMachine({
      files: { [cached]: "", [sdk]: "" },
      commands: { [probeOf(cached)]: tooNew, [probeOf(sdk)]: versionAnswer("1.19.9") },
    });
    expect(await findEmulatorJar(machine, JAVA)).toMatchObject({ kind: "found", path: sdk });
  });

  it("names the Java that the only jar needs: class file version 65 is Java 21", async () => {
    const cached = `${CACHE}/cloud-firestore-emulator-v1.22.0.jar`;
    const machine = createFakeMachine({
      files: { [cached]: "" },
      commands: { [probeOf(cached)]: tooNew },
    });
    const result = await findEmulatorJar(machine, JAVA);
    expect(result).toEqual({ kind: "java-too-old", path: cached, neededJava: 21 });
  });

  it.each([
    { from: "CLOUDSDK_ROOT_DIR", environment: { CLOUDSDK_ROOT_DIR: "/sdk" }, links: {} },
    {
      from: "the gcloud link on the PATH",
      environment: { PATH: "/bin:/usr/bin" },
      links: { "/usr/bin/gcloud": "/sdk/bin/gcloud" },
    },
  ])("finds a Cloud SDK by $from", async ({ environment, links }) => {
    const jar = `/sdk/${SDK_JAR}`;
    const machine = createFakeMachine({
      environment,
      links,
      files: { [jar]: "" },
      commands: { [probeOf(jar)]: versionAnswer("1.19.9") },
    });
    expect(await findEmulatorJar(machine, JAVA)).toMatchObject({ path: jar, source: "Cloud SDK" });
  });

  it("takes PLIMSOLL_EMULATOR_JAR alone when it is set, even when it is not there", async () => {
    const sdk = `/usr/lib/google-cloud-sdk/${SDK_JAR}`;
    const machine = createFakeMachine({
      environment: { PLIMSOLL_EMULATOR_JAR: "/gone.jar" },
      files: { [sdk]: "" },
      commands: { [probeOf(sdk)]: versionAnswer("1.19.9") },
    });
    const looked = ["PLIMSOLL_EMULATOR_JAR (/gone.jar: no such file)"];
    expect(await findEmulatorJar(machine, JAVA)).toEqual({ kind: "missing", looked });
  });

  it("tells a broken jar from a missing one", async () => {
    const jar = "/my.jar";
    const machine = createFakeMachine({
      environment: { PLIMSOLL_EMULATOR_JAR: jar },
      files: { [jar]: "" },
      commands: { [probeOf(jar)]: { exitCode: 1, output: "ClassNotFoundException\n" } },
    });
    const output = "ClassNotFoundException";
    expect(await findEmulatorJar(machine, JAVA)).toEqual({ kind: "broken", path: jar, output });
  });
});
