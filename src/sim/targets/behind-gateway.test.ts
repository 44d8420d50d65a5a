import { describe, expect, it } from "vitest";
import { FakeClock } from "../drivers/testing/fake-clock.ts";
import { behindGateway, embeddedTarget } from "./behind-gateway.ts";
import { createFakeProcess } from "./fake-machine.fixture.ts";
import { GatewayControl } from "./gateway-control.ts";
import { watchEmulator } from "./running-emulator.ts";

const GATEWAY = { limits: "on", latency: "off", indexesFile: "/indexes.json" } as const;

/** An emulator and a gateway that answer every probe, until a test says otherwise. */
function setUp() {
  const clock = new FakeClock();
  const health = { emulator: true, gateway: true };
  const emulatorProcess = createFakeProcess();
  const gatewayProcess = createFakeProcess();
  const api = {
    endpoint: "127.0.0.1:8080",
    answers: async () => health.emulator,
    clear: async () => undefined,
    collectionIds: async () => ["users"],
  };
  const emulator = watchEmulator(clock, api, {
    projectId: "demo-x",
    description: "official Firestore emulator",
    reason: "asked for",
    process: emulatorProcess.process,
  });
  const control = new GatewayControl("127.0.0.1:4711", clock);
  control.answers = async () => health.gateway;
  const gateway = { process: gatewayProcess.process, control };
  return { clock, health, emulator, gateway, emulatorProcess, gatewayProcess };
}

describe("an emulator behind the gateway", () => {
  it("is met at the gateway, and asked for its collections directly", async () => {
    const { clock, emulator, gateway } = setUp();
    const target = behindGateway(clock, emulator, gateway, GATEWAY);
    expect(target).toMatchObject({
      kind: "emulator",
      endpoint: "127.0.0.1:4711",
      description: "official Firestore emulator, behind the gateway",
      limits: "on",
      evaluatesRules: true,
    });
    expect(await target.collectionIds()).toEqual(["users"]);
  });

  it.each([
    ["emulator", "the emulator at 127.0.0.1:8080 ended by itself (signal SIGKILL)"],
    ["gateway", "the gateway at 127.0.0.1:4711 ended by itself (signal SIGKILL)"],
  ] as const)("tells the death of the %s from the other's", async (part, message) => {
    const { clock, emulator, gateway, emulatorProcess, gatewayProcess } = setUp();
    const target = behindGateway(clock, emulator, gateway, GATEWAY);
    (part === "emulator" ? emulatorProcess : gatewayProcess).end("signal SIGKILL");
    expect(await target.died).toMatchObject({ code: "E_TARGET_DIED", message });
  });

  it("tells which part fell silent", async () => {
    const { clock, health, emulator, gateway } = setUp();
    const target = behindGateway(clock, emulator, gateway, GATEWAY);
    health.gateway = false;
    await clock.advanceTo(4000);
    expect((await target.died).message).toBe("the gateway at 127.0.0.1:4711 refuses connections");
  });

  it("is stopped from the front, each part once", async () => {
    const { clock, emulator, gateway, emulatorProcess, gatewayProcess } = setUp();
    const target = behindGateway(clock, emulator, gateway, GATEWAY);
    const stopped = [target.stop(), target.stop()];
    await clock.advanceTo(1);
    expect(gatewayProcess.signals).toEqual(["SIGTERM"]);
    expect(emulatorProcess.signals).toEqual([]);
    gatewayProcess.end("exit code 0");
    await clock.advanceTo(2);
    expect(emulatorProcess.signals).toEqual(["SIGTERM"]);
    emulatorProcess.end("exit code 143");
    await Promise.all(stopped);
    await clock.advanceTo(60_000);
    expect(clock.sleeping).toBe(0);
  });
});

describe("the embedded engine", () => {
  const OPTIONS = { ...GATEWAY, projectId: "demo-x", reason: "asked for" };

  it("is the gateway's process, evaluates no rules, and has no limits to ask when they are off", () => {
    const { clock, gateway } = setUp();
    expect(embeddedTarget(clock, gateway, OPTIONS)).toMatchObject({
      kind: "embedded",
      endpoint: "127.0.0.1:4711",
      evaluatesRules: false,
      processId: gateway.process.processId,
      gatewayProcessId: null,
      control: gateway.control,
    });
    expect(embeddedTarget(clock, gateway, { ...OPTIONS, limits: "off" }).control).toBeNull();
  });

  it("dies with a message of its own, and says what to do when its heap was full", async () => {
    const { clock, gateway } = setUp();
    const { process, end } = createFakeProcess(
      "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
    );
    const target = embeddedTarget(clock, { ...gateway, process }, OPTIONS);
    end("signal SIGABRT");
    expect(await target.died).toMatchObject({
      message: expect.stringContaining("the embedded engine at 127.0.0.1:4711 ended by itself"),
      hint: "Give the embedded engine more memory with --emulator-heap, or run fewer users.",
    });
  });
});
