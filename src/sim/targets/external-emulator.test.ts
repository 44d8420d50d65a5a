import { expect, it } from "vitest";
import { createRealClock } from "../clock/real-clock.ts";
import { useExternalEmulator } from "./external-emulator.ts";
import { startFakeGateway } from "./fake-gateway.fixture.ts";
import { createFakeMachine } from "./fake-machine.fixture.ts";

it("takes no gateway for an emulator", async () => {
  const gateway = await startFakeGateway();
  try {
    const machine = createFakeMachine({ files: { "/rules": "rules" } });
    const options = { projectId: "demo-x", rulesFile: "/rules" };
    const used = useExternalEmulator(gateway.endpoint, options, machine, createRealClock());
    await expect(used).rejects.toMatchObject({
      code: "E_EMULATOR_HOST",
      exitCode: 2,
      message: expect.stringContaining("a Plimsoll gateway answers at"),
    });
    // Nothing was changed there.
    expect(gateway.asked.every((line) => line.startsWith("GET "))).toBe(true);
  } finally {
    await gateway.close();
  }
});
