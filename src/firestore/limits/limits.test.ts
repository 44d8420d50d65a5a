import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { STATUS_NUMBERS } from "../data/status.ts";
import type { Limit } from "./limit.ts";
import { renderLimits } from "./limits-table.ts";
import { isLimitId, LIMIT_GROUPS, LIMITS } from "./limits.ts";
import { PRODUCTION_ERRORS } from "./production-errors.ts";

const entries: readonly (readonly [string, Limit])[] = Object.values(LIMIT_GROUPS).flatMap(
  (group) => Object.entries(group),
);

describe("the table of limits", () => {
  test("no ID stands in two groups", () => {
    expect(new Set(entries.map(([id]) => id)).size).toBe(entries.length);
    expect(Object.keys(LIMITS)).toHaveLength(entries.length);
  });

  test.each(entries)(
    "%s has a source, a day and a value, which is zero only where the model assumes nothing",
    (id, limit) => {
      expect(id).toMatch(/^[a-z]+(-[a-z0-9]+)*$/);
      expect(limit.value).toBeGreaterThanOrEqual(limit.tunable ? 0 : 1e-9);
      expect(limit.limits).not.toBe("");
      expect(limit.source.title).not.toBe("");
      expect(limit.source.url).toMatch(/^(https:\/\/|docs\/capacity\.md#)/);
      expect(limit.source.read).toMatch(/^\d{4}-\d{2}-\d{2}$|^\d+\.\d+\.\d+$/);
    },
  );

  test("what is published today cannot be tuned, and what is assumed can", () => {
    const tunable = (sureness: string): readonly boolean[] =>
      entries.filter(([, limit]) => limit.sureness === sureness).map(([, limit]) => limit.tunable);
    expect(new Set(tunable("A"))).toEqual(new Set([false]));
    expect(new Set(tunable("C"))).toEqual(new Set([true]));
  });

  test("tells its IDs from other words", () => {
    expect(isLimitId("document-size")).toBe(true);
    expect(isLimitId("toString")).toBe(false);
  });
});

test.each(Object.entries(PRODUCTION_ERRORS))("production's text %s is whole", (_id, error) => {
  expect(Object.keys(STATUS_NUMBERS)).toContain(error.code);
  expect(error.text.trim()).toBe(error.text);
  expect(error.text.length).toBeGreaterThan(10);
});

test("docs/capacity.md holds the table (npx tsx scripts/capacity-docs.ts writes it)", () => {
  const page = readFileSync("docs/capacity.md", "utf8");
  const table = /<!-- limits -->\n([\s\S]*?)\n<!-- \/limits -->/.exec(page)?.[1];
  expect(table).toBe(renderLimits());
});
