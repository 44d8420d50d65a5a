import { EventEmitter } from "node:events";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { FakeClock } from "../drivers/testing/fake-clock.ts";
import type { RunTrial } from "../headroom/measure-stage.ts";
import { hot, syntheticResult } from "../headroom/synthetic-result.fixture.ts";
import { createFakeMachine } from "../targets/fake-machine.fixture.ts";
import { runCli } from "./cli.ts";
import type { CliContext } from "./context.ts";
import { createHeadroomCommand } from "./headroom-command.ts";
import { recordStream } from "./text-stream.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "plimsoll-headroom-"));
afterAll(() => rmSync(folder, { recursive: true }));

function world(terminal: { readonly isTTY?: boolean } = {}) {
  const stdout = recordStream({ ...terminal, columns: 120, rows: 30 });
  const stderr = recordStream();
  const signals = new EventEmitter();
  const noRun = () => Promise.reject(new Error("headroom runs trials only"));
  const context: CliContext = {
    clock: new FakeClock(),
    machine: createFakeMachine({}),
    stdout,
    stderr,
    signals,
    exit: () => undefined,
    loadSimulate: noRun,
    loadSimulateVirtually: noRun,
  };
  return { context, stdout, stderr, signals };
}

/** The command with made-up trials. */
async function ask(
  words: readonly string[],
  runTrial: RunTrial,
  { context, stdout }: ReturnType<typeof world> = world(),
) {
  let closed = false;
  const { command, run } = createHeadroomCommand(context, async () => ({
    run: runTrial,
    close: async () => {
      closed = true;
    },
  }));
  let exitCode: number | undefined;
  command.exitOverride().action(async () => {
    exitCode = await run(command.opts());
  });
  await command.parseAsync(["--scenario", "active", ...words], { from: "user" });
  expect(closed).toBe(true);
  return { exitCode, stdout: stdout.text() };
}

/** Up to so many users pass; then the ramp binds. */
function takes(most: number): RunTrial {
  return async ({ options }) =>
    Number(options["users"]) <= most
      ? syntheticResult()
      : syntheticResult({
          failed: [{ id: "limits.hot-ranges", group: "limits" }],
          limits: {
            hottest: [hot("ramp-start", "collection users")],
            refusedAttempts: 9,
          },
        });
}

describe("headroom", () => {
  test("tells how much fits, what binds, what was tried, and writes it down", async () => {
    const output = join(folder, "found");
    const { exitCode, stdout } = await ask(["--output", output, "--curve"], takes(300));
    expect(exitCode).toBe(0);
    expect(stdout).toContain("As it is: 10 to 20,000 users, 5 seeds\n");
    expect(stdout).toMatch(/\n {2}seed 1: 29\d users meet every check, 30\d fail \(\d+ trials\)\n/);
    expect(stdout).toMatch(/active: 29\d users, ramp-start on collection users binds first\.\n/);
    expect(stdout).toContain("- warm-ranges: Warm collection users before the load comes");
    expect(stdout).toContain("Tried: it does not lift this: ");
    expect(readdirSync(output).toSorted()).toEqual([
      "curve.csv",
      "curve.svg",
      "headroom.json",
      "headroom.md",
    ]);
    const result = JSON.parse(readFileSync(join(output, "headroom.json"), "utf8")) as {
      readonly command: string;
      readonly status: string;
    };
    expect(result.status).toBe("complete");
    expect(result.command).toBe(
      "npm run sim -- headroom --scenario active --vary users --from 10 --to 20000 --precision 0.02 --seeds 5 --seed 1 --lifts 1 --limiter paced --limiter-config default --latency us-central1 --curve",
    );
    const again = result.command.split(" ").slice(5);
    const repeated = join(folder, "repeated");
    await ask([...again.slice(2), "--output", repeated], takes(300));
    for (const file of readdirSync(output)) {
      expect(readFileSync(join(repeated, file), "utf8")).toBe(
        readFileSync(join(output, file), "utf8"),
      );
    }
    const csv = readFileSync(join(output, "curve.csv"), "utf8").split("\n");
    expect(csv[0]).toMatch(/^users,seed,meets,p99_ms,/);
    expect(csv[1]).toMatch(/^7\d,1,true,\d+(\.\d)?,pnl-commit,0,120,0,0,/);
    const markdown = readFileSync(join(output, "headroom.md"), "utf8");
    expect(markdown).toContain("![p99 and refusals](curve.svg)");
    expect(markdown).toMatch(/\| 1 \| 10 \| yes \|/);
  });

  test("even the least fails: exit 99", async () => {
    const { exitCode, stdout } = await ask(["--output", join(folder, "none")], takes(1));
    expect(exitCode).toBe(99);
    expect(stdout).toContain("active: fewer than 10 users, ramp-start on collection users binds");
  });

  test("even the most passes: at least so many", async () => {
    const words = ["--output", join(folder, "all"), "--to", "40", "--seeds", "2"];
    const { exitCode, stdout } = await ask(words, takes(1000));
    expect(exitCode).toBe(0);
    expect(stdout).toContain("active: at least 40 users, nothing binds up to there.");
  });

  test("Ctrl-C ends it with the bounds known so far, and exit 3", async () => {
    const at = world();
    let trials = 0;
    const runTrial: RunTrial = (spec, signal) => {
      trials += 1;
      if (trials <= 4) return takes(1000)(spec, signal);
      return new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason as Error));
        at.signals.emit("SIGINT", "SIGINT");
      });
    };
    const output = join(folder, "cut");
    const { exitCode, stdout } = await ask(["--output", output], runTrial, at);
    expect(exitCode).toBe(3);
    expect(stdout).toContain("active: Ended early. Known so far: 80 users meet every check.");
    expect(at.signals.listenerCount("SIGINT")).toBe(0);
    const markdown = readFileSync(join(output, "headroom.md"), "utf8");
    expect(markdown).toContain("**Ended early:** interrupted by Ctrl-C.");
  });

  test("shows on a terminal what it is trying, and leaves nothing of it", async () => {
    const at = world({ isTTY: true });
    await ask(["--output", join(folder, "tty"), "--seeds", "1", "--lifts", "0"], takes(50), at);
    expect(at.stdout.text()).toContain("  10 tried; now none");
  });

  test("quietly, only the result", async () => {
    const words = ["--output", join(folder, "quiet"), "--seeds", "1", "--quiet"];
    const { stdout } = await ask(words, takes(50));
    expect(stdout).toMatch(/^active: /);
  });

  const limiter = join(folder, "limiter.json");
  writeFileSync(limiter, '{"batch_write_limit": 4000}');

  test.each([
    [["--limiter", "ramp"], "ramp", 500],
    [["--limiter", "aggressive"], "paced", 700],
    [["--limiter", limiter], "paced", 4000],
    [["--limiter", "adaptive", "--limiter-config", "conservative"], "adaptive", 300],
  ])("%j is a strategy, a preset or a file", async (words, strategy, batch) => {
    const seen = new Set<string>();
    const runTrial: RunTrial = (spec, signal) => {
      seen.add(`${String(spec.options["limiter"])} ${spec.limiterConfig?.batch_write_limit}`);
      return takes(20)(spec, signal);
    };
    await ask([...words, "--seeds", "1", "--lifts", "0", "--output", join(folder, "l")], runTrial);
    expect(seen).toContain(`${strategy} ${batch}`);
  });

  test.each([
    ["users", "active", { users: 10 }],
    ["tenants", "active", { users: 10, tenants: 4 }],
    ["trades", "active", { users: 1000 }],
    ["writes", "ops-counter", { users: 100 }],
  ] as const)("--vary %s changes just that", async (varied, scenario, people) => {
    const specs: Parameters<RunTrial>[0][] = [];
    const runTrial: RunTrial = async (spec) => {
      specs.push(spec);
      return syntheticResult();
    };
    const { context } = world();
    const { command, run } = createHeadroomCommand(context, async () => ({
      run: runTrial,
      close: async () => undefined,
    }));
    command.exitOverride().action(async () => void (await run(command.opts())));
    const words = ["--scenario", scenario, "--vary", varied, "--seeds", "1", "--to", "16"];
    await command.parseAsync([...words, "--output", join(folder, "v")], { from: "user" });
    expect(specs[0]?.options).toMatchObject(people);
    const [first, last] = [specs[0]?.scenarios?.[0], specs.at(-1)?.scenarios?.[0]];
    expect(last?.pulse?.openTradesPerUser).toBe(
      varied === "trades" ? 16 : first?.pulse?.openTradesPerUser,
    );
    expect(last?.directWrites?.writesPerSecond).toBe(varied === "writes" ? 16 : undefined);
    expect(specs.at(-1)?.options["users"]).toBe(
      { users: 16, tenants: 40, trades: 1000, writes: 100 }[varied],
    );
  });
});

const BAD: readonly (readonly [words: readonly string[], says: string])[] = [
  [[], "E_BAD_OPTIONS: --scenario: is missing. Accepted: the name of a scenario"],
  [["--scenario", "actve"], "E_UNKNOWN_SCENARIO: "],
  [
    ["--scenario", "active", "--vary", "user"],
    '--vary: "user" is not accepted (did you mean "users"?)',
  ],
  [
    ["--scenario", "ops-counter", "--vary", "users"],
    '--vary: "users" changes nothing in ops-counter, which has not a pulse or clients. Accepted for it: writes.',
  ],
  [
    ["--scenario", "active", "--users", "5"],
    "--users: users are what varies. Accepted: --from and --to.",
  ],
  [["--scenario", "active", "--from", "0"], "--from: "],
  [["--scenario", "active", "--from", "50", "--to", "20"], "--from: 50 is more than --to, 20."],
  [
    ["--scenario", "active", "--to", "200000"],
    "--to: 200000 is out of range. Accepted: 1 to 100000 users.",
  ],
  [
    ["--scenario", "active", "--seeds", "two"],
    '--seeds: "two" is not accepted. Accepted: 1 to 50.',
  ],
  [["--scenario", "active", "--precision", "2"], '--precision: "2" is not accepted.'],
  [
    ["--scenario", "active", "--limiter", "pacd"],
    '--limiter: "pacd" is not accepted (did you mean "paced"?)',
  ],
  [
    ["--scenario", "active", "--limiter", "aggressive", "--limiter-config", "default"],
    '--limiter: "aggressive" is no strategy, and --limiter-config gives settings, too.',
  ],
  [["--scenario", "active", "--duration", "1s"], '--duration: "1s" is too short'],
  [
    ["--scenario", "active", "--lift", "1"],
    "E_UNKNOWN_OPTION: --lift: no such option. Did you mean --lifts?",
  ],
];

test.each(BAD)("%j is refused, and nothing is run", async (words, says) => {
  const { context, stderr } = world();
  const exitCode = await runCli(["headroom", ...words], context);
  expect(stderr.text()).toContain(says);
  expect(exitCode).toBe(2);
});

test(
  "real trials come to the same bytes in one thread and in two",
  { timeout: 120_000 },
  async () => {
    const texts: string[] = [];
    for (const workers of ["1", "2"]) {
      const { context, stdout, stderr } = world();
      const output = join(folder, `workers-${workers}`);
      const words = ["--scenario", "ops-counter", "--duration", "15s", "--from", "4", "--to", "40"];
      const exitCode = await runCli(
        ["headroom", ...words, "--seeds", "2", "--curve", "--workers", workers, "--output", output],
        context,
      );
      expect(stderr.text()).toBe("");
      expect(exitCode).toBe(0);
      expect(stdout.text()).toContain(
        "document-writes on document direct_counters/batch_performance binds first; with that lifted (distributed-counter) at least 40 direct writes a second",
      );
      expect(existsSync(join(output, "curve.svg"))).toBe(true);
      texts.push(
        readdirSync(output)
          .map((file) => readFileSync(join(output, file), "utf8"))
          .join(),
      );
    }
    expect(texts[0]).toBe(texts[1]);
  },
);
