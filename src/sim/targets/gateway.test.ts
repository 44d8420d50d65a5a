import { describe, expect, it } from "vitest";
import { FakeClock } from "../drivers/testing/fake-clock.ts";
import { createFakeMachine, createFakeProcess } from "./fake-machine.fixture.ts";
import { startGateway, type GatewayStart } from "./gateway.ts";
import type { LineLog } from "./machine.ts";

const START: GatewayStart = {
  backend: "127.0.0.1:8080",
  limits: "on",
  latency: "nam5",
  indexesFile: "/my indexes.json",
};

function starting(options: Partial<GatewayStart> = {}, lastLines = "") {
  const clock = new FakeClock();
  const child = createFakeProcess(lastLines);
  let print: LineLog = () => undefined;
  const machine = createFakeMachine({
    start: (_command, _parameters, log) => {
      print = log;
      return child.process;
    },
  });
  const started = startGateway({ ...START, ...options }, machine, clock);
  started.catch(() => undefined);
  return { clock, machine, child, started, print: (line: string) => print(line) };
}

describe("startGateway", () => {
  it("is up once it has said where it listens", async () => {
    const { clock, machine, started, child, print } = starting({ heapMiB: 900 });
    await clock.advanceTo(1);
    print("some warning");
    print("Plimsoll gateway listening on 127.0.0.1:4711 (backend emulator: one, limits on)");
    const { control, process } = await started;
    expect(control.endpoint).toBe("127.0.0.1:4711");
    expect(process).toBe(child.process);
    expect(machine.started[0]).toMatch(
      /^\S+ --max-old-space-size=900 \S+main\.ts gateway --port 0 --backend 127\.0\.0\.1:8080 --limits on --latency nam5 --indexes \/my indexes\.json$/,
    );
    expect(clock.sleeping).toBe(0);
  });

  it("shows the last lines of one that dies at once", async () => {
    const { started, child, clock } = starting({}, "E_INDEX_FILE: broken");
    child.end("exit code 2");
    await expect(started).rejects.toMatchObject({
      code: "E_GATEWAY_DIED_AT_START",
      exitCode: 1,
      message: "the gateway did not start: it ended with exit code 2:\nE_INDEX_FILE: broken",
    });
    expect(clock.sleeping).toBe(0);
  });

  it("ends one that says nothing for half a minute", async () => {
    const { started, child, clock } = starting();
    await clock.advanceTo(30_000);
    expect(child.signals).toEqual(["SIGTERM"]);
    child.end("exit code 0");
    await expect(started).rejects.toThrow(
      "the gateway did not start: it did not answer within 30 s",
    );
  });

  it("ends the process when it is told to stop starting", async () => {
    const interrupted = new AbortController();
    const { started, child, clock } = starting({ signal: interrupted.signal });
    await clock.advanceTo(1);
    interrupted.abort(new Error("Ctrl-C"));
    await clock.advanceTo(2);
    expect(child.signals).toEqual(["SIGTERM"]);
    child.end("signal SIGTERM");
    await expect(started).rejects.toThrow("Ctrl-C");
  });
});
