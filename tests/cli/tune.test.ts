import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";

/** `tune` as a process: small searches, whole and cut short, and what their reports are good for. */
const MAIN = fileURLToPath(new URL("../../src/sim/main.ts", import.meta.url));
const TSX = import.meta.resolve("tsx");

const folder = mkdtempSync(join(tmpdir(), "plimsoll-tune-"));
afterAll(() => rmSync(folder, { recursive: true }));

const LOAD = ["--users", "40", "--scenario", "high-volatility", "--duration", "35s"];

interface Ended {
  readonly exitCode: number | null;
  readonly text: string;
}

async function sim(
  words: readonly string[],
  onText: (text: string, kill: () => void) => void = () => undefined,
): Promise<Ended> {
  const child = spawn(process.execPath, ["--import", TSX, MAIN, ...words], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      onText(text, () => child.kill("SIGINT"));
    });
  }
  const [exitCode] = (await once(child, "close")) as [number | null];
  return { exitCode, text };
}

function reportIn(output: string): { readonly path: string; readonly files: readonly string[] } {
  const [name = ""] = readdirSync(output);
  expect(readdirSync(output)).toEqual([name]);
  return { path: join(output, name), files: readdirSync(join(output, name)).sort() };
}

function outputOf(name: string): string {
  const output = join(folder, name);
  mkdirSync(output);
  return output;
}

const FILES = ["front.svg", "recommended.json", "report.html", "summary.md", "tune.json"];

it("finds the same on one core as on two, and its recommendation can be run", async () => {
  const search = ["tune", ...LOAD, "--budget", "16", "--seeds", "1", "--seed", "3"];
  const one = outputOf("one");
  const two = outputOf("two");
  const first = await sim([...search, "--workers", "1", "--output", one]);
  // Two dozen sign-ups are too few for their p99, so nothing can pass with every check decided.
  expect(first.exitCode, first.text).toBe(3);
  expect(first.text).toContain("Recommended, for --limiter paced:");
  const again = await sim([...search, "--workers", "2", "--output", two, "--quiet"]);
  expect(again.exitCode, again.text).toBe(3);
  expect(reportIn(one).files).toEqual(FILES);
  for (const file of FILES) {
    const text = readFileSync(join(reportIn(one).path, file), "utf8");
    expect(readFileSync(join(reportIn(two).path, file), "utf8")).toBe(text);
  }
  const report = JSON.parse(readFileSync(join(reportIn(one).path, "tune.json"), "utf8")) as {
    readonly status: string;
    readonly presets: readonly { readonly strategy: string; readonly standing: string }[];
  };
  expect(report.status).toBe("complete");
  const literal = report.presets.find(({ strategy }) => strategy === "literal");
  expect(literal?.standing).toContain("rejected: ");
  const recommended = join(reportIn(one).path, "recommended.json");
  const virtual = ["--clock", "virtual", "--seed", "3", "--quiet"];
  const run = await sim(
    [...LOAD, ...virtual, "--limiter-config", recommended].concat("--reports", outputOf("run")),
  );
  expect(run.exitCode, run.text).toBe(3);
  expect(run.text).toContain(" 0 failed");
}, 120_000);

it("ends at Ctrl-C with what is known, written whole", async () => {
  const output = outputOf("cut");
  let isKilled = false;
  const long = ["tune", "--users", "400", "--budget", "5000", "--output", output];
  const { exitCode, text } = await sim(long, (seen, kill) => {
    if (isKilled || !/ \d+ trials,/.test(seen)) return;
    isKilled = true;
    kill();
  });
  expect(exitCode, text).toBe(3);
  expect(text).toContain("The search ended early (interrupted by Ctrl-C).");
  const { path, files } = reportIn(output);
  expect(files).toContain("tune.json");
  expect(JSON.parse(readFileSync(join(path, "tune.json"), "utf8"))).toMatchObject({
    status: "partial",
    partialReason: "interrupted by Ctrl-C",
  });
}, 120_000);
