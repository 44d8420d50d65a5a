import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { UserError } from "../cli/errors.ts";
import { resultSchema } from "../report/result.ts";
import { runTrial } from "../trial/run-trial.ts";
import { calibrationFile } from "./calibration.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "plimsoll-calibrated-"));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

const OPTIONS = { users: 10, seed: 3, scenario: "high-volatility", duration: "35s" };
const p50Of = ({ histograms }: Awaited<ReturnType<typeof runTrial>>) =>
  histograms.find(({ metric }) => metric === "pnl-commit")?.p50 ?? 0;

it("a run reckons with a calibration's figures, and says whose they are and what stays assumed", async () => {
  const slow = calibrationFile({
    constants: {
      ...calibrationFile().constants,
      "commit-p50": { value: 90, low: 85, high: 95, samples: 500 },
    },
  });
  const path = write("slow.json", slow);
  const [plain, calibrated] = [
    await runTrial({ options: OPTIONS }),
    await runTrial({ options: { ...OPTIONS, calibration: path } }),
  ];
  expect(p50Of(calibrated)).toBeGreaterThan(p50Of(plain) * 2);
  expect(resultSchema.parse(calibrated)).toEqual(calibrated);
  expect(new Set(plain.checks.map(({ basis }) => basis))).toEqual(new Set(["modelled, assumed"]));
  // It found latencies, and nothing of the limits.
  expect(new Set(calibrated.checks.map(({ basis }) => basis))).toEqual(
    new Set(["modelled, partly calibrated on 2026-11-26, error 4.2%"]),
  );
  expect(calibrated.target.calibration).toMatchObject({ file: path, region: "europe-west3" });
  const assumed = calibrated.target.assumed?.map(({ id }) => id) ?? [];
  expect(plain.target.assumed?.map(({ id }) => id)).toEqual(
    expect.arrayContaining([...assumed, "commit-p50", "commit-p99", "read-p50", "read-p99"]),
  );
  expect(assumed).not.toContain("commit-p50");
  expect(assumed).toContain("split-hold");
  expect(calibrated.run.command).toContain(`--calibration ${path}`);
});

it("which calibration it was is part of what a run was made from; none leaves that as it was", async () => {
  const trial = (calibration?: string) =>
    runTrial({ options: { ...OPTIONS, ...(calibration === undefined ? {} : { calibration }) } });
  const first = await trial(write("a.json", calibrationFile()));
  const renamed = await trial(write("b.json", calibrationFile()));
  const later = await trial(write("a.json", calibrationFile({ date: "2026-12-01" })));
  const plain = await trial();
  const hashes = [first, renamed, later, plain].map(({ run }) => run.inputs);
  expect(new Set(hashes).size).toBe(4);
  expect("calibration" in plain.run.options).toBe(false);
  expect("calibration" in plain.target).toBe(false);
});

it.each([
  [{ calibration: "none.json" }, "E_CALIBRATION_FILE", '"none.json" cannot be read'],
  [{ calibration: "x.json", limits: "off" }, "E_BAD_OPTIONS", "is of the model, which --limits"],
  [{ calibration: "x.json", latency: "nam5" }, "E_BAD_OPTIONS", "nam5 would lengthen them"],
])("%j is refused", async (options, code, text) => {
  const fault = await runTrial({ options: { ...OPTIONS, ...options } }).catch(
    (error: unknown) => error,
  );
  expect(fault).toBeInstanceOf(UserError);
  expect(fault).toMatchObject({ code, message: expect.stringContaining(text) as string });
});
