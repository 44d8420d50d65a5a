import { describe, expect, it } from "vitest";
import { FakeClock } from "../drivers/testing/fake-clock.ts";
import { createFakeProcess } from "./fake-machine.fixture.ts";
import { watchEmulator } from "./running-emulator.ts";

function watched(options: { readonly lastLines?: string; readonly started?: boolean } = {}) {
  const clock = new FakeClock();
  const health = { up: true, slowMs: 0 };
  const api = {
    endpoint: "127.0.0.1:8080",
    answers: async () => {
      if (health.slowMs > 0) await clock.sleep(health.slowMs);
      return health.up;
    },
    clear: async () => undefined,
    collectionIds: async () => [],
  };
  const { process, signals, end } = createFakeProcess(options.lastLines);
  const target = watchEmulator(clock, api, {
    projectId: "demo-x",
    description: "d",
    reason: "r",
    process: options.started === false ? null : process,
  });
  const deaths: Error[] = [];
  void target.died.then((error) => deaths.push(error));
  return { clock, health, target, signals, end, deaths };
}

describe("watchEmulator", () => {
  it("reports an emulator that ends by itself, with its last complaint", async () => {
    const { clock, end, deaths } = watched({ lastLines: "SEVERE: one\nSEVERE: two\nINFO: three" });
    end("signal SIGKILL");
    await clock.advanceTo(1);
    expect(deaths[0]).toMatchObject({ code: "E_TARGET_DIED", exitCode: 1 });
    expect(deaths[0]?.message).toBe(
      "the emulator at 127.0.0.1:8080 ended by itself (signal SIGKILL): SEVERE: two",
    );
  });

  it("says what to do when the heap was too small", async () => {
    const line = "Terminating due to java.lang.OutOfMemoryError: Java heap space";
    const { clock, end, deaths } = watched({ lastLines: line });
    end("exit code 3");
    await clock.advanceTo(1);
    expect(deaths[0]).toMatchObject({
      hint: "Give the emulator more memory with --emulator-heap, or run fewer users.",
    });
  });

  it("reports one that refuses connections after three probes, not after two", async () => {
    const { clock, health, deaths } = watched({ started: false });
    await clock.advanceTo(10_000);
    expect(deaths).toEqual([]);
    health.up = false;
    await clock.advanceTo(12_500);
    health.up = true;
    await clock.advanceTo(20_000);
    expect(deaths).toEqual([]);
    // The count starts again after an answer.
    health.up = false;
    await clock.advanceTo(22_500);
    expect(deaths).toEqual([]);
    await clock.advanceTo(23_500);
    expect(deaths[0]?.message).toContain("refuses connections");
  });

  it("is patient with one that is overloaded: it hangs after 90 s of silence, not before", async () => {
    const { clock, health, deaths } = watched({ started: false });
    health.slowMs = 4_000;
    health.up = false;
    await clock.advanceTo(80_000);
    health.up = true;
    await clock.advanceTo(90_000);
    health.up = false;
    await clock.advanceTo(170_000);
    expect(deaths).toEqual([]);
    await clock.advanceTo(190_000);
    expect(deaths[0]?.message).toContain("has not answered for 90 s");
  });

  it("is silent about an end that was asked for", async () => {
    const { clock, target, signals, end, deaths } = watched();
    const stopped = target.stop();
    end("exit code 143");
    await stopped;
    await target.stop();
    await clock.advanceTo(60_000);
    expect(signals).toEqual(["SIGTERM"]);
    expect(deaths).toEqual([]);
    expect(clock.sleeping).toBe(0);
  });

  it("kills one that does not end when asked", async () => {
    const { clock, target, signals, end } = watched();
    const stopped = target.stop();
    await clock.advanceTo(2_999);
    expect(signals).toEqual(["SIGTERM"]);
    await clock.advanceTo(3_000);
    expect(signals).toEqual(["SIGTERM", "SIGKILL"]);
    end("signal SIGKILL");
    await stopped;
  });

  it("leaves an emulator that it did not start running", async () => {
    const { target, signals } = watched({ started: false });
    await target.stop();
    expect(signals).toEqual([]);
    expect(target.processId).toBeNull();
  });
});
