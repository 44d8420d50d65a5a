import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRealClock } from "../clock/real-clock.ts";
import { GatewayControl } from "./gateway-control.ts";
import { startFakeGateway, type FakeGateway } from "./fake-gateway.fixture.ts";

let gateway: FakeGateway;
let control: GatewayControl;
beforeEach(async () => {
  gateway = await startFakeGateway();
  control = new GatewayControl(gateway.endpoint, createRealClock());
});
afterEach(() => gateway.close());

describe("GatewayControl", () => {
  it("asks in the words of docs/gateway.md", async () => {
    await control.setMode("observe");
    await control.resetCounters();
    await control.warm(5000);
    await control.cool();
    await control.setQuota(0.5);
    expect(gateway.asked).toEqual([
      'POST /plimsoll/v1/mode {"limits":"observe"}',
      'POST /plimsoll/v1/reset {"counters":true}',
      'POST /plimsoll/v1/warm {"writesPerSecond":5000}',
      "POST /plimsoll/v1/cool",
      'POST /plimsoll/v1/quota {"share":0.5}',
    ]);
    expect(await control.limits()).toEqual(gateway.report);
  });

  it("takes no answer for a report that is none", async () => {
    gateway.report = { ...gateway.report, attempts: { commit: -1 } } as never;
    await expect(control.limits()).rejects.toThrow("commit");
  });

  it("calls a refusal a fault of the program, with what was said", async () => {
    gateway.fault = 400;
    await expect(control.setMode("on")).rejects.toThrow(
      "the gateway answered POST /plimsoll/v1/mode with HTTP 400",
    );
    expect(await control.answers(1000)).toBe(false);
  });

  it("knows a gateway that is gone", async () => {
    expect(await control.answers(1000)).toBe(true);
    await gateway.close();
    expect(await control.answers(1000)).toBe(false);
    await expect(control.resetCounters()).rejects.toMatchObject({
      code: "E_TARGET_DIED",
      message: expect.stringContaining(
        `the gateway at ${gateway.endpoint} did not answer POST /plimsoll/v1/reset`,
      ),
    });
  });
});
