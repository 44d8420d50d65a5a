import { EventEmitter } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { FakeClock } from "../drivers/testing/fake-clock.ts";
import {
  createFakeMachine,
  JAVA_17,
  probeOf,
  versionAnswer,
} from "../targets/fake-machine.fixture.ts";
import type { FakeMachineOptions } from "../targets/fake-machine.fixture.ts";
import { runCli } from "./cli.ts";
import type { ExitCode } from "./exit-codes.ts";
import type { RunOptions } from "../config/run-options.ts";
import type { Simulate, SimulationRequest } from "./simulate.ts";
import { recordStream } from "./text-stream.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "plimsoll-cli-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const INSTALLED: FakeMachineOptions = {
  environment: { PLIMSOLL_EMULATOR_JAR: "/my.jar" },
  files: { "/my.jar": "" },
  commands: { "java -version": JAVA_17, [probeOf("/my.jar")]: versionAnswer("1.19.9") },
};

interface Outcome {
  readonly exitCode: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
  readonly requests: readonly SimulationRequest[];
  /** Options of the runs on a virtual clock. */
  readonly virtual: readonly RunOptions[];
  readonly exits: readonly ExitCode[];
}

async function sim(
  parameters: readonly string[],
  options: {
    readonly machine?: FakeMachineOptions;
    readonly simulate?: (signals: EventEmitter, clock: FakeClock) => Simulate;
  } = {},
): Promise<Outcome> {
  const requests: SimulationRequest[] = [];
  const virtual: RunOptions[] = [];
  const exits: ExitCode[] = [];
  const stdout = recordStream();
  const stderr = recordStream();
  const clock = new FakeClock();
  const signals = new EventEmitter();
  const simulate = options.simulate?.(signals, clock) ?? (async () => ({ exitCode: 0 as const }));
  const exitCode = await runCli(parameters, {
    clock,
    machine: createFakeMachine(options.machine ?? INSTALLED),
    stdout,
    stderr,
    signals,
    exit: (code) => void exits.push(code),
    loadSimulate: async () => (request) => {
      requests.push(request);
      return simulate(request);
    },
    loadSimulateVirtually: async () => async (request) => {
      virtual.push(request.options);
      return { exitCode: 0 };
    },
  });
  expect(signals.eventNames()).toEqual([]);
  return { exitCode, stdout: stdout.text(), stderr: stderr.text(), requests, virtual, exits };
}

const USERS = "Accepted: a whole number from 1 to 10000000.";

/** Each is refused before anything is started, with one message that names what, got and accepted. */
const BAD_USAGE: readonly { readonly given: readonly string[]; readonly says: string }[] = [
  { given: ["--users", "0"], says: `E_BAD_OPTIONS: --users: 0 is too small. ${USERS}` },
  { given: ["--users", "-5"], says: `E_BAD_OPTIONS: --users: -5 is too small. ${USERS}` },
  { given: ["--users", "abc"], says: `E_BAD_OPTIONS: --users: "abc" is not accepted. ${USERS}` },
  { given: ["--users", "1e3"], says: `E_BAD_OPTIONS: --users: "1e3" is not accepted. ${USERS}` },
  { given: ["--users", "0x10"], says: `E_BAD_OPTIONS: --users: "0x10" is not accepted. ${USERS}` },
  { given: ["--users", " 5"], says: `E_BAD_OPTIONS: --users: " 5" is not accepted. ${USERS}` },
  { given: ["--users", ""], says: `E_BAD_OPTIONS: --users: "" is empty. ${USERS}` },
  { given: ["--users="], says: `E_BAD_OPTIONS: --users: "" is empty. ${USERS}` },
  { given: ["--users", "1.5"], says: `E_BAD_OPTIONS: --users: 1.5 is not accepted. ${USERS}` },
  {
    given: ["--users", "1000000000"],
    says: `E_BAD_OPTIONS: --users: 1000000000 is too large. ${USERS}`,
  },
  {
    given: ["--users"],
    says: `E_MISSING_VALUE: --users: a value is missing, got nothing. ${USERS}`,
  },
  {
    given: ["--users", "--quiet"],
    says: `E_MISSING_VALUE: --users: a value is missing, got the option --quiet. ${USERS}`,
  },
  {
    given: ["--users", "5", "--users", "6"],
    says: 'E_REPEATED_OPTION: --users: given twice, as "5" and "6". Accepted: one value.',
  },
  {
    given: ["--limiter", "nope"],
    says:
      'E_BAD_OPTIONS: --limiter: "nope" is not accepted. ' +
      "Accepted: literal, literal-user, paced, ramp, adaptive.",
  },
  {
    given: ["--limitr", "paced"],
    says: "E_UNKNOWN_OPTION: --limitr: no such option. Did you mean --limiter? Accepted: --users, ",
  },
  { given: ["--limitr=paced"], says: "E_UNKNOWN_OPTION: --limitr: no such option." },
  { given: ["-u", "5"], says: "E_UNKNOWN_OPTION: -u: no such option." },
  {
    given: ["doctr"],
    says:
      'E_UNKNOWN_COMMAND: "doctr": no such command. Did you mean doctor? ' +
      "Accepted: run, doctor, gateway, rehearsal, clean, scenarios, audit, monitor, replay, shrink, headroom, tune, calibrate, compare, nightly, k6, before any option.",
  },
  {
    given: ["--users", "5", "doctor"],
    says: 'E_UNKNOWN_COMMAND: "doctor": no such command. Accepted',
  },
  { given: ["scenarios", "baseline"], says: 'E_UNKNOWN_COMMAND: "baseline": no such command.' },
  {
    given: ["doctor", "--users", "5"],
    says: "E_UNKNOWN_OPTION: --users: no such option. Accepted: --calibration, --help.",
  },
  {
    given: ["--scenario", "nope"],
    says: 'E_UNKNOWN_SCENARIO: --scenario: got "nope", expected one of active, baseline, ',
  },
  {
    given: ["--scenario", "baseline", "--scenario", "nope"],
    says: 'E_UNKNOWN_SCENARIO: --scenario: got "nope"',
  },
  {
    given: ["--scenario", ""],
    says: 'E_BAD_OPTIONS: --scenario: [""] is empty. Accepted: the name of a scenario, or a file of the same form that ends in .json.',
  },
  {
    given: ["--duration", "1s"],
    says: 'E_BAD_OPTIONS: --duration: "1s" is too short. Accepted: 5s to 24h',
  },
  {
    given: ["--driver", "k6", "--clock", "virtual"],
    says: 'E_BAD_OPTIONS: --driver: "k6" lives in real time: with --clock virtual the Node driver is the only one. Accepted: node, k6.',
  },
  {
    given: ["--target", "staging"],
    says: "E_STAGING_REFUSED: --target staging needs --project",
  },
  {
    given: ["--target", "staging", "--project", "my-staging"],
    says: "E_STAGING_REFUSED: --project my-staging: is not among stagingProjects of the config file (there are none)",
  },
  {
    given: ["--target", "staging", "--project", "my-prod-eu"],
    says: "E_STAGING_REFUSED: --project my-prod-eu: its name says that it is production",
  },
  {
    given: ["--project", "my-staging"],
    says: 'E_BAD_OPTIONS: --project: "my-staging" is for --target staging: no other target has one.',
  },
  {
    given: ["--target", "staging", "--i-know-this-is-production"],
    says: "E_UNKNOWN_OPTION",
  },
  {
    given: ["--target", "embeded"],
    says: 'E_BAD_OPTIONS: --target: "embeded" is not accepted (did you mean "embedded"?). Accepted: auto, emulator, embedded, staging.',
  },
  {
    given: ["--limits", "offf"],
    says: 'E_BAD_OPTIONS: --limits: "offf" is not accepted (did you mean "off"?). Accepted: on, observe, off.',
  },
  {
    given: ["--latency", "europe"],
    says: 'E_BAD_OPTIONS: --latency: "europe" is not accepted. Accepted: off, us-central1, nam5.',
  },
  {
    given: ["--limits", "off", "--latency", "nam5"],
    says: `E_BAD_OPTIONS: --latency: "nam5" is the gateway's to add, which --limits off leaves out. Accepted: off, us-central1, nam5.`,
  },
  {
    given: ["--indexes", `${folder}/no-indexes.json`],
    says: `E_INDEXES_OPTION: --indexes: "${folder}/no-indexes.json" cannot be read: ENOENT`,
  },
  {
    given: ["--indexes", file("broken-indexes.json", "{")],
    says: `E_INDEXES_OPTION: --indexes: ${folder}/broken-indexes.json:1: `,
  },
  {
    given: ["--indexes", file("odd.json", '{\n "indexes": 5}')],
    says: `E_INDEXES_OPTION: --indexes: ${folder}/odd.json:2: `,
  },
  {
    given: ["--scenario", "group-index", "--scenario", "baseline"],
    says: "E_INDEXES_OPTION: --indexes: the scenarios want different ones (group-index: created-at-group.json, baseline: the service's own). Accepted: ",
  },
  {
    given: ["--limiter-config", "agressive"],
    says: 'E_LIMITER_CONFIG: --limiter-config: "agressive" is no preset and no file that can be read (did you mean "aggressive"?).',
  },
  {
    given: ["--limiter-config", file("cooldown.json", '{"batch_cooldown_sec": -1}')],
    says: `E_LIMITER_CONFIG: --limiter-config: ${folder}/cooldown.json: batch_cooldown_sec: -1 `,
  },
  {
    given: ["--limiter-config", file("broken.json", "{")],
    says: `E_LIMITER_CONFIG: --limiter-config: ${folder}/broken.json: is not JSON: `,
  },
  {
    given: ["--market", `${folder}/no.csv`],
    says: `E_MARKET_FILE: --market: "${folder}/no.csv" cannot be read: ENOENT`,
  },
  {
    given: ["--market", file("bad.csv", "time,price\n")],
    says: `E_MARKET_FILE: --market: ${folder}/bad.csv:1: got the header "time,price", expected "second,updates,last_price"`,
  },
  {
    given: ["--reports", join(file("plain-file", ""), "reports")],
    says: `E_REPORTS_FOLDER: --reports: "${folder}/plain-file/reports": ${folder}/plain-file is no folder.`,
  },
  {
    given: ["--config", `${folder}/no.json`],
    says: `E_CONFIG_FILE: --config: "${folder}/no.json": no such file.`,
  },
  {
    given: ["--config", folder],
    says: `E_CONFIG_FILE: --config: "${folder}": cannot be read: EISDIR`,
  },
  {
    given: ["--config", file("not.json", "users: 5")],
    says: `E_CONFIG_FILE: --config: "${folder}/not.json": is not JSON: `,
  },
  {
    given: ["--config", file("list.json", "[]")],
    says: `E_CONFIG_FILE: --config: "${folder}/list.json": holds no JSON object.`,
  },
  {
    given: ["--config", file("bad-value.json", '{"users": 0}')],
    says: `E_CONFIG_FILE: ${folder}/bad-value.json: users: 0 is too small. ${USERS}`,
  },
  {
    given: ["--config", file("bad-key.json", '{"user": 5}')],
    says: `E_CONFIG_FILE: ${folder}/bad-key.json: user: no such option. Did you mean "users"? Accepted: users, `,
  },
];

describe("bad usage", () => {
  it.each(BAD_USAGE)("$given", async ({ given, says }) => {
    const { exitCode, stdout, stderr, requests } = await sim(given);
    expect(stderr.slice(0, says.length)).toBe(says);
    expect(stderr.match(/^E_/gm)).toHaveLength(1);
    expect(stderr).toMatch(/\nHint: .+\n$/);
    expect({ exitCode, stdout, requests }).toEqual({ exitCode: 2, stdout: "", requests: [] });
  });

  it("the emulator asked for on a machine without Java", async () => {
    const { exitCode, stderr, requests } = await sim(["--target", "emulator"], { machine: {} });
    expect(stderr).toContain(
      "E_NO_JAVA: no Java found; looked in JAVA_HOME (not set), PATH\nHint: ",
    );
    expect({ exitCode, requests }).toEqual({ exitCode: 2, requests: [] });
  });
});

describe("run", () => {
  it("is the default command, and runs the benchmark plan with the defaults", async () => {
    for (const parameters of [[], ["run"]]) {
      const { exitCode, requests, stderr } = await sim(parameters);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
      expect(requests).toHaveLength(1);
      expect(requests[0]).toMatchObject({
        options: { users: 1_000, tenants: 400, seed: 1, limiter: "paced", target: "auto" },
        limiterConfig: { batch_write_limit: 500, doc_write_limit: 50, batch_cooldown_sec: 5 },
        marketRows: null,
      });
      // The document's three throughput rows are in it, whatever else is.
      const names = requests[0]?.scenarios.map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(["baseline", "active", "high-volatility"]));
    }
  });

  it("hands over what the options name, read and checked", async () => {
    const market = file("market.csv", "second,updates,last_price\n0,5,100\n1,2,101.5\n");
    const limiter = file("limiter.json", '{"batch_write_limit": 250}');
    const given = ["--scenario", "baseline", "--scenario=active", "--market", market];
    const { requests } = await sim([...given, "--limiter-config", limiter, "--duration", "2m"]);
    const [request] = requests;
    expect(request?.scenarios.map(({ name }) => name)).toEqual(["baseline", "active"]);
    expect(request?.limiterConfig).toMatchObject({ batch_write_limit: 250, doc_write_limit: 50 });
    expect(request?.marketRows).toHaveLength(2);
    expect(request?.options.durationMs).toBe(120_000);
  });

  it("takes options from a file, and the command line's before them", async () => {
    const config = file("config.json", '{"users": 50, "seed": 7, "limiterConfig": "conservative"}');
    const { requests } = await sim(["--config", config, "--seed", "8"]);
    expect(requests[0]).toMatchObject({
      options: { users: 50, seed: 8 },
      limiterConfig: { batch_write_limit: 300 },
    });
  });

  it("runs on a virtual clock, with latencies and without looking for a target", async () => {
    const { exitCode, requests, virtual } = await sim(["--clock", "virtual"], { machine: {} });
    expect([exitCode, requests.length, virtual.length]).toEqual([0, 0, 1]);
    expect(virtual[0]).toMatchObject({ clock: "virtual", limits: "on", latency: "us-central1" });
    const unlimited = await sim(["--clock", "virtual", "--limits", "off"]);
    expect(unlimited.virtual[0]).toMatchObject({ limits: "off", latency: "off" });
  });

  it("runs without Java, on the embedded engine", async () => {
    const { exitCode, requests } = await sim([], { machine: {} });
    expect(exitCode).toBe(0);
    expect(requests[0]?.options).toMatchObject({ target: "auto", limits: "on", latency: "off" });
  });

  // Modes say nothing here, for root least of all; and Node's recursive mkdir never returns from it.
  it.runIf(process.platform === "linux")(
    "a file system that takes no files is found out",
    async () => {
      const { exitCode, stderr } = await sim(["--reports", "/proc/x"]);
      expect(exitCode).toBe(2);
      expect(stderr).toContain(
        'E_REPORTS_FOLDER: --reports: "/proc/x": /proc cannot be written: ENOENT',
      );
    },
  );

  it("makes no folder and opens no target by itself", async () => {
    const reports = join(folder, "new", "reports");
    const { exitCode } = await sim(["--reports", reports]);
    expect(exitCode).toBe(0);
    expect(existsSync(join(folder, "new"))).toBe(false);
  });

  it.each([0, 1, 3, 99] as const)("ends with the run's exit code %i", async (code) => {
    const { exitCode } = await sim([], { simulate: () => async () => ({ exitCode: code }) });
    expect(exitCode).toBe(code);
  });

  it("tells a fault of its own from the operator's", async () => {
    const simulate = () => () => Promise.reject(new Error("broken"));
    const { exitCode, stderr } = await sim([], { simulate });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("Internal error, a fault of Plimsoll itself: Error: broken");
  });

  it("lets the run end in order at the first Ctrl-C, and exits at the second", async () => {
    const { exitCode, stdout, exits } = await sim([], {
      simulate: (signals, clock) => async (request) => {
        signals.emit("SIGINT", "SIGINT");
        expect(request.signal.aborted).toBe(true);
        clock.stall(2_000);
        signals.emit("SIGINT", "SIGINT");
        return { exitCode: 3 };
      },
    });
    expect(stdout).toContain("Press Ctrl-C again to exit now.");
    expect({ exitCode, exits }).toEqual({ exitCode: 3, exits: [130] });
  });
});

describe("help", () => {
  it("shows every option with units and defaults, commands, examples and exit codes", async () => {
    const { exitCode, stdout, stderr } = await sim(["--help"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toContain("Usage: npm run sim -- [run] [options]");
    expect(stdout).toContain("--users <count>");
    expect(stdout).toMatch(/a whole number from 1 to 10000000; default:\s+1000/);
    for (const title of [
      "Load:",
      "Limiter:",
      "Target:",
      "Output:",
      "Commands",
      "Examples:",
      "Exit codes:",
    ]) {
      expect(stdout).toContain(`\n${title}`);
    }
    expect(stdout).toMatch(/^ {2}doctor {5}show what was found/m);
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it.each([["run"], ["doctor"], ["scenarios"]])("explains %s", async (command) => {
    const { exitCode, stdout } = await sim([command, "--help"]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(command === "run" ? "[run] [options]" : `npm run sim -- ${command} `);
  });

  it("shows the version", async () => {
    const { exitCode, stdout } = await sim(["--version"]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("scenarios", () => {
  it("lists each with the writes it offers", async () => {
    const { exitCode, stdout } = await sim(["scenarios"]);
    expect(exitCode).toBe(0);
    // The document's three throughput rows at 1,000 users.
    expect(stdout).toMatch(/^baseline +\S+ +16\.7 +section 6/m);
    expect(stdout).toMatch(/^active +\S+ +83\.3 +section 6/m);
    expect(stdout).toMatch(/^high-volatility +\S+ +333\.3 +section 6/m);
  });

  it("scales with --users", async () => {
    const { stdout } = await sim(["scenarios", "--users", "10000"]);
    expect(stdout).toMatch(/^baseline +\S+ +166\.7 /m);
    expect(stdout).toContain("with 10000 users");
  });
});

describe("k6", () => {
  it("shows its commands by itself and with --help", async () => {
    for (const given of [["k6"], ["k6", "--help"]]) {
      const { exitCode, stdout } = await sim(given);
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/^ {2}install .*build k6 with Go/m);
    }
  });

  it.each(["install", "prepare", "export", "collect"])("explains %s", async (name) => {
    const { exitCode, stdout } = await sim(["k6", name, "--help"]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`k6 ${name} [options]`);
    expect(stdout).toContain("Exit codes:");
  });

  it("export needs a k6, and says how to get one", async () => {
    const given = ["--workload", "load", "--run", "a", "--collector", "http://c:7654/counts"];
    const { exitCode, stderr } = await sim(["k6", "export", ...given]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^E_NO_K6: no k6 found; looked in [\s\S]*brew install k6/);
  });

  it.each([
    [["k6", "instal"], 'E_UNKNOWN_COMMAND: "instal": no such command. Did you mean install?'],
    [["k6", "install", "--forse"], "E_UNKNOWN_OPTION: --forse: no such option."],
    [["k6", "prepare", "--users", "many"], 'E_BAD_OPTIONS: --users: "many" is not accepted.'],
    [["k6", "prepare", "--seed", "1", "--seed", "2"], "E_REPEATED_OPTION: --seed: given twice"],
    [["k6", "prepare", "--user", "5"], "E_UNKNOWN_OPTION: --user: no such option. Did you mean"],
    [["k6", "prepare", "--users"], "E_MISSING_VALUE: --users: a value is missing"],
    [["k6", "export", "--run", "a"], "E_BAD_OPTIONS: --workload: is missing."],
    [["k6", "collect", "--run", "a"], "E_BAD_OPTIONS: --measured-on: is missing."],
  ])("%j is bad usage", async (given, says) => {
    const { exitCode, stderr } = await sim(given);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(says);
  });

  it("install says that there is no Go", async () => {
    const { exitCode, stderr } = await sim(["k6", "install"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("E_K6_BUILD: k6 install: no Go found on the PATH");
  });
});

describe("doctor", () => {
  it("shows what was found and which target a run would take", async () => {
    const { exitCode, stdout } = await sim(["doctor"]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Java +found +17\.0\.15 \(java\)$/m);
    expect(stdout).toMatch(/^Emulator jar +found +1\.19\.9, PLIMSOLL_EMULATOR_JAR \(\/my\.jar\)$/m);
    expect(stdout).toMatch(/^Memory +found +8\.0 GiB free/m);
    expect(stdout).toContain(
      "--target auto takes the official emulator 1.19.9, started for the run, behind the gateway",
    );
    expect(stdout).toMatch(/A run is possible: npm run sim\n$/);
  });

  it.each([
    {
      lack: "no Java",
      machine: {},
      says: /^Java +missing +looked in JAVA_HOME \(not set\), PATH\n {2}to get it: Install/m,
    },
    {
      lack: "an old Java",
      machine: { commands: { "java -version": { exitCode: 0, output: 'version "1.8.0_1"' } } },
      says: /^Java +too old +1\.8\.0_1 \(java\), needed: 11\n {2}to get it: Install/m,
    },
    {
      lack: "no jar",
      machine: { commands: { "java -version": JAVA_17 } },
      says: /^Emulator jar +missing +looked in .*\n {2}to get it: Run `gcloud components install/m,
    },
  ])("with $lack says how to get it, and that a run is possible without", async (row) => {
    const { exitCode, stdout } = await sim(["doctor"], { machine: row.machine });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(row.says);
    expect(stdout).toMatch(/^Embedded engine +found +always there/m);
    expect(stdout).toContain(
      "--target auto takes the embedded engine (security rules are not evaluated there), because: ",
    );
    expect(stdout).toMatch(/A run is possible: npm run sim\n$/);
  });

  it.each([
    {
      lack: "an old Node.js",
      machine: { ...INSTALLED, nodeVersion: "20.20.2" },
      says: /^Node\.js +too old +20\.20\.2, needed: 22\.18\.0\n {2}to get it: start with/m,
    },
    {
      lack: "another machine in FIRESTORE_EMULATOR_HOST",
      machine: { environment: { FIRESTORE_EMULATOR_HOST: "10.0.0.7:8080" } },
      says: /^Running emulator +missing +.*is not this machine/m,
    },
  ])("with $lack says how to get it, and exits with 2", async ({ machine, says }) => {
    const { exitCode, stdout } = await sim(["doctor"], { machine });
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(says);
    expect(stdout).toMatch(/A run is not possible yet\.\n$/);
  });
});
