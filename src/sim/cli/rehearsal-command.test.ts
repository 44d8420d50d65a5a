import { EventEmitter } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createRealClock } from "../clock/real-clock.ts";
import { REHEARSAL_OPTION_SPECS, resolveRehearsalSettings } from "../posing/rehearsal-settings.ts";
import { createFakeMachine } from "../targets/fake-machine.fixture.ts";
import { runCli } from "./cli.ts";
import { recordStream } from "./text-stream.fixture.ts";

/** Starts the command and ends it by a signal as soon as it listens. */
async function rehearsal(parameters: readonly string[]) {
  const signals = new EventEmitter();
  const recorded = recordStream();
  const stderr = recordStream();
  const stdout = {
    ...recorded,
    write: (text: string) => {
      recorded.write(text);
      if (text.includes("Ctrl-C ends it")) signals.emit("SIGTERM", "SIGTERM");
    },
  };
  const exitCode = await runCli(["rehearsal", ...parameters], {
    clock: createRealClock(),
    machine: createFakeMachine({}),
    stdout,
    stderr,
    signals,
    exit: () => undefined,
    loadSimulate: () => Promise.reject(new Error("no run is asked for")),
    loadSimulateVirtually: () => Promise.reject(new Error("no run is asked for")),
  });
  return { exitCode, stdout: recorded.text(), stderr: stderr.text() };
}

const PROJECT = ["--project", "demo-rehearsal"];

describe("sim rehearsal", () => {
  it("opens a project, says how to use it, and ends with 0 on SIGTERM", async () => {
    const folder = await mkdtemp(join(tmpdir(), "plimsoll-rehearsal-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const given = [...PROJECT, "--backend", "embedded", "--folder", folder];
    const { exitCode, stdout, stderr } = await rehearsal([...given, "--without-roles", "browser"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/^Plimsoll rehearsal of demo-rehearsal listening on 127\.0\.0\.1:\d+ /);
    expect(stdout).toContain("security rules are NOT evaluated");
    expect(stdout).toContain("iam.gserviceaccount.com, without roles/browser");
    const file = /--project-file (\S+)/.exec(stdout)?.[1] ?? "";
    expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({ project: "demo-rehearsal" });
    const credentials = /GOOGLE_APPLICATION_CREDENTIALS=(\S+)/.exec(stdout)?.[1] ?? "";
    expect(JSON.parse(await readFile(credentials, "utf8"))).toMatchObject({
      type: "external_account",
    });
  });

  it.each([
    [[], "--project: must be given"],
    [["--project", "No"], '--project: "No" is not accepted'],
    [[...PROJECT, "--without-roles", "monitoring.viewr"], '--without-roles: "monitoring.viewr" is'],
    [[...PROJECT, "--labels", "Env"], '--labels: "Env" is not accepted'],
    [[...PROJECT, "--sample-seconds", "0"], '--sample-seconds: "0" is not accepted'],
    [[...PROJECT, "--host", "0.0.0.0"], "E_UNKNOWN_OPTION: --host"],
    [[...PROJECT, "--constants", "none.json"], "E_CONSTANTS_FILE"],
  ])("refuses %j", async (given, says) => {
    const { exitCode, stderr } = await rehearsal(given);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(says);
  });

  it("explains every option that there is", () => {
    const explained = REHEARSAL_OPTION_SPECS.map(({ key }) => key);
    const there = Object.keys(resolveRehearsalSettings({ project: "demo-rehearsal" }));
    expect(explained.toSorted()).toEqual(there.toSorted());
    for (const { key, flag } of REHEARSAL_OPTION_SPECS) {
      expect(flag).toBe(`--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
    }
  });
});
