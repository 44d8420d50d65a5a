import { describe, expect, it } from "vitest";
import { pulseConfigSchema } from "../pulse/config.ts";
import { periodFault, sweepDeadlineMs } from "./pulse-deadline.ts";

const faultOf = (input: object): string | undefined => periodFault(pulseConfigSchema.parse(input));

describe("sweepDeadlineMs", () => {
  it("is two periods, and never within 15 s of the timeout of 1,800 s", () => {
    expect(sweepDeadlineMs({ periodSeconds: 60 })).toBe(120_000);
    expect(sweepDeadlineMs({ periodSeconds: 840 })).toBe(1_680_000);
    expect(sweepDeadlineMs({ periodSeconds: 900 })).toBe(1_785_000);
  });
});

describe("periodFault", () => {
  it("lets pass what ends in time", () => {
    // 1,800 s × 0.96 + (0.1 + 0.2 + 0.4 + 0.8) s = 1,729.5 s of 1,785 s.
    for (const periodSeconds of [60, 300, 1800]) expect(faultOf({ periodSeconds })).toBeUndefined();
  });

  it("says what a period that is too long needs, and what is allowed", () => {
    // 1,980 s × 0.96 + 1.5 s = 1,902.3 s.
    expect(faultOf({ periodSeconds: 1980 })).toBe(
      "periodSeconds: 1980 is not allowed: the last user of a sweep may be done after 1902.3 s " +
        "(the period × (1 - tailShare), and 1.5 s of retries), and a sweep is cut after 1785 s, " +
        "15 s before the function's timeout; expected at most 1800",
    );
    expect(faultOf({ periodSeconds: 1800, tailShare: 0 })).toContain("at most 1740");
  });

  it("counts the retries, up to their cap", () => {
    const retry = { attempts: 4, baseMs: 10_000, factor: 10, capMs: 50_000 };
    // 1,860 s × 0.96 + (10 + 50 + 50) s = 1,895.6 s; (1,785 - 110) / 0.96 = 1,744.8 s.
    expect(faultOf({ periodSeconds: 1860, retry })).toMatch(/1895\.6 s.* 110 s.*at most 1740/);
    const endless = { attempts: 20, baseMs: 60_000, capMs: 600_000 };
    expect(faultOf({ retry: endless })).toContain("lower retry.attempts");
  });
});
