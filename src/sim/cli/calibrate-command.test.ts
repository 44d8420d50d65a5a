import { EventEmitter } from "node:events";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readCalibration, type CalibrationFile } from "../calibrate/calibration-file.ts";
import { createRealClock } from "../clock/real-clock.ts";
import { createFakeMachine } from "../targets/fake-machine.fixture.ts";
import { runCli } from "./cli.ts";
import { recordStream } from "./text-stream.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "plimsoll-calibrate-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

const TRUTH = JSON.stringify({
  format: "plimsoll-constants/1",
  constants: { "document-write-ceiling": 5, "commit-p50": 40 },
});

async function calibrate(
  parameters: readonly string[],
  options: { readonly signals?: EventEmitter; readonly onText?: (text: string) => void } = {},
) {
  const [stdout, stderr] = [recordStream(), recordStream()];
  const exitCode = await runCli(["calibrate", ...parameters], {
    clock: createRealClock(),
    machine: createFakeMachine({
      files: { "truth.json": TRUTH },
    }),
    stdout: {
      ...stdout,
      write: (text: string) => {
        options.onText?.(text);
        return stdout.write(text);
      },
    },
    stderr,
    signals: options.signals ?? new EventEmitter(),
    exit: () => undefined,
    loadSimulate: () => Promise.reject(new Error("no run is asked for")),
    loadSimulateVirtually: () => Promise.reject(new Error("no run is asked for")),
  });
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

function calibrationIn(name: string): CalibrationFile {
  const result = readCalibration(readFileSync(join(at(name), "calibration.json"), "utf8"));
  if (result.kind !== "read") throw new Error(result.faults.join("\n"));
  return result.file;
}

const VIRTUAL = ["--virtual", "--constants", "truth.json", "--probe", "short"];

/** Minutes of a database's time are fitted here, on machines that are busy. */
const PATIENT = { timeout: 180_000 };

describe("sim calibrate", PATIENT, () => {
  it("probes, fits, writes the files, says what it found; and fits a saved probe again to the same", async () => {
    const first = await calibrate([...VIRTUAL, "--output", at("first")]);
    expect(first).toMatchObject({ exitCode: 0, stderr: "" });
    expect(first.stdout).toContain("Probing: one document ever faster");
    expect(first.stdout).toMatch(/^document-write-ceiling +5 /m);
    expect(first.stdout).toMatch(/Not found, and so assumed: .*load-window/);
    const names = ["calibration.json", "calibration.md", "probe.json"];
    expect(readdirSync(at("first")).toSorted()).toEqual(names);
    const file = calibrationIn("first");
    expect(file).toMatchObject({ project: "the-model-itself", lackOfFit: [], seed: 1 });
    expect(readFileSync(join(at("first"), "calibration.md"), "utf8")).toContain("## Not found");
    const again = await calibrate(["--from", at("first"), "--output", at("again")]);
    expect(again.exitCode).toBe(0);
    expect(calibrationIn("again")).toEqual(file);
  });

  it("ends with 99 where the model is of another shape, and says where", async () => {
    cpSync(at("first"), at("bent"), { recursive: true });
    const path = join(at("bent"), "probe.json");
    const saved = JSON.parse(readFileSync(path, "utf8")) as {
      samples: { cell: string; tookMs: number }[];
    };
    for (const sample of saved.samples) {
      // What size adds is no line any more: the middle one takes as long as the largest.
      if (sample.cell === "128 KiB") sample.tookMs += 600;
      if (sample.cell === "768 KiB") sample.tookMs += 700;
    }
    writeFileSync(path, JSON.stringify(saved));
    const { exitCode, stdout } = await calibrate(["--from", at("bent"), "--output", at("other")]);
    expect(exitCode).toBe(99);
    expect(stdout).toContain("THE MODEL DOES NOT FIT");
    expect(stdout).toMatch(/- commits: 128 KiB took \d+% (longer|shorter)/);
    expect(calibrationIn("other").lackOfFit.length).toBeGreaterThan(0);
  });

  it("interrupted, it writes nothing", async () => {
    const signals = new EventEmitter();
    const { exitCode, stdout } = await calibrate([...VIRTUAL, "--output", at("none")], {
      signals,
      onText: (text) => {
        if (text.includes("Probing: commits")) signals.emit("SIGINT", "SIGINT");
      },
    });
    expect(exitCode).toBe(3);
    expect(stdout).toContain("no file was written");
    expect(readdirSync(folder)).not.toContain("none");
  });

  it.each([
    [[], "E_CALIBRATE: calibrate takes one of --from, --project, --endpoint and --virtual."],
    [["--virtual", "--endpoint", "127.0.0.1:1"], "takes one of"],
    [
      ["--endpoint", "example.org:443"],
      'E_CALIBRATE: --endpoint: "example.org:443" is not accepted',
    ],
    [["--virtual", "--probe", "shrt"], '(did you mean "short"?). Accepted: short, standard, long.'],
    [["--virtual", "--seed", "-1"], '--seed: "-1" is not accepted'],
    [["--endpoint", "127.0.0.1:1", "--constants", "truth.json"], "--constants: a truth is known"],
    [["--from", "nowhere"], "cannot be read"],
    [["--project", "my-staging"], "E_STAGING_REFUSED: --project my-staging: is not among"],
    [["--project", "shop-prod"], "its name says that it is production"],
    [["--nonsense"], "E_UNKNOWN_OPTION: --nonsense"],
    [["--virtual", "--constants", "none.json"], 'E_CONSTANTS_FILE: --constants: "none.json"'],
  ])("%j is refused before anything is sent", async (given, says) => {
    const { exitCode, stderr } = await calibrate([...given, "--output", at("refused")]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(says);
    expect(readdirSync(folder)).not.toContain("refused");
  });

  it("a report that is no staging run's is refused, with what it was made on", async () => {
    writeFileSync(at("result.json"), "{}");
    const { exitCode, stderr } = await calibrate(["--from", folder]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("is no result of this version of Plimsoll");
  });
});
