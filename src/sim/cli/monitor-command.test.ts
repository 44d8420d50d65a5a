import { EventEmitter } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, describe, expect, it, vi } from "vitest";
import type { Clock } from "../../std/clock.ts";
import { createRealClock } from "../clock/real-clock.ts";
import { FakeClock } from "../drivers/testing/fake-clock.ts";
import type { CountedOperations } from "../measure/counted-operations.ts";
import { PROJECT, rehearse, type Rehearsed } from "../posing/rehearsal.fixture.ts";
import { renderResultJson } from "../report/result-json.ts";
import { fixtureResult } from "../report/result.fixture.ts";
import { createRealMachine } from "../targets/real-machine.ts";
import { runCli } from "./cli.ts";
import { recordStream } from "./text-stream.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "plimsoll-monitor-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function monitor(
  parameters: readonly string[],
  clock: Clock = createRealClock(),
  signals = new EventEmitter(),
) {
  const stdout = recordStream();
  const stderr = recordStream();
  const exitCode = await runCli(["monitor", ...parameters], {
    clock,
    machine: createRealMachine(),
    stdout,
    stderr,
    signals,
    exit: () => undefined,
    loadSimulate: () => Promise.reject(new Error("nothing is run")),
    loadSimulateVirtually: () => Promise.reject(new Error("nothing is run")),
  });
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

/** A project in which three documents were written, two read and one deleted. */
async function worked(): Promise<Rehearsed & { readonly own: readonly string[] }> {
  const world = await rehearse({ sampleSeconds: "0.2", ingestSeconds: "0.2" });
  const { firestore, rehearsal } = world;
  const batch = firestore.batch();
  for (const id of ["one", "two", "three"]) batch.create(firestore.doc(`tenants/${id}`), {});
  await batch.commit();
  await firestore.doc("tenants/one").get();
  await firestore.doc("tenants/two").get();
  await firestore.doc("tenants/three").delete();
  const own = ["--project", PROJECT, "--project-file", rehearsal.files.projectFile];
  return { ...world, own };
}

/** A report's folder of a run that counted so much in the seconds around now. */
function savedRun(counts: Partial<Record<"reads" | "writes" | "deletes", number>>): string {
  const path = mkdtempSync(join(folder, "run-"));
  const at = Math.floor(createRealClock().wallMs() / 1000) - 2;
  const range = (count = 0): [number, number] => [count, count];
  const counted: CountedOperations = {
    stretchMs: 1000,
    stretches: [at, at + 2].map((second) => ({
      at: second,
      reads: range(second === at ? counts.reads : 0),
      writes: range(second === at ? counts.writes : 0),
      deletes: range(second === at ? counts.deletes : 0),
      refused: range(),
    })),
  };
  writeFileSync(join(path, "result.json"), renderResultJson(fixtureResult({ counted })));
  return path;
}

describe("monitor", () => {
  it("shows documents, requests and latencies of a project", async () => {
    const { own } = await worked();
    const { exitCode, stdout, stderr } = await monitor([...own, "--wait", "--since", "1m"]);
    expect(stderr).not.toContain("E_");
    expect(stdout).toMatch(/^writes +3 +CREATE 3$/m);
    expect(stdout).toMatch(/^reads +2 +LOOKUP 2$/m);
    expect(stdout).toMatch(/^deletes +1/m);
    expect(stdout).toMatch(/^Commit +OK +2$/m);
    expect(stdout).toMatch(/^Commit +2 +.* ms/m);
    expect(exitCode).toBe(0);
  });

  it("gives the same as JSON and CSV", async () => {
    const { own } = await worked();
    const json = await monitor([...own, "--wait", "--format", "json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({
      verdict: "pass",
      evidence: { project: PROJECT, unreadable: null },
      missing: [],
    });
    const file = join(folder, "samples.csv");
    const csv = await monitor([...own, "--format", "csv", "--output", file]);
    expect(csv).toMatchObject({ exitCode: 0, stdout: `${file}\n` });
    const rows: readonly { readonly metric: string; readonly count: string }[] = parse(
      readFileSync(file, "utf8"),
      { columns: true },
    );
    const writes = rows.filter(({ metric }) => metric === "writes");
    expect(writes.reduce((sum, { count }) => sum + Number(count), 0)).toBe(3);
  });

  it("compares with what a run counted, and ends with its verdict", async () => {
    const { own } = await worked();
    const same = await monitor([...own, "--run", savedRun({ reads: 2, writes: 3, deletes: 1 })]);
    expect(same.stdout).toMatch(
      /PASS +Writes counted and writes monitored +3 counted, 3 monitored/,
    );
    expect(same.exitCode).toBe(0);
    const other = await monitor([...own, "--run", savedRun({ writes: 900 })]);
    expect(other.stdout).toMatch(/Beside .*: FAIL/);
    expect(other.stdout).toMatch(/FAIL +Writes .* 900 counted, 3 monitored/);
    expect(other.exitCode).toBe(99);
  });

  it("says that there is nothing, with exit code 3", async () => {
    const { rehearsal } = await rehearse();
    const { exitCode, stdout } = await monitor([
      "--project",
      PROJECT,
      "--project-file",
      rehearsal.files.projectFile,
    ]);
    expect(stdout).toContain("No points.");
    expect(exitCode).toBe(3);
  });

  it("says at once that there are no credentials", async () => {
    const { rehearsal } = await rehearse();
    vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", join(folder, "none.json"));
    const file = rehearsal.files.projectFile;
    const { exitCode, stderr } = await monitor(["--project", PROJECT, "--project-file", file]);
    expect(stderr).toMatch(/^E_NO_CREDENTIALS: .*none\.json/);
    expect(exitCode).toBe(2);
  });

  it("names the role that is missing", async () => {
    const { rehearsal } = await rehearse({ withoutRoles: "roles/monitoring.viewer" });
    const { exitCode, stderr } = await monitor([
      "--project",
      PROJECT,
      "--project-file",
      rehearsal.files.projectFile,
    ]);
    expect(stderr).toContain("E_STAGING_ROLE");
    expect(stderr).toContain("roles/monitoring.viewer");
    expect(exitCode).toBe(2);
  });

  it.each([
    [[], /--project: is missing/],
    [["--since", "soon"], /--since: "soon" is not accepted/],
    [["--since", "2026-11-26T09:30:00"], /with its zone/],
    [["--since", "2030-01-01T00:00:00Z"], /that is past/],
    [["--since", "10m", "--until", "20m"], /--since: is not before --until/],
    [["--since", "1100h"], /six weeks/],
    [["--format", "xml"], /--format: "xml"/],
    [["--until", "30"], /--until: "30"/],
  ])("refuses %j", async (parameters, text) => {
    const { exitCode, stderr } = await monitor(parameters);
    expect(stderr).toMatch(text);
    expect(exitCode).toBe(2);
  });

  it("refuses a run that it cannot compare with", async () => {
    const none = await monitor(["--project", PROJECT, "--run", join(folder, "none")]);
    expect(none.stderr).toMatch(/E_MONITOR_RUN.*cannot be read/);
    const local = mkdtempSync(join(folder, "run-"));
    writeFileSync(join(local, "result.json"), renderResultJson(fixtureResult()));
    const other = await monitor(["--project", PROJECT, "--run", local]);
    expect(other.stderr).toMatch(/E_MONITOR_RUN.*no count of its own traffic/);
    const early = await monitor([
      "--project",
      PROJECT,
      "--run",
      savedRun({ writes: 1 }),
      "--until",
      "2h",
    ]);
    expect(early.stderr).toMatch(/E_MONITOR_RUN.*nothing of .* lies in the time/);
  });

  it("ends in order when it is interrupted while it waits", async () => {
    const { own } = await worked();
    const signals = new EventEmitter();
    class Interrupting extends FakeClock {
      override wallMs(): number {
        return createRealClock().wallMs();
      }
      override sleep(_durationMs: number, signal?: AbortSignal): Promise<void> {
        signals.emit("SIGINT", "SIGINT");
        return Promise.reject(signal?.reason as Error);
      }
    }
    const { exitCode, stderr } = await monitor([...own, "--wait"], new Interrupting(), signals);
    expect(stderr).toContain("Stopping");
    expect(exitCode).toBe(3);
  });
});
