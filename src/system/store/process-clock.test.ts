import { describe, expect, it } from "vitest";
import { processClock } from "./process-clock.ts";

describe("processClock", () => {
  it("moves on while it sleeps", async () => {
    const beforeMs = processClock.monotonicMs();
    await processClock.sleep(2);
    expect(processClock.monotonicMs() - beforeMs).toBeGreaterThanOrEqual(1);
    expect(processClock.wallMs()).toBeGreaterThan(Date.UTC(2026, 0));
  });

  it("stops sleeping with the signal's own reason", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const sleep = processClock.sleep(60_000, controller.signal);
    controller.abort(reason);
    await expect(sleep).rejects.toBe(reason);
    await expect(processClock.sleep(60_000, controller.signal)).rejects.toBe(reason);
  });
});
