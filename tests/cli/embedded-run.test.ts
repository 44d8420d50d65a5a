import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { resultSchema, type Result } from "../../src/sim/report/result.ts";

/**
 * The command line as a process on a machine with neither Java nor an emulator: the run takes the
 * embedded engine behind the gateway, a process of its own. Whatever ends the run ends that too.
 */
const MAIN = fileURLToPath(new URL("../../src/sim/main.ts", import.meta.url));
const TSX = import.meta.resolve("tsx");
const RUN = ["--users", "40", "--scenario", "high-volatility", "--duration", "5s", "--reports"];

const folder = mkdtempSync(join(tmpdir(), "plimsoll-embedded-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Run {
  readonly child: ChildProcess;
  readonly reports: string;
  /** Resolves once the text has been printed. */
  printed(text: string): Promise<void>;
  /** Exit code, and all that was printed on both streams. */
  readonly ended: Promise<{ readonly exitCode: number | null; readonly output: string }>;
}

let runs = 0;

function start(...more: readonly string[]): Run {
  runs += 1;
  const reports = join(folder, String(runs));
  mkdirSync(reports);
  const { JAVA_HOME: _home, FIRESTORE_EMULATOR_HOST: _host, ...environment } = process.env;
  const child = spawn(process.execPath, ["--import", TSX, MAIN, ...RUN, reports, ...more], {
    // A PATH with Node.js alone, and a home without a Java of its own.
    env: { ...environment, PATH: dirname(process.execPath), HOME: folder },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const waiting: { readonly text: string; readonly done: () => void }[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      for (const { text, done } of waiting) if (output.includes(text)) done();
    });
  }
  return {
    child,
    reports,
    printed: (text) =>
      new Promise((resolve, reject) => {
        waiting.push({ text, done: resolve });
        child.once("close", () => reject(new Error(`ended before "${text}":\n${output}`)));
        if (output.includes(text)) resolve();
      }),
    ended: once(child, "close").then(([exitCode]) => ({
      exitCode: exitCode as number | null,
      output,
    })),
  };
}

function resultOf(reports: string): Result {
  const path = join(reports, "latest", "result.json");
  return resultSchema.parse(JSON.parse(readFileSync(path, "utf8")));
}

/** The gateways among the processes that a run has started; Linux tells of any process. */
function gatewaysOf({ child }: Run): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const parent = /\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, "utf8"))?.[1];
        const command = readFileSync(`/proc/${name}/cmdline`, "utf8");
        return Number(parent) === child.pid && command.includes("\0gateway\0");
      } catch {
        return false; // It has ended since.
      }
    })
    .map(Number);
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}

describe("a run without Java", () => {
  it("runs whole on the embedded engine, and says so", { timeout: 120_000 }, async () => {
    const { ended, reports } = start();
    const { exitCode, output } = await ended;
    // So small a run has too few samples for a pass, and no reason to fail.
    expect({ exitCode, output }).toMatchObject({ exitCode: 3 });
    expect(output).toContain("Target: embedded engine of Plimsoll, behind the gateway");
    expect(output).toContain("the official emulator cannot be started: no Java found");
    const result = resultOf(reports);
    expect(result.run.status).toBe("complete");
    expect(result.target).toMatchObject({ kind: "embedded", limits: "on", evaluatesRules: false });
    const failed = result.checks.filter(({ verdict }) => verdict === "fail");
    expect(failed.map(({ id, figure, detail }) => `${id}: ${figure}: ${detail}`)).toEqual([]);
    const bases = new Set(result.checks.map(({ basis }) => basis));
    expect(bases).toEqual(
      new Set([
        "measured on embedded engine, limits modelled (assumed)",
        "measured on embedded engine",
        "modelled, assumed",
      ]),
    );
    const witness = result.checks.find(({ id }) => id === "harness.witness");
    expect(witness).toMatchObject({ verdict: "pass" });
    expect(witness?.samples).toBeGreaterThan(5);
  });

  it("whose gateway is killed reports what there is, names it, and exits with 1", async () => {
    const run = start();
    await run.printed("high-volatility: ");
    const [gateway = 0] = gatewaysOf(run);
    expect(gateway).toBeGreaterThan(0);
    process.kill(gateway, "SIGKILL");
    const { exitCode, output } = await run.ended;
    expect(exitCode).toBe(1);
    expect(output).toMatch(
      /^E_TARGET_DIED: the embedded engine at 127\.0\.0\.1:\d+ ended by itself/m,
    );
    expect(resultOf(run.reports).run).toMatchObject({ status: "partial" });
  }, 60_000);

  it("that is interrupted leaves a partial report and no gateway", async () => {
    const run = start();
    await run.printed("high-volatility: ");
    const gateways = gatewaysOf(run);
    expect(gateways).toHaveLength(1);
    run.child.kill("SIGINT");
    const { exitCode } = await run.ended;
    expect(exitCode).toBe(3);
    expect(resultOf(run.reports).run.partialReason).toContain("Ctrl-C");
    expect(gateways.filter(isAlive)).toEqual([]);
  }, 60_000);

  it("that is killed outright leaves no gateway either", async () => {
    const run = start();
    await run.printed("high-volatility: ");
    const gateways = gatewaysOf(run);
    expect(gateways).toHaveLength(1);
    run.child.kill("SIGKILL");
    await run.ended;
    await expect.poll(() => gateways.filter(isAlive), { timeout: 10_000 }).toEqual([]);
  }, 60_000);

  it("shows what an index file that does not fit is wrong about, before it starts", async () => {
    const { ended } = start("--indexes", MAIN);
    const { exitCode, output } = await ended;
    expect(exitCode).toBe(2);
    expect(output).toMatch(/^E_INDEXES_OPTION: --indexes: .+main\.ts:\d+: /);
  });
});
