import { describe, expect, it } from "vitest";
import { FakeClock } from "../drivers/testing/fake-clock.ts";
import { startEmulator } from "./emulator.ts";
import {
  createFakeMachine,
  createFakeProcess,
  JAVA_17,
  probeOf,
  versionAnswer,
} from "./fake-machine.fixture.ts";

const JAR = "/my.jar";
const INSTALLED = {
  environment: { PLIMSOLL_EMULATOR_JAR: JAR },
  files: { [JAR]: "", "/rules": "rules" },
  commands: { "java -version": JAVA_17, [probeOf(JAR)]: versionAnswer("1.19.9") },
};
const OPTIONS = { projectId: "demo-x", rulesFile: "/rules" };

/** A process that has ended as it starts, having printed this. */
function stillborn(lines: string) {
  const { process, end } = createFakeProcess(lines);
  end("exit code 1");
  return process;
}

describe("startEmulator", () => {
  it("starts nothing when the rules cannot be read", async () => {
    const machine = createFakeMachine(INSTALLED);
    const started = startEmulator({ ...OPTIONS, rulesFile: "/no" }, machine, new FakeClock());
    await expect(started).rejects.toMatchObject({ code: "E_RULES_FILE" });
    expect(machine.started).toEqual([]);
  });

  it("starts nothing when the port asked for is taken", async () => {
    const machine = createFakeMachine({ ...INSTALLED, takenPorts: [8_080] });
    const started = startEmulator({ ...OPTIONS, port: 8_080 }, machine, new FakeClock());
    await expect(started).rejects.toMatchObject({
      code: "E_PORT_TAKEN",
      message: "port 8080 of 127.0.0.1 is taken, the emulator cannot listen on it",
    });
    expect(machine.started).toEqual([]);
  });

  it("shows the last lines of an emulator that dies at once", async () => {
    const start = () => stillborn("some fault");
    const machine = createFakeMachine({ ...INSTALLED, freePorts: [1], start });
    const started = startEmulator(OPTIONS, machine, new FakeClock());
    await expect(started).rejects.toMatchObject({
      code: "E_EMULATOR_DIED_AT_START",
      exitCode: 1,
      message: "the emulator did not start: it ended with exit code 1:\nsome fault",
    });
  });

  it("tries another port when the free one was taken meanwhile, three times", async () => {
    const machine = createFakeMachine({
      ...INSTALLED,
      freePorts: [1, 2, 3, 4],
      start: () => stillborn("java.net.BindException: Address already in use"),
    });
    const started = startEmulator({ ...OPTIONS, heapMiB: 512 }, machine, new FakeClock());
    await expect(started).rejects.toMatchObject({ code: "E_PORT_TAKEN" });
    expect(machine.started.map((command) => command.split(" --port ")[1])).toEqual(["1", "2", "3"]);
    expect(machine.started[0]).toContain("java -Xmx512m ");
    expect(machine.started[0]).toContain("--host 127.0.0.1 ");
  });

  it("ends what it has started when it is interrupted meanwhile", async () => {
    const interrupted = new AbortController();
    const reason = new Error("interrupted by Ctrl-C");
    const { process, signals, end } = createFakeProcess();
    const start = () => {
      const kill = (signal: "SIGTERM" | "SIGKILL"): void => {
        process.kill(signal);
        end("signal SIGTERM");
      };
      queueMicrotask(() => interrupted.abort(reason));
      return { ...process, kill };
    };
    // Nothing listens on port 1, so the emulator never comes up.
    const machine = createFakeMachine({ ...INSTALLED, freePorts: [1], start });
    const options = { ...OPTIONS, signal: interrupted.signal };
    await expect(startEmulator(options, machine, new FakeClock())).rejects.toBe(reason);
    expect(signals).toEqual(["SIGTERM"]);
  });

  it("starts nothing when it was interrupted before", async () => {
    const machine = createFakeMachine({ ...INSTALLED, start: () => stillborn("") });
    const options = { ...OPTIONS, signal: AbortSignal.abort(new Error("Ctrl-C")) };
    await expect(startEmulator(options, machine, new FakeClock())).rejects.toThrow("Ctrl-C");
    expect(machine.started).toEqual([]);
  });
});
