import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { readCalibration } from "../../src/sim/calibrate/calibration-file.ts";
import { CONSTANTS_FORMAT } from "../../src/firestore/capacity/constants-file.ts";
import { startRehearsal } from "./rehearsed-commands.ts";

/** What the rehearsal keeps hidden; all other than the model's own. */
const TRUTH = {
  "commit-p50": 31,
  "commit-p99": 95,
  "read-p50": 14,
  "read-p99": 48,
  "document-write-ceiling": 7,
};
/** What hangs on no latency, and so on no other process of the machine. */
const STEADY = ["document-write-ceiling"];
const FITTED = 0;
const OF_ANOTHER_SHAPE = 99;

/**
 * The probe takes minutes, which is too long for every change: PLIMSOLL_CALIBRATE=1 asks for it. On a
 * machine that is too busy to keep its times, the calibration itself says that it does not fit.
 */
it.runIf(process.env["PLIMSOLL_CALIBRATE"] === "1")(
  "finds a rehearsal's hidden constants, and a later run says what it was calibrated by",
  { timeout: 600_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "plimsoll-truth-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const truth = join(folder, "truth.json");
    writeFileSync(truth, JSON.stringify({ format: CONSTANTS_FORMAT, constants: TRUTH }));
    const given = ["--backend", "embedded", "--constants", truth];
    const project = await startRehearsal("demo-calibrated", given);
    onTestFinished(() => project.stop());

    const output = join(folder, "calibration");
    const asked = [...project.named, ...project.listed, "--probe", "short", "--output", output];
    const calibrated = await project.sim("calibrate", ...asked);
    expect([FITTED, OF_ANOTHER_SHAPE], calibrated.output).toContain(calibrated.exitCode);
    const file = join(output, "calibration.json");
    const read = readCalibration(readFileSync(file, "utf8"));
    const found = read.kind === "read" ? read : undefined;
    const sure = found?.file.lackOfFit.length === 0 ? Object.keys(TRUTH) : STEADY;
    const errors = sure.map((id) => {
      const value = TRUTH[id as keyof typeof TRUTH];
      return { id, error: Math.abs((found?.file.constants[id]?.value ?? 0) - value) / value };
    });
    expect(errors.filter(({ error }) => error > 0.1)).toEqual([]);
    // The probe's documents are gone; the harness's own lease stays.
    expect((await project.documents()).length).toBeLessThanOrEqual(1);

    const load = ["--clock", "virtual", "--users", "40", "--scenario", "baseline"];
    const reports = ["--duration", "1m", "--reports", join(folder, "run")];
    const run = await project.sim(...load, ...reports, "--calibration", file);
    expect(run.output).toMatch(/calibrated on \d{4}-\d\d-\d\d, error/);
  },
);
