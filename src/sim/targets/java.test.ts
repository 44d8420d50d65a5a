import { describe, expect, it } from "vitest";
import { createFakeMachine, JAVA_17 } from "./fake-machine.fixture.ts";
import { findJava } from "./java.ts";

const java = (version: string) => ({ exitCode: 0, output: `java version "${version}"\n` });

describe("findJava", () => {
  it("takes JAVA_HOME before the PATH", async () => {
    const machine = createFakeMachine({
      environment: { JAVA_HOME: "/jdk" },
      commands: { "/jdk/bin/java -version": java("21.0.2"), "java -version": JAVA_17 },
    });
    expect(await findJava(machine)).toEqual({
      kind: "found",
      path: "/jdk/bin/java",
      version: "21.0.2",
      major: 21,
    });
  });

  it("takes the PATH when JAVA_HOME holds none, or one that is too old", async () => {
    for (const home of [{}, { "/jdk/bin/java -version": java("1.8.0_292") }]) {
      const machine = createFakeMachine({
        environment: { JAVA_HOME: "/jdk" },
        commands: { ...home, "java -version": JAVA_17 },
      });
      expect(await findJava(machine)).toMatchObject({ kind: "found", path: "java", major: 17 });
    }
  });

  it.each([
    { version: "1.8.0_292", major: 8, kind: "too-old" }, // the old way of counting
    { version: "10.0.2", major: 10, kind: "too-old" },
    { version: "11.0.1", major: 11, kind: "found" }, // the oldest that will do
    { version: "17", major: 17, kind: "found" },
    { version: "23-ea", major: 23, kind: "found" },
  ])("reads $version as Java $major: $kind", async ({ version, major, kind }) => {
    const machine = createFakeMachine({ commands: { "java -version": java(version) } });
    expect(await findJava(machine)).toMatchObject({ kind, version, major });
  });

  it("says where it looked when there is none", async () => {
    const stub = { exitCode: 1, output: "Unable to locate a Java Runtime." };
    for (const commands of [{}, { "java -version": stub }]) {
      expect(await findJava(createFakeMachine({ commands }))).toEqual({
        kind: "missing",
        looked: ["JAVA_HOME (not set)", "PATH"],
      });
    }
  });
});
