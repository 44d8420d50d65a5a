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
    ["Date.now taken apart", "src/sim/a.ts", "const { now } = Date;", "Date.now is ambient"],
    ["new Date without parentheses", "src/sim/a.ts", "f(new Date, 1)", "new Date() is ambient"],
    ["Date as a function", "src/sim/a.ts", "const text = Date();", "Date() without new"],
    ["Date by another name", "src/sim/a.ts", "const D = Date;", "Date by another name"],
    ["performance taken", "src/sim/a.ts", "const { performance } = globalThis;", "performance is"],
    ["AbortSignal.timeout", "src/sim/a.ts", "AbortSignal.timeout(5)", "a timer is ambient"],
    ["node:timers", "src/sim/a.ts", 'import t from "node:timers";', "node:timers is ambient"],
    ["random taken apart", "src/sim/a.ts", "const { random } = Math;", "Math.random is ambient"],
    ["randomInt", "src/sim/a.ts", "randomInt(6)", "ambient randomness is ambient"],
    ["a key", "src/sim/a.ts", "generateKeyPairSync()", "ambient randomness is ambient"],
    ["uuid", "src/sim/a.ts", 'import { v4 } from "uuid";', "ambient randomness is ambient"],
    [
      "the shared faker",
      "src/sim/a.ts",
      'import { faker } from "@faker-js/faker";',
      "the shared faker is ambient",
    ],
    ["Temporal.Now", "src/sim/a.ts", "Temporal.Now.instant()", "Temporal.Now is ambient"],
    ["a WeakRef", "src/sim/a.ts", "new WeakRef(x)", "garbage collector"],
    ["the number of processors", "src/sim/a.ts", 'import os from "node:os";', "of the machine"],
    ["the process's ID", "src/sim/a.ts", "const id = process.pid;", "of the machine is ambient"],
    ["toLocaleString", "src/sim/a.ts", "n.toLocaleString()", "toLocale… without a locale is local"],
    ["its locale undefined", "src/sim/a.ts", "n.toLocaleString(undefined, {})", "is local"],
    ["a local day", "src/sim/a.ts", 'd.toLocaleDateString("en-US")', "local time zone"],
    ["localeCompare", "src/sim/a.ts", "a.localeCompare(b)", "localeCompare without a locale"],
    ["of a call's value", "src/sim/a.ts", "a.localeCompare(f(b, c))", "localeCompare without"],
    ["Intl", "src/sim/a.ts", "new Intl.NumberFormat()", "Intl without a locale is local"],
    [
      "Intl's own zone",
      "src/sim/clock/real-clock.ts",
      'new Intl.DateTimeFormat("en-US")',
      "without a time zone",
    ],
    ["a local hour", "src/system/a.ts", "date.getHours()", "local time zone is local"],
    ["a date from parts", "src/system/a.ts", "new Date(2026, 0, 5)", "from parts in the local"],
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
    ["a date in UTC", "src/sim/a.ts", "new Date(Date.UTC(2026, 0, 5)).getUTCHours()"],
    ["a class of that name", "src/sim/a.ts", "f(value instanceof Date, d as Date)"],
    ["a function of that name", "src/sim/a.ts", "const x = readDate(1) + y.toDate();"],
    ["a locale", "src/sim/a.ts", 'n.toLocaleString("en-US") + a.localeCompare(b, "en")'],
    ["a zone", "src/sim/a.ts", 'new Intl.DateTimeFormat("en-US", { timeZone: "UTC" })'],
    ["a faker of one's own", "src/sim/a.ts", 'import { Faker, en } from "@faker-js/faker";'],
    ["the machine's facts", "src/sim/run/machine-facts.ts", 'import os from "node:os";'],
    ["the real clock", "src/sim/clock/real-clock.ts", "performance.now()"],
    ["a URL in a string is not a comment", "src/sim/a.ts", 'const url = "https://example.com";'],
  ])("%s", (_name, path, text) => {
    expect(faultsOf({ path, text })).toEqual([]);
  });
});
