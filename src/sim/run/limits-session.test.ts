import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRealClock } from "../clock/real-clock.ts";
import { CommitCounter } from "../measure/commit-counter.ts";
import { GatewayControl } from "../targets/gateway-control.ts";
import type { LimitsChoice } from "../targets/limits-choice.ts";
import { startFakeGateway, type FakeGateway } from "../targets/fake-gateway.fixture.ts";
import type { Store } from "../../system/store/store.ts";
import { LimitsSession } from "./limits-session.ts";

const clock = createRealClock();
let gateway: FakeGateway;
beforeEach(async () => {
  gateway = await startFakeGateway();
});
afterEach(() => gateway.close());

function open(limits: LimitsChoice) {
  const counter = new CommitCounter();
  const control = limits === "off" ? null : new GatewayControl(gateway.endpoint, clock);
  const store = counter.watchStore({
    commit: () => Promise.resolve({ commitTimeMs: 0 }),
  } as unknown as Store);
  return { session: new LimitsSession(clock, { control, limits }, counter), store };
}

describe("LimitsSession", () => {
  it("observes while seeding, enforces in a phase, and counts what is of the phase only", async () => {
    const { session, store } = open("on");
    expect(await session.beginSeeding()).toBe(true);
    await store.commit([]);
    await session.beginPhase(5000);
    await store.commit([]);
    await store.commit([]);
    const limits = await session.endPhase(clock.monotonicMs());
    expect(limits).toMatchObject({ mode: "on", commits: 100, commitsSent: 2, warmedTo: 5000 });
    expect(session.assumed).toHaveLength(1);
    expect(gateway.asked).toEqual([
      'POST /plimsoll/v1/mode {"limits":"observe"}',
      'POST /plimsoll/v1/warm {"writesPerSecond":5000}',
      'POST /plimsoll/v1/reset {"counters":true}',
      'POST /plimsoll/v1/mode {"limits":"on"}',
      "GET /plimsoll/v1/limits",
      'POST /plimsoll/v1/mode {"limits":"observe"}',
    ]);
  });

  it("warms nothing unless a scenario says so, and stays warm once it did", async () => {
    const { session } = open("on");
    await session.beginPhase(null);
    expect((await session.endPhase(0))?.warmedTo).toBeNull();
    await session.beginPhase(700);
    await session.endPhase(0);
    await session.beginPhase(null);
    expect((await session.endPhase(0))?.warmedTo).toBe(700);
    expect(gateway.asked.filter((line) => line.includes("warm"))).toHaveLength(1);
  });

  it("only observes when asked to", async () => {
    const { session } = open("observe");
    expect(await session.beginSeeding()).toBe(false);
    await session.beginPhase(null);
    expect(gateway.asked).not.toContain('POST /plimsoll/v1/mode {"limits":"on"}');
  });

  it("asks nobody when the limits are off", async () => {
    const { session } = open("off");
    expect(await session.beginSeeding()).toBe(false);
    await session.beginPhase(5000);
    expect(await session.endPhase(0)).toBeUndefined();
    expect(gateway.asked).toEqual([]);
  });

  it("has nothing to tell of a phase whose gateway died; the run says so itself", async () => {
    const { session } = open("on");
    await session.beginPhase(null);
    await gateway.close();
    expect(await session.endPhase(0)).toBeUndefined();
  });
});
