import { EventEmitter } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { afterAll, describe, expect, it } from "vitest";
import { FakeClock } from "../drivers/testing/fake-clock.ts";
import { createFakeMachine } from "../targets/fake-machine.fixture.ts";
import { runCli } from "./cli.ts";
import { recordStream } from "./text-stream.fixture.ts";
import type { TextStream } from "./text-stream.ts";

const folder = mkdtempSync(join(tmpdir(), "plimsoll-audit-"));
afterAll(() => rmSync(folder, { recursive: true }));

const PRINTED = "tests/fixtures/document.indexes.json";

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function audit(parameters: readonly string[], stream: { readonly isTTY?: boolean } = {}) {
  const stdout = recordStream(stream);
  const { exitCode, stderr } = await auditTo(stdout, parameters);
  return { exitCode, stdout: stdout.text(), stderr };
}

async function auditTo(stdout: TextStream, parameters: readonly string[] = []) {
  const stderr = recordStream();
  const exitCode = await runCli(["audit", ...parameters], {
    clock: new FakeClock(),
    machine: createFakeMachine({}),
    stdout,
    stderr,
    signals: new EventEmitter(),
    exit: () => undefined,
    loadSimulate: () => Promise.reject(new Error("an audit runs nothing")),
    loadSimulateVirtually: () => Promise.reject(new Error("an audit runs nothing")),
  });
  return { exitCode, stderr: stderr.text() };
}

/** Standard output that takes its time, and then has taken what it was given or has failed. */
function pipe(outcome?: NodeJS.ErrnoException) {
  const taken: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      setImmediate(() => {
        if (outcome === undefined) taken.push(chunk.toString());
        done(outcome);
      });
    },
  });
  // As main.ts has it.
  stream.on("error", () => undefined);
  return { stream, taken };
}

describe("audit", () => {
  it("finds our own files clean at the default level", async () => {
    const { exitCode, stdout, stderr } = await audit([]);
    expect(stderr).toBe("");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("firestore.indexes.json and firestore.rules: 32 composite indexes");
    expect(stdout).toMatch(/\n0 errors, \d+ warnings?, \d+ for information\.\n$/);
  });

  it("fails what the document prints, for the exemption and the missing index", async () => {
    const { exitCode, stdout } = await audit(["--indexes", PRINTED]);
    expect(exitCode).toBe(99);
    expect(stdout).toContain(`error exemption-without-effect ${PRINTED}:31`);
    expect(stdout).toContain("needs shadowTradeHistory (side ASC, created_at DESC)");
  });

  it.each([
    [["--fail-on", "warning"], 99],
    [["--fail-on", "info"], 99],
    [["--fail-on", "error"], 0],
    [["--fail-on", "never", "--indexes", PRINTED], 0],
  ])("%j ends with %i", async (parameters, expected) => {
    expect((await audit(parameters)).exitCode).toBe(expected);
  });

  it("takes the file of queries for all there are", async () => {
    const queries = file(
      "queries.json",
      JSON.stringify([
        {
          name: "open",
          collection: "users/{uid}/shadowTradeHistory",
          where: [["status", "==", "OPEN"]],
          orderBy: ["created_at desc"],
        },
        {
          name: "mine",
          collection: "users/{uid}/shadowTradeHistory",
          where: [
            ["uid", "=="],
            ["side", "=="],
          ],
          orderBy: ["created_at desc"],
        },
        {
          name: "ledger",
          collection: "tenants/{t}/ledger_trades",
          where: [
            ["uid", "=="],
            ["strategy_id", "=="],
          ],
          orderBy: ["ts"],
        },
      ]),
    );
    const { exitCode, stdout } = await audit([
      "--indexes",
      PRINTED,
      "--queries",
      queries,
      "--format",
      "json",
    ]);
    const report = JSON.parse(stdout) as {
      readonly findings: readonly { readonly id: string; readonly severity: string }[];
      readonly inputs: { readonly queries: number };
    };
    expect(report.inputs.queries).toBe(3);
    expect(
      report.findings.filter(({ severity }) => severity === "error").map(({ id }) => id),
    ).toEqual(["exemption-without-effect"]);
    expect(exitCode).toBe(99);
  });

  it("judges somebody else's rules", async () => {
    const rules = file(
      "open.rules",
      "service cloud.firestore { match /databases/{d}/documents { match /{all=**} { allow read, write: if true; } } }",
    );
    const indexes = file("empty.json", "{}");
    const { exitCode, stdout } = await audit(["--indexes", indexes, "--rules", rules]);
    expect(exitCode).toBe(99);
    expect(stdout).toContain(`error rules-open ${rules}:1`);
    expect(stdout).toContain("no query of this project's service is about these collections");
  });

  it("writes a file, and one line on standard output", async () => {
    const output = join(folder, "audit.md");
    const { exitCode, stdout } = await audit(["--format", "md", "--output", output]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(new RegExp(`^${output}: 0 errors, .* for information\\.\n$`));
    expect(readFileSync(output, "utf8")).toMatch(/^# Audit\n/);
  });

  it("leaves the file that was there when it cannot write all of the new one", async () => {
    const output = file("old.md", "old");
    // What is written first, and cannot be.
    mkdirSync(`${output}.writing`);
    const { exitCode, stderr } = await audit(["--output", output]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^E_AUDIT_OUTPUT: /);
    expect(readFileSync(output, "utf8")).toBe("old");
  });

  it("writes through a link", async () => {
    const target = file("target.md", "old");
    const link = join(folder, "link.md");
    symlinkSync(target, link);
    await audit(["--output", link]);
    expect(readFileSync(target, "utf8")).toMatch(/^firestore\.indexes\.json/);
  });

  it("ends only when standard output has taken all of it", async () => {
    const { stream, taken } = pipe();
    expect((await auditTo(stream)).exitCode).toBe(0);
    expect(taken.join("")).toMatch(/for information\.\n$/);
  });

  it("fails when standard output is full, and not when its reader has gone away", async () => {
    const full = pipe(Object.assign(new Error("no space left on device"), { code: "ENOSPC" }));
    const { exitCode, stderr } = await auditTo(full.stream);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^E_AUDIT_OUTPUT: .*no space left on device/);
    const gone = pipe(Object.assign(new Error("broken pipe"), { code: "EPIPE" }));
    expect((await auditTo(gone.stream)).exitCode).toBe(0);
  });

  it("paints for a terminal only", async () => {
    expect((await audit([], { isTTY: true })).stdout).toContain("\u001B[");
    expect((await audit([])).stdout).not.toContain("\u001B[");
  });

  it("has help with examples", async () => {
    const { exitCode, stdout } = await audit(["--help"]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("--fail-on <severity>");
    expect(stdout).toContain("npm run sim -- audit --indexes FILE --rules FILE --queries FILE");
  });
});

describe("bad usage of audit", () => {
  const bad = file(
    "bad.json",
    '{\n  "indexes": [\n    { "collectionGroup": "c", "fields": [] }\n  ]\n}',
  );
  const rules = file("bad.rules", "service cloud.firestore {\n  oops\n}");

  it.each([
    [
      "an index file with a fault",
      ["--indexes", bad],
      `E_AUDIT_FILE: ${bad}:3: indexes[0].fields: `,
    ],
    ["rules with a fault", ["--rules", rules], `E_AUDIT_FILE: ${rules}:2: expected match`],
    ["queries that are none", ["--queries", PRINTED], `E_AUDIT_FILE: ${PRINTED}:1: the file: `],
    [
      "a file that is not there",
      ["--indexes", "no.json"],
      'E_AUDIT_FILE: --indexes: "no.json" cannot be read',
    ],
    ["a folder", ["--rules", "src"], 'E_AUDIT_FILE: --rules: "src" cannot be read'],
    [
      "an unknown format",
      ["--format", "xml"],
      'E_BAD_OPTIONS: --format: "xml" is not accepted. Accepted: text, json, md.',
    ],
    ["an unknown severity", ["--fail-on", "fatal"], "Accepted: error, warning, info, never."],
    ["an option twice", ["--format", "md", "--format", "json"], "E_REPEATED_OPTION: --format"],
    ["an option without its value", ["--indexes"], "E_MISSING_VALUE: --indexes"],
    ["an option of another command", ["--users", "5"], "E_UNKNOWN_OPTION: --users"],
    [
      "an output that cannot be",
      ["--output", join(folder, "no", "x.md")],
      "E_AUDIT_OUTPUT: --output",
    ],
  ])("%s is told and ends with 2", async (_, parameters, says) => {
    const { exitCode, stdout, stderr } = await audit(parameters);
    expect(stderr).toContain(says);
    expect(stderr).toContain("Hint: ");
    expect([exitCode, stdout]).toEqual([2, ""]);
  });

  it("leaves no half-made file", () => {
    expect(existsSync(join(folder, "no"))).toBe(false);
  });
});
