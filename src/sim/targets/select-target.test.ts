import { describe, expect, it } from "vitest";
import { createFakeMachine, JAVA_17, probeOf, versionAnswer } from "./fake-machine.fixture.ts";
import { planTarget } from "./select-target.ts";

const JAR = "/my.jar";
const INSTALLED = {
  environment: { PLIMSOLL_EMULATOR_JAR: JAR },
  files: { [JAR]: "" },
  commands: { "java -version": JAVA_17, [probeOf(JAR)]: versionAnswer("1.19.9") },
};

describe("planTarget", () => {
  it("takes the emulator that FIRESTORE_EMULATOR_HOST names before one it could start", async () => {
    const environment = { ...INSTALLED.environment, FIRESTORE_EMULATOR_HOST: "127.0.0.1:8080" };
    const machine = createFakeMachine({ ...INSTALLED, environment });
    expect(await planTarget("auto", machine)).toEqual({
      kind: "external",
      endpoint: "127.0.0.1:8080",
      reason: "FIRESTORE_EMULATOR_HOST is set",
    });
  });

  it("else starts one, and says why", async () => {
    const plan = await planTarget("auto", createFakeMachine(INSTALLED));
    expect(plan).toMatchObject({ kind: "start", installation: { jar: { version: "1.19.9" } } });
    expect(plan.reason).toBe(
      "FIRESTORE_EMULATOR_HOST is not set; found Java 17 and a jar (PLIMSOLL_EMULATOR_JAR)",
    );
  });

  it.each([
    {
      fault: "no Java",
      machine: { ...INSTALLED, commands: {} },
      code: "E_NO_JAVA",
      says: "no Java found; looked in JAVA_HOME (not set), PATH",
    },
    {
      fault: "Java too old",
      machine: {
        ...INSTALLED,
        commands: { "java -version": { exitCode: 0, output: 'version "1.8.0_292"' } },
      },
      code: "E_JAVA_TOO_OLD",
      says: "java: Java 1.8.0_292 is too old, the emulator needs 11 or newer",
    },
    {
      fault: "no jar",
      machine: { commands: { "java -version": JAVA_17 } },
      code: "E_NO_EMULATOR_JAR",
      says: "no Firestore emulator jar found",
    },
    {
      fault: "a broken jar",
      machine: { ...INSTALLED, commands: { "java -version": JAVA_17 } },
      code: "E_EMULATOR_JAR_BROKEN",
      says: "/my.jar: does not run as a Firestore emulator",
    },
    {
      fault: "another machine's emulator",
      machine: { environment: { FIRESTORE_EMULATOR_HOST: "10.0.0.7:80" } },
      code: "E_EMULATOR_HOST",
      says: "is not this machine",
    },
  ])("names the fault: $fault", async ({ machine, code, says }) => {
    const planned = planTarget("auto", createFakeMachine(machine));
    await expect(planned).rejects.toMatchObject({ code, exitCode: 2 });
    await expect(planned).rejects.toThrow(says);
  });

  it.each(["embedded", "staging"] as const)("refuses %s and says what to use", async (choice) => {
    await expect(planTarget(choice, createFakeMachine(INSTALLED))).rejects.toMatchObject({
      code: "E_NOT_IN_THIS_VERSION",
      message: `--target: "${choice}" is not in this version yet. Accepted: auto, emulator.`,
    });
  });
});
