import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { k6Faults } from "./tidy/k6-rules.ts";

const read = (path: string) => (existsSync(path) ? readFileSync(path, "utf8") : undefined);

describe("what k6 runs", () => {
  const entries = readdirSync("scenarios/k6", { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
    .map((name) => `scenarios/k6/${name}`.replaceAll("\\", "/"));

  it("has nothing in it that k6 cannot run, in what it imports from src either", () => {
    const reached: string[] = [];
    const faults = k6Faults(entries, (path) => {
      reached.push(path);
      return read(path);
    });
    expect(faults).toEqual([]);
    expect(entries.length).toBeGreaterThan(5);
    expect(reached).toContain("src/sim/k6/workloads/rate-stages.ts");
  });
});

describe("each rule can be broken", () => {
  it.each([
    ["for await (const x of y) {}", "for await hangs k6"],
    ["export async function* f() {}", "an async generator hangs k6"],
    ["class A { async *f() {} }", "an async generator hangs k6"],
    ["  using file = open();", "using hangs k6"],
    ["  await using file = open();", "using hangs k6"],
    ["@sealed", "a decorator hangs k6"],
    ['import { z } from "zod";', "zod costs k6"],
    ['import { z } from "./zod";', "k6 needs the extension .ts"],
    ['import fs from "node:fs";', "it has no packages"],
    ['import Big from "big.js";', "it has no packages"],
    ['import data from "./data.json";', "k6 needs the extension .ts"],
    ['import {\n  a,\n  b,\n} from "../c";', "k6 needs the extension .ts"],
    ['export * from "hdr-histogram-js";', "it has no packages"],
    ['const m = await import("./a.ts");', "k6 has no dynamic import"],
    ["const url = new URL(text);", "k6 1 lacks this global"],
    ["const t = performance.now();", "k6 1 lacks this global"],
    ["const { promise } = Promise.withResolvers();", "k6 lacks this method"],
  ])("%s", (text, why) => {
    const faults = k6Faults(["a.ts"], (path) => (path === "a.ts" ? text : undefined));
    expect(faults).toEqual([expect.stringContaining(why)]);
  });

  it("in what is imported, however far away", () => {
    const files: Readonly<Record<string, string>> = {
      "scenarios/k6/a.ts": 'import { b } from "../../src/b.ts";',
      "src/b.ts": 'export { c } from "./deep/c.ts";\nimport "./a.ts";',
      "src/deep/c.ts": 'import {\n  z,\n} from "zod";',
      "src/a.ts": 'import type { Z } from "zod"; // for await',
    };
    expect(k6Faults(["scenarios/k6/a.ts"], (path) => files[path])).toEqual([
      expect.stringMatching(/^src\/deep\/c\.ts:3: zod/),
    ]);
  });

  it("but not by types, words in texts, or k6's own modules", () => {
    const text = [
      'import type { K6Plan } from "../plan.ts";',
      'import http from "k6/http";',
      'const text = "for await zod process.";',
      "const processed = reusing;",
    ].join("\n");
    expect(k6Faults(["a.ts"], (path) => (path === "a.ts" ? text : undefined))).toEqual([]);
  });
});
