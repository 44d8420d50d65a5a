import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { NIGHTLY_OPTIONS, readNightlyOptions } from "../src/sim/cli/nightly-options.ts";
import { LANE_NAMES } from "../src/sim/nightly/lanes.ts";

/** GitHub's workflows are run nowhere but there: what can be known of them beforehand is held here. */
const FOLDER = new URL("../.github/workflows/", import.meta.url);
const { scripts } = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8"),
) as {
  readonly scripts: Readonly<Record<string, string>>;
};

const step = z
  .strictObject({
    name: z.string().optional(),
    if: z.string().optional(),
    uses: z.string().optional(),
    with: z.record(z.string(), z.unknown()).optional(),
    run: z.string().optional(),
  })
  .refine(({ uses, run }) => (uses === undefined) !== (run === undefined));
const job = z.strictObject({
  name: z.string().optional(),
  if: z.string().optional(),
  "runs-on": z.string(),
  "timeout-minutes": z.int().max(60),
  environment: z.string().optional(),
  permissions: z.record(z.string(), z.string()).optional(),
  strategy: z
    .strictObject({
      "fail-fast": z.literal(false),
      matrix: z.record(z.string(), z.array(z.string())),
    })
    .optional(),
  env: z.record(z.string(), z.string()).optional(),
  steps: z.array(step).min(1),
});
const workflow = z.strictObject({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  permissions: z.strictObject({ contents: z.literal("read") }),
  concurrency: z.strictObject({ group: z.string(), "cancel-in-progress": z.boolean() }).optional(),
  env: z.record(z.string(), z.string()).optional(),
  jobs: z.record(z.string(), job),
});

const files = readdirSync(FOLDER);
const read = (file: string) =>
  workflow.parse(parse(readFileSync(new URL(file, FOLDER), "utf8")) as unknown);
const stepsOf = (file: string) => Object.values(read(file).jobs).flatMap(({ steps }) => steps);
const nightly = "nightly-capacity.yml";

/** A script of package.json, or one of the few other things that workflows do. */
function isThere(run: string): boolean {
  const script = /^npm run ([\w:-]+)/.exec(run)?.[1];
  if (script !== undefined) return Object.keys(scripts).includes(script);
  const others = [
    /^npm ci$/,
    /^bash \.ci\/run$/,
    /^npx --yes firebase-tools@\d+\.\d+\.\d+ /,
    /^printf '%s' "\$\w+" > /,
  ];
  return others.some((other) => other.test(run));
}

describe.each(files)("%s", (file) => {
  it("is a workflow that may only read, and whose jobs end", () => {
    expect(read(file).permissions).toEqual({ contents: "read" });
  });

  it("runs only what is there", () => {
    const commands = stepsOf(file).flatMap(({ run }) => (run === undefined ? [] : [run]));
    expect(commands.filter((run) => !isThere(run))).toEqual([]);
  });
});

describe("nightly-capacity.yml", () => {
  it("pins every action to a commit, and says its version", () => {
    const text = readFileSync(new URL(nightly, FOLDER), "utf8");
    const uses = text.split("\n").filter((line) => line.includes("uses:"));
    expect(uses.length).toBeGreaterThan(8);
    for (const line of uses)
      expect(line).toMatch(/uses: [\w-]+(\/[\w-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it("has every lane, each in a job that keeps history and report however it ends", () => {
    const { lane, staging } = read(nightly).jobs;
    expect([...(lane?.strategy?.matrix["lane"] ?? []), "staging"].toSorted()).toEqual(
      LANE_NAMES.toSorted(),
    );
    for (const steps of [lane?.steps ?? [], staging?.steps ?? []]) {
      const place = (text: string) =>
        steps.findIndex(({ uses, run }) => `${uses} ${run}`.includes(text));
      const order = ["cache/restore@", "npm run nightly", "cache/save@", "upload-artifact@"].map(
        place,
      );
      expect(order).toEqual(order.toSorted((left, right) => left - right));
      expect(order[0]).toBeGreaterThan(0);
      for (const last of order.slice(2)) expect(steps[last]?.if).toBe("always()");
      const [restored, saved] = [steps[order[0] ?? 0]?.with, steps[order[2] ?? 0]?.with];
      expect(restored?.["key"]).toBe(saved?.["key"]);
      // What is restored is the newest of any earlier night.
      expect(String(saved?.["key"]).startsWith(String(restored?.["restore-keys"]))).toBe(true);
    }
  });

  it("gives `nightly` options that it takes", () => {
    const commands = stepsOf(nightly).flatMap(({ run }) =>
      run?.startsWith("npm run nightly") ? [run] : [],
    );
    expect(commands).toHaveLength(2);
    for (const command of commands) {
      const words = command
        .replace('"$USERS"', "1000")
        .replace("${{ matrix.lane }}", "k6")
        .split(" ")
        .slice(4);
      const flags = words.filter((_word, index) => index % 2 === 0);
      const known = NIGHTLY_OPTIONS.map(([declared]) => declared.split(" ")[0]);
      expect(known).toEqual(expect.arrayContaining(flags));
      const camel = (flag: string) =>
        flag.slice(2).replaceAll(/-(\w)/g, (_all, letter: string) => letter.toUpperCase());
      const parsed = Object.fromEntries(
        flags.map((flag, index) => [camel(flag), words[index * 2 + 1]]),
      );
      expect(() => readNightlyOptions({ ...parsed, lane: [parsed["lane"]] })).not.toThrow();
    }
  });

  it("lets only the staging job ask for an identity, and no step keep a key", () => {
    const { lane, staging } = read(nightly).jobs;
    expect(lane?.permissions).toBeUndefined();
    expect(staging?.permissions).toEqual({ contents: "read", "id-token": "write" });
    expect(staging?.if).toBe("vars.STAGING_CONFIG != ''");
    const text = readFileSync(new URL(nightly, FOLDER), "utf8");
    expect(text).not.toMatch(/secrets\.|credentials_json/);
  });
});
