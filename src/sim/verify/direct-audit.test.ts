import { describe, expect, test } from "vitest";
import { DirectAudit } from "./direct-audit.ts";

const EXPECTED = {
  directDocuments: new Map([
    ["load/a", "acknowledged"],
    ["load/b", "acknowledged"],
    ["load/c", "unconfirmed"],
  ] as const),
  directCounters: new Map([["counters/one", { atLeast: 10, atMost: 12 }]]),
};

function audit(found: Readonly<Record<string, number | null>>) {
  const direct = new DirectAudit(EXPECTED);
  const known = Object.entries(found).map(([path, writes]) =>
    direct.see({ path, data: writes === null ? {} : { writes }, version: "1" }),
  );
  direct.finish();
  return { known, faults: direct.findings.examples };
}

const WHOLE = { "load/a": null, "load/b": null, "counters/one": 11 };

describe("direct writes in the database", () => {
  test("are whole when all acknowledged ones are there, whatever became of those unanswered", () => {
    expect(audit(WHOLE).faults).toEqual([]);
    expect(audit({ ...WHOLE, "load/c": null }).faults).toEqual([]);
  });

  test("are told from other documents", () => {
    expect(audit({ ...WHOLE, "legacy/x": null }).known).toEqual([true, true, true, false]);
  });

  test.each([
    ["one that was acknowledged is lost", { "load/a": null, "counters/one": 11 }, "load/b: ack"],
    ["the counter is lost", { "load/a": null, "load/b": null }, "counters/one: ack"],
    ["an increment is lost", { ...WHOLE, "counters/one": 9 }, "counts 9, where 10 to 12"],
    ["one is counted twice", { ...WHOLE, "counters/one": 13 }, "counts 13, where 10 to 12"],
    ["the count is no number", { ...WHOLE, "counters/one": null }, "counts NaN"],
  ] as const)("are at fault when %s", (_name, found, fault) => {
    const { faults } = audit(found);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(fault);
  });
});
