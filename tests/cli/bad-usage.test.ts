import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";

/**
 * The command line as a process, from a folder of its own: exit code, streams, and nothing left
 * behind. src/sim/cli/cli.test.ts has every case; here are those that issues 3 and 4 name.
 */
const MAIN = fileURLToPath(new URL("../../src/sim/main.ts", import.meta.url));
const TSX = import.meta.resolve("tsx");

const folder = mkdtempSync(join(tmpdir(), "plimsoll-bad-usage-"));
afterAll(() => rmSync(folder, { recursive: true }));

const bin = join(folder, "bin");
const work = join(folder, "work");
mkdirSync(bin);
mkdirSync(work);
const configFile = join(folder, "config.json");
writeFileSync(configFile, '{"users": "many"}');
// Found before any other Java: leaves a mark in the working folder when something starts it.
writeFileSync(join(bin, "java"), "#!/bin/sh\ntouch java-was-started\n", { mode: 0o755 });

interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function sim(...parameters: readonly string[]): Promise<Outcome> {
  const { JAVA_HOME: _home, FIRESTORE_EMULATOR_HOST: _host, ...environment } = process.env;
  const path = [bin, environment["PATH"]].join(delimiter);
  const child = spawn(process.execPath, ["--import", TSX, MAIN, ...parameters], {
    cwd: work,
    env: { ...environment, PATH: path },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "exit");
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [exitCode] = (await ended) as [number];
  return { exitCode, stdout, stderr };
}

const USERS = "Accepted: a whole number from 1 to 10000000.";

it.each([
  { given: ["--users", "0"], says: `--users: 0 is too small. ${USERS}` },
  { given: ["--users", "abc"], says: `--users: "abc" is not accepted. ${USERS}` },
  {
    given: ["--limiter", "nope"],
    says: '--limiter: "nope" is not accepted. Accepted: literal, literal-user, paced, ramp, adaptive.',
  },
  {
    given: ["--scenario", "nope"],
    says: '--scenario: got "nope", expected one of active, baseline',
  },
  {
    given: ["--limits", "maybe"],
    says: '--limits: "maybe" is not accepted. Accepted: on, observe, off.',
  },
  {
    given: ["--latency", "mars"],
    says: '--latency: "mars" is not accepted. Accepted: off, us-central1, nam5.',
  },
  {
    given: ["--target", "staging"],
    says: "--target staging needs --project",
  },
  {
    given: ["--indexes", "no-such.json"],
    says: '--indexes: "no-such.json" cannot be read: ENOENT',
  },
  { given: ["--limitr", "paced"], says: "--limitr: no such option. Did you mean --limiter?" },
  {
    given: ["--config", configFile],
    says: `${configFile}: users: "many" is not accepted. ${USERS}`,
  },
])("refuses $given with exit 2 and one message, and starts nothing", async ({ given, says }) => {
  const { exitCode, stdout, stderr } = await sim(...given);
  expect(stderr).toContain(says);
  expect(stderr.match(/^E_[A-Z_]+: /gm)).toHaveLength(1);
  expect(stderr.trim().split("\n")).toHaveLength(2);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(readdirSync(work)).toEqual([]);
});

it("asks for Java only once everything else is right", async () => {
  const { exitCode, stderr } = await sim("--users", "5", "--target", "emulator");
  expect({ exitCode, stderr: stderr.split(":")[0] }).toEqual({ exitCode: 2, stderr: "E_NO_JAVA" });
  expect(readdirSync(work)).toEqual(["java-was-started"]);
  rmSync(join(work, "java-was-started"));
});

it("prints help for people who ask for it: no colour, exit 0", async () => {
  const { exitCode, stdout, stderr } = await sim("--help");
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toContain("Exit codes:");
  expect(stdout).not.toContain("\u001b");
});
