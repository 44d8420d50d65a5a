import { expect, test } from "vitest";
import { fields } from "./admission.fixture.ts";
import { PreviousMemory } from "./previous-memory.ts";

test("knows what was written last, and what was deleted", () => {
  const memory = new PreviousMemory(1_000_000);
  const first = fields({ x: 1n });
  memory.set("c/a", first, 10);
  expect(memory.get("c/a")).toBe(first);
  memory.set("c/a", "none", 0);
  expect(memory.get("c/a")).toBe("none");
  expect(memory.get("c/b")).toBeUndefined();
});

test("stays within its bytes, and keeps what was written lately", () => {
  const memory = new PreviousMemory(100_000);
  for (let index = 0; index < 10_000; index += 1) memory.set(`c/${index}`, fields({}), 1000);
  // About 2,000 bytes each, so at most 50 of them.
  expect(memory.size).toBeLessThanOrEqual(50);
  expect(memory.size).toBeGreaterThan(20);
  expect(memory.get("c/9999")).toBeDefined();
  expect(memory.get("c/0")).toBeUndefined();
});
