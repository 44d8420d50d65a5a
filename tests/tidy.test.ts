import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { faultsOf, type SourceFile } from "./tidy/rules.ts";

function sources(folder: string): readonly SourceFile[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `${folder}/${name}`.replaceAll("\\", "/"))
    .map((path) => ({ path, text: readFileSync(path, "utf8") }));
}

describe("the code base keeps its rules", () => {
  const files = sources("src");

  test("there are files to look at", () => {
    expect(files.length).toBeGreaterThan(100);
  });

  test("no file breaks a rule", () => {
    expect(files.flatMap(faultsOf)).toEqual([]);
  });
});

describe("each rule can be broken", () => {
  test.each([
    [
      "std looks up",
      "src/std/a.ts",
      'import { x } from "../system/b.ts";',
      "must not import src/system",
    ],
    [
      "system looks at sim",
      "src/system/a.ts",
      'import { x } from "../sim/b.ts";',
      "must not import src/sim",
    ],
    [
      "firestore looks at system",
      "src/firestore/a.ts",
      'import type { X } from "../system/b.ts";',
      "must not import src/system",
    ],
    [
      "a type import counts",
      "src/system/pulse/a.ts",
      'export type { X } from "../../sim/b.ts";',
      "must not import src/sim",
    ],
    [
      "a Node built-in in a pure folder",
      "src/system/limiter/a.ts",
      'import fs from "node:fs";',
      "is pure",
    ],
    [
      "an SDK in a pure folder",
      "src/sim/market/a.ts",
      'import { x } from "firebase-admin";',
      "is pure",
    ],
    ["Date.now", "src/sim/a.ts", "const now = Date.now();", "Date.now is ambient"],
    ["a bare new Date()", "src/system/a.ts", "const now = new Date();", "new Date() is ambient"],
    ["performance", "src/sim/a.ts", "performance.now();", "performance is ambient"],
    [
      "setTimeout by globalThis",
      "src/sim/a.ts",
      "globalThis.setTimeout(f, 1);",
      "a timer is ambient",
    ],
    [
      "node:timers/promises",
      "src/sim/a.ts",
      'import { setTimeout as s } from "node:timers/promises";',
      "is ambient",
    ],
    ["Math.random", "src/system/a.ts", "Math.random()", "Math.random is ambient"],
    ["randomUUID", "src/sim/a.ts", "crypto.randomUUID()", "ambient randomness is ambient"],
    ["hrtime", "src/sim/a.ts", "process.hrtime.bigint()", "process.hrtime is ambient"],
    [
      "a spelled collection",
      "src/sim/a.ts",
      'const c = "shadowTradeHistory";',
      "spell shadowTradeHistory",
    ],
    ["process.exit", "src/sim/run/a.ts", "process.exit(1)", "process.exit belongs"],
  ])("%s", (_name, path, text, message) => {
    const faults = faultsOf({ path, text });
    expect(faults.join("\n")).toContain(message);
    expect(faults[0]).toMatch(/^src\/.+:1: /);
  });

  test.each([
    [
      "sim may look at both",
      "src/sim/a.ts",
      'import { x } from "../system/b.ts";\nimport { y } from "../std/c.ts";',
    ],
    ["a comment may say Date.now", "src/sim/a.ts", "// Date.now() is banned\n/* Math.random */"],
    ["a Date from a number", "src/sim/a.ts", "new Date(clock.wallMs())"],
    ["the real clock", "src/sim/clock/real-clock.ts", "performance.now()"],
    ["a URL in a string is not a comment", "src/sim/a.ts", 'const url = "https://example.com";'],
  ])("%s", (_name, path, text) => {
    expect(faultsOf({ path, text })).toEqual([]);
  });
});
