import { describe, expect, test } from "vitest";
import type { Demand } from "./limiter.ts";
import { logLineOf } from "./log-lines.ts";

const demand: Demand = { cost: 11, keys: [], tenantId: "acme", userCount: 500 };

describe("logLineOf", () => {
  test("writes section 8's first line word for word", () => {
    const line = logLineOf({ kind: "granted", sendAtMs: 1087, waitedFor: "jitter" }, demand, 1000);
    expect(line).toEqual({
      level: "info",
      message: "Rate limiting: high traffic detected (500 users). Adding 0.087s jitter...",
      fields: { tenant_id: "acme", writes: 11, user_count: 500, reason: "jitter", wait_ms: 87 },
    });
  });

  test("writes section 8's second line word for word", () => {
    const line = logLineOf(
      { kind: "granted", sendAtMs: 4210, waitedFor: "batch-limit", limit: 500 },
      demand,
      1000,
    );
    expect(line?.level).toBe("warn");
    expect(line?.message).toBe("Rate limiting: batch limit reached (500 writes). Waiting 3.21s...");
  });

  test("says nothing of writes that went at once or were merely spaced", () => {
    expect(logLineOf({ kind: "granted", sendAtMs: 5 }, demand, 5)).toBeUndefined();
    expect(
      logLineOf({ kind: "granted", sendAtMs: 9, waitedFor: "pace" }, demand, 5),
    ).toBeUndefined();
  });

  test("names the tenant that is over its share", () => {
    const line = logLineOf(
      { kind: "granted", sendAtMs: 2000, waitedFor: "tenant-share" },
      demand,
      0,
    );
    expect(line?.message).toBe("Rate limiting: tenant acme is over its share. Waiting 2.00s...");
  });

  test("passes on why writes were refused", () => {
    const line = logLineOf(
      { kind: "refused", reason: "impossible", message: "split it" },
      demand,
      0,
    );
    expect(line?.message).toBe("Rate limiting: refused 11 writes: split it");
    expect(line?.fields["reason"]).toBe("impossible");
  });
});
