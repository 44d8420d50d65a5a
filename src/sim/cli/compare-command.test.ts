import { EventEmitter } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { syntheticHistory, type NightsAsked } from "../compare/synthetic-history.fixture.ts";
import { FakeClock } from "../drivers/testing/fake-clock.ts";
import { addToHistory } from "../history/history-folder.ts";
import { renderResultJson } from "../report/result-json.ts";
import { fixtureResult } from "../report/result.fixture.ts";
import { createFakeMachine } from "../targets/fake-machine.fixture.ts";
import { runCli } from "./cli.ts";
import { recordStream } from "./text-stream.fixture.ts";

const root = mkdtempSync(join(tmpdir(), "plimsoll-compare-"));
afterAll(() => rmSync(root, { recursive: true }));

async function compare(...parameters: readonly string[]) {
  const stdout = recordStream();
  const stderr = recordStream();
  const never = () => Promise.reject(new Error("a comparison runs nothing"));
  const exitCode = await runCli(["compare", ...parameters], {
    clock: new FakeClock(),
    machine: createFakeMachine({}),
    stdout,
    stderr,
    signals: new EventEmitter(),
    exit: () => undefined,
    loadSimulate: never,
    loadSimulateVirtually: never,
  });
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

let folders = 0;

async function historyOf(asked: Omit<NightsAsked, "seed">): Promise<string> {
  folders += 1;
  const folder = join(root, String(folders));
  for (const entry of syntheticHistory({ seed: 1, ...asked })) await addToHistory(folder, entry);
  return folder;
}

describe("compare", () => {
  it("exits with 99 at a regression, and writes it whole for people and machines", async () => {
    const folder = await historyOf({ runs: 33, shift: { at: 30, by: 0.2 } });
    const output = join(root, "out");
    const { exitCode, stdout } = await compare("--history", folder, "--output", output);
    expect({ exitCode, stdout }).toMatchObject({ exitCode: 99 });
    expect(stdout).toMatch(/REGRESSION: pnl-commit p50 \(baseline\) .* since night-30/);
    expect(stdout).toContain("what changed: commit commit-29 → commit-30");
    expect(readdirSync(output).toSorted()).toEqual(["compare.json", "junit.xml", "summary.md"]);
    const json = JSON.parse(readFileSync(join(output, "compare.json"), "utf8")) as object;
    expect(json).toMatchObject({ format: "plimsoll-compare/1", verdict: "fail" });
    const printed = await compare("--history", folder, "--json");
    expect(JSON.parse(printed.stdout)).toEqual(json);
  });

  it("exits with 0 without one, and with 3 where there is too little", async () => {
    expect(await compare("--history", await historyOf({ runs: 30 }))).toMatchObject({
      exitCode: 0,
    });
    const { exitCode, stdout } = await compare("--history", await historyOf({ runs: 5 }));
    expect({ exitCode, stdout }).toMatchObject({ exitCode: 3 });
    expect(stdout).toContain("5 comparable runs, 8 more needed");
  });

  it("adds a run first, by its report's folder", async () => {
    const report = join(root, "report");
    mkdirSync(report);
    writeFileSync(join(report, "result.json"), renderResultJson(fixtureResult()));
    const folder = join(root, "added");
    const { stdout } = await compare("--history", folder, "--add", report, "--lane", "mine");
    expect(stdout).toContain("Lane mine: 1 comparable run, 12 more needed");
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it("prunes when it is told to", async () => {
    const folder = await historyOf({ runs: 25 });
    await compare("--history", folder, "--keep", "20");
    expect(readdirSync(folder)).toHaveLength(20);
  });

  it.each([
    [["--history", join(root, "nowhere")], /^E_HISTORY: --history: ".*nowhere" holds no run\./],
    [["--add", root], /^E_HISTORY: ".*result\.json" cannot be read/],
    [["--least", "2"], /^E_BAD_OPTIONS: --least: "2" is not accepted\. Accepted: the least change/],
    [
      ["--across", "moon"],
      /^E_BAD_OPTIONS: --across: "moon" is not accepted\. Accepted: .*machine/,
    ],
    [["--window", "x"], /^E_BAD_OPTIONS: --window: "x"/],
    [["--least", "0.1", "--least", "0.2"], /^E_REPEATED_OPTION: --least/],
    [["--metrik", "p99"], /^E_UNKNOWN_OPTION: --metrik: no such option\. Did you mean --metric\?/],
  ])("%j is refused", async (parameters, text) => {
    const { exitCode, stderr } = await compare(...parameters);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringMatching(text) });
  });
});
