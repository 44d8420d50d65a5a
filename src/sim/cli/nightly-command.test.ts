import { EventEmitter } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Clock } from "../../std/clock.ts";
import { renderResultJson } from "../report/result-json.ts";
import { fixtureResult } from "../report/result.fixture.ts";
import type { Result } from "../report/result.ts";
import { createFakeMachine } from "../targets/fake-machine.fixture.ts";
import { runCli } from "./cli.ts";
import { recordStream } from "./text-stream.fixture.ts";

const root = mkdtempSync(join(tmpdir(), "plimsoll-nightly-"));
afterAll(() => rmSync(root, { recursive: true }));

/** Sleeps are over at once, and have taken their time. */
function hastyClock(): Clock {
  let nowMs = 0;
  return {
    monotonicMs: () => nowMs,
    wallMs: () => Date.UTC(2026, 10, 26, 3, 17) + nowMs,
    sleep: async (durationMs, signal) => {
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
      nowMs += durationMs;
    },
  };
}

const passed = fixtureResult({ verdict: "pass", checks: [] });
const [someCheck] = fixtureResult().checks;
const withCheck = (group: "data" | "benchmark"): Result =>
  fixtureResult({
    verdict: "fail",
    checks: someCheck === undefined ? [] : [{ ...someCheck, group, verdict: "fail" }],
  });

/** What a lane's process leaves, and how it ends; null: it never ends by itself. */
interface Made {
  readonly result?: Result;
  readonly ended: string | null;
  readonly says?: string;
}

/** The command on a machine with neither an emulator nor k6, whose lanes are made up. */
async function nightly(parameters: readonly string[], make: (words: string) => Made) {
  const stdout = recordStream();
  const stderr = recordStream();
  const clock = hastyClock();
  const signals = new EventEmitter();
  const killed: string[] = [];
  const machine = createFakeMachine({
    start: (_command, words, log) => {
      const { result, ended, says } = make(words.join(" "));
      if (says !== undefined) log(says);
      if (result !== undefined) {
        const latest = join(words[words.indexOf("--reports") + 1] ?? "", "latest");
        mkdirSync(latest, { recursive: true });
        writeFileSync(join(latest, "result.json"), renderResultJson(result));
      }
      const end = Promise.withResolvers<string>();
      if (ended !== null) end.resolve(ended);
      return {
        processId: 1,
        ended: end.promise,
        lastLines: () => "the last line",
        kill: (signal) => {
          killed.push(signal);
          end.resolve(`signal ${signal}`);
        },
      };
    },
  });
  const never = () => Promise.reject(new Error("lanes are processes of their own"));
  const exitCode = await runCli(["nightly", ...parameters], {
    clock,
    machine,
    stdout,
    stderr,
    signals,
    exit: () => undefined,
    loadSimulate: never,
    loadSimulateVirtually: never,
  });
  return {
    exitCode,
    killed,
    started: machine.started,
    stdout: stdout.text(),
    stderr: stderr.text(),
  };
}

let reports = 0;
const newReports = (): string => {
  reports += 1;
  return join(root, String(reports));
};

function reportIn(folder: string): {
  readonly files: readonly string[];
  readonly read: (name: string) => string;
} {
  const [name = ""] = readdirSync(folder).filter((one) => one.startsWith("nightly-"));
  const path = join(folder, name);
  return {
    files: readdirSync(path).toSorted(),
    read: (file) => readFileSync(join(path, file), "utf8"),
  };
}

describe("nightly", () => {
  it("runs what can run here, says why the rest did not, keeps the figures and compares", async () => {
    const folder = newReports();
    const { exitCode, started, stdout } = await nightly(["--reports", folder], () => ({
      result: passed,
      ended: "exit code 0",
    }));
    expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 });
    expect(started.map((line) => line.slice(line.indexOf("run ")))).toEqual([
      expect.stringMatching(
        /^run --target embedded --users 1000 --quiet --reports .*lanes\/gateway$/,
      ),
      expect.stringMatching(
        /^run --clock virtual --users 1000 --quiet --reports .*lanes\/virtual$/,
      ),
    ]);
    expect(stdout).toMatch(/Lane emulator: skipped: .*Java/);
    expect(stdout).toMatch(/Lane k6: skipped: no k6 in /);
    expect(stdout).toContain("Lane staging: skipped: no --staging-config was given");
    expect(stdout).toContain("Lane gateway: 1 comparable run, 12 more needed");
    expect(readdirSync(join(folder, "history"))).toHaveLength(2);
    const { files, read } = reportIn(folder);
    expect(files).toEqual(["junit.xml", "lanes", "nightly.json", "summary.md"]);
    expect(read("summary.md")).toContain("✅ Nightly: pass");
    expect(JSON.parse(read("nightly.json"))).toMatchObject({
      verdict: "pass",
      lanes: [{ verdict: "pass" }, { verdict: "pass" }],
      skipped: [{ lane: "emulator" }, { lane: "k6" }, { lane: "staging" }],
    });
    expect(read("junit.xml")).toContain(
      '<testcase classname="plimsoll.nightly.gateway" name="lane ran"',
    );
  });

  it.each([
    ["a failed check", { result: withCheck("benchmark"), ended: "exit code 99" }, 99],
    [
      "an inconclusive lane",
      { result: fixtureResult({ verdict: "inconclusive" }), ended: "exit code 3" },
      3,
    ],
    ["a lane without a result", { ended: "exit code 0" }, 1],
    ["a lane that died", { result: passed, ended: "signal SIGSEGV" }, 1],
    ["a fault of Plimsoll", { result: passed, ended: "exit code 1" }, 1],
  ] as const)("%s decides the exit code", async (_name, made, expected) => {
    const folder = newReports();
    const { exitCode } = await nightly(["--reports", folder, "--lane", "gateway"], () => made);
    expect(exitCode).toBe(expected);
    expect(reportIn(folder).files).toContain("junit.xml");
  });

  it("ends a lane that takes too long, and tells of the others", async () => {
    const { exitCode, killed, stdout } = await nightly(
      ["--reports", newReports(), "--short"],
      (words) =>
        words.includes("virtual") ? { result: passed, ended: "exit code 0" } : { ended: null },
    );
    expect({ exitCode, killed }).toEqual({ exitCode: 1, killed: ["SIGTERM"] });
    expect(stdout).toContain("broken after 3 min 1 s: ended early: longer than 180 s");
    expect(stdout).toContain("Lane virtual: 1 comparable run");
  });

  it.each([
    ["exit code 0", 0],
    ["exit code 2", 1],
  ])("cleans up after staging, which ends with %s", async (cleanEnded, expected) => {
    const config = join(root, "staging.json");
    writeFileSync(config, JSON.stringify({ project: "my-staging", projectFile: "p.json" }));
    const words = ["--lane", "staging", "--staging-config", config, "--reports", newReports()];
    const says = "  To clean up: npm run sim -- clean --project my-staging --run abc123";
    const { exitCode, started, stdout } = await nightly(words, (line) =>
      line.includes(" clean ")
        ? { ended: cleanEnded }
        : { result: passed, ended: "exit code 0", says },
    );
    expect({ exitCode, stdout }).toMatchObject({ exitCode: expected });
    expect(started[0]).toContain(`run --target staging --users 1000 --config ${config} --quiet`);
    expect(started[1]).toMatch(/clean --project my-staging --run abc123 --project-file p\.json$/);
    expect(stdout.includes("run abc123 was not cleaned up (exit code 2)")).toBe(expected === 1);
  });

  describe("in the short form", () => {
    const short = async (made: Made) => {
      const folder = newReports();
      const ended = await nightly(["--reports", folder, "--short"], () => made);
      return { ...ended, folder };
    };

    it("is no worse for what is slow, and keeps no figures among those of the nights", async () => {
      const { exitCode, started, folder } = await short({
        result: withCheck("benchmark"),
        ended: "exit code 99",
      });
      expect(exitCode).toBe(0);
      expect(readdirSync(folder).filter((name) => name === "history")).toEqual([]);
      expect(started[0]).toContain("--scenario dashboards --duration 5s");
    });

    it.each([
      ["lost data", { result: withCheck("data"), ended: "exit code 99" }, 99],
      ["a lane that died", { ended: "signal SIGKILL" }, 1],
    ] as const)("is for %s", async (_name, made, expected) => {
      expect((await short(made)).exitCode).toBe(expected);
    });
  });

  it.each([
    [["--lane", "k6"], /^E_LANE: --lane: k6 cannot run here: no k6 in /],
    [["--lane", "staging"], /^E_BAD_OPTIONS: --staging-config: is missing\./],
    [
      ["--lane", "moon"],
      /^E_BAD_OPTIONS: --lane: \["moon"\] is not accepted\. Accepted: only this lane: gateway/,
    ],
    [["--users", "many"], /^E_BAD_OPTIONS: --users: "many" is not accepted/],
  ])("%j is refused before anything runs", async (parameters, text) => {
    const { exitCode, stderr, started } = await nightly(
      ["--reports", newReports(), ...parameters],
      () => ({
        ended: "exit code 0",
      }),
    );
    expect({ exitCode, stderr, started }).toEqual({
      exitCode: 2,
      stderr: expect.stringMatching(text),
      started: [],
    });
  });
});
