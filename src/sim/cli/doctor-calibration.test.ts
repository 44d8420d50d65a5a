import { EventEmitter } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { calibrationFile } from "../calibrate/calibration.fixture.ts";
import { createRealClock } from "../clock/real-clock.ts";
import { renderHeadroomText } from "../headroom/render-headroom.ts";
import { modelInWords } from "../report/model-words.ts";
import { loadCalibration } from "../calibrate/load-calibration.ts";
import { createFakeMachine } from "../targets/fake-machine.fixture.ts";
import { runCli } from "./cli.ts";
import { recordStream } from "./text-stream.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "plimsoll-doctor-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, "calibration.json");
writeFileSync(file, JSON.stringify(calibrationFile({ lackOfFit: ["it is another"] })));

async function doctor(...parameters: readonly string[]) {
  const [stdout, stderr] = [recordStream(), recordStream()];
  const exitCode = await runCli(["doctor", ...parameters], {
    clock: createRealClock(),
    machine: createFakeMachine({}),
    stdout,
    stderr,
    signals: new EventEmitter(),
    exit: () => undefined,
    loadSimulate: () => Promise.reject(new Error("no run is asked for")),
    loadSimulateVirtually: () => Promise.reject(new Error("no run is asked for")),
  });
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

it("doctor says whose figures the model would have, and refuses a file that is no calibration", async () => {
  expect((await doctor()).stdout).toMatch(/^Model's figures +found +assumed where Firestore/m);
  const { stdout } = await doctor("--calibration", file);
  expect(stdout).toContain("partly calibrated on 2026-11-26, error 4.2%: 4 figures measured on");
  expect(stdout).toContain("the fit itself says that the model is of another shape");
  const bad = await doctor("--calibration", join(folder, "none.json"));
  expect(bad.exitCode).toBe(2);
  expect(bad.stderr).toContain("E_CALIBRATION_FILE: --calibration:");
});

it("headroom ends with whose figures its answer stands on", async () => {
  const { facts } = await loadCalibration(file);
  const text = (model: string) =>
    renderHeadroomText({ headline: "x", stages: [], noun: "users", model } as never);
  expect(text(modelInWords(undefined))).toMatch(/with constants assumed where Firestore .+\.$/);
  expect(text(modelInWords(facts))).toContain("calibrated on 2026-11-26, error 4.2%");
});
