import { expect, test } from "vitest";
import { createRealClock } from "../clock/real-clock.ts";
import { parseStat, ProcessorWatch } from "./processor-time.ts";

test("a process's time is read past a name that looks like fields", () => {
  // proc(5): pid (comm) state ppid … utime stime, the 14th and 15th field.
  const stat = "42 (k6 (1) 9 9) S 1 42 42 0 -1 4194304 1 0 0 0 123 45 0 0 20 0 8 0 99 1 2";
  expect(parseStat(stat)).toBe((123 + 45) * 10);
  expect(parseStat("")).toBeUndefined();
});

test("a process that is not there has no known time", async () => {
  // No process has this number: Linux gives none above 2^22.
  const watch = new ProcessorWatch(createRealClock(), [2 ** 30]);
  expect(await watch.stop()).toBeNull();
});
