import { describe, expect, it } from "vitest";
import { readServiceConfig } from "./service-config.ts";

describe("readServiceConfig", () => {
  it("needs nothing", () => {
    expect(readServiceConfig({})).toMatchObject({
      logLevel: "info",
      limiterStrategy: "paced",
      limiter: { batch_write_limit: 500, doc_write_limit: 50, batch_cooldown_sec: 5 },
      pulse: { periodSeconds: 60, workers: 1 },
      alpacaUrl: "https://data.alpaca.markets",
    });
  });

  it("takes presets, and configurations as JSON", () => {
    const config = readServiceConfig({
      LIMITER_CONFIG: "conservative",
      LIMITER_STRATEGY: "adaptive",
      PULSE_CONFIG: '{"workers":4,"periodSeconds":300}',
    });
    expect(config.limiter.batch_write_limit).toBe(300);
    expect(config.limiterStrategy).toBe("adaptive");
    expect(config.pulse).toMatchObject({ workers: 4, periodSeconds: 300 });
    const custom = readServiceConfig({ LIMITER_CONFIG: '{"batch_write_limit":42}' });
    expect(custom.limiter).toMatchObject({ batch_write_limit: 42, doc_write_limit: 50 });
  });

  it.each([
    ["LIMITER_CONFIG", "gentle", "gentle: expected default, conservative, aggressive, disabled"],
    ["LIMITER_CONFIG", '{"batch_cooldown_sec":-1}', "batch_cooldown_sec"],
    ["LIMITER_STRATEGY", "nope", "paced"],
    ["PULSE_CONFIG", "{", "is not JSON"],
    ["PULSE_CONFIG", '{"workers":0}', "PULSE_CONFIG.workers"],
    ["PULSE_CONFIG", '{"speed":1}', "speed"],
    ["PULSE_CONFIG", '{"periodSeconds":90}', "multiple of 60"],
    ["PULSE_CONFIG", '{"periodSeconds":1980}', "PULSE_CONFIG: periodSeconds: 1980 is not allowed"],
    ["LIMITER_CONFIG", '{"batch_write_limit":1}', "workers is 1 and batch_write_limit is 1"],
    ["LOG_LEVEL", "loud", "LOG_LEVEL"],
  ])("refuses %s=%s", (name, value, text) => {
    expect(() => readServiceConfig({ [name]: value })).toThrow(text);
  });

  it("refuses more workers than the limit has shares for", () => {
    const read = (strategy: string): unknown =>
      readServiceConfig({
        PULSE_CONFIG: '{"workers":64}',
        LIMITER_CONFIG: '{"batch_write_limit":10}',
        LIMITER_STRATEGY: strategy,
      });
    expect(() => read("paced")).toThrow(
      /PULSE_CONFIG\.workers: workers is 64 and batch_write_limit is 10: .*at most 5$/,
    );
    expect(() => read("ramp")).not.toThrow();
  });

  it("names every fault at once", () => {
    const read = (): unknown => readServiceConfig({ LOG_LEVEL: "loud", PULSE_CONFIG: "{" });
    expect(read).toThrow(/LOG_LEVEL[^]*PULSE_CONFIG/);
  });
});
