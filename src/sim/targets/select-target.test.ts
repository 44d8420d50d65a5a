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
    const planned = planTarget("emulator", createFakeMachine(machine));
    await expect(planned).rejects.toMatchObject({ code, exitCode: 2 });
    await expect(planned).rejects.toThrow(says);
  });

  it.each([
    { lack: "no Java", machine: {}, reason: "no Java found" },
    {
      lack: "no jar",
      machine: { commands: { "java -version": JAVA_17 } },
      reason: "no Firestore emulator jar found",
    },
    {
      lack: "a broken jar",
      machine: { ...INSTALLED, commands: { "java -version": JAVA_17 } },
      reason: "/my.jar: does not run as a Firestore emulator:",
    },
  ])("auto with $lack takes the embedded engine, and says why", async ({ machine, reason }) => {
    expect(await planTarget("auto", createFakeMachine(machine))).toEqual({
      kind: "embedded",
      reason: `FIRESTORE_EMULATOR_HOST is not set, and the official emulator cannot be started: ${reason}`,
    });
  });

  it("auto does not pass over a variable that is wrong", async () => {
    const machine = createFakeMachine({ environment: { FIRESTORE_EMULATOR_HOST: "10.0.0.7:80" } });
    await expect(planTarget("auto", machine)).rejects.toMatchObject({ code: "E_EMULATOR_HOST" });
  });

  it("embedded is taken when asked for, whatever else there is", async () => {
    const plan = await planTarget("embedded", createFakeMachine(INSTALLED));
    expect(plan).toEqual({ kind: "embedded", reason: "asked for" });
  });
});
