import { Option, type Command } from "commander";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { PROBE_SIZES, type ProbeSize } from "../calibrate/probe/probe-plan.ts";
import { readProbe, type SavedProbe } from "../calibrate/probe/probe-record.ts";
import { readConfigFile } from "../config/config-file.ts";
import { BOUNDS } from "../config/run-options.ts";
import { resultSchema } from "../report/result.ts";
import { UserError } from "./errors.ts";
import { flagOfKey } from "./flag-of-key.ts";
import { nearest } from "./nearest.ts";
import { single } from "./run-options-parser.ts";
import { RESULT_FILE } from "./saved-run.ts";

/** What is to be calibrated. */
export type CalibrationSource =
  | { readonly kind: "probe"; readonly probe: SavedProbe }
  | {
      readonly kind: "project";
      readonly projectId: string;
      readonly projectFile: string | null;
      readonly allowed: readonly string[];
    }
  | { readonly kind: "endpoint"; readonly endpoint: string }
  | { readonly kind: "virtual"; readonly constantsFile: string | null };

export interface CalibrateOptions {
  readonly source: CalibrationSource;
  readonly size: ProbeSize;
  readonly seed: number;
  /** Dollars. */
  readonly maxCost: number;
  /** undefined: named after what was calibrated and the day. */
  readonly output: string | undefined;
  /** The command that asks the same. */
  readonly command: string;
}

/** What a probe was saved as, in the folder of its calibration. */
export const PROBE_FILE = "probe.json";

const OPTIONS = [
  [
    "--from",
    "folder",
    "A staging run's report, whose project is probed; or a calibration's folder, whose probe is fitted again.",
  ],
  ["--project", "ID", "The project to probe, which stagingProjects of the --config file names."],
  [
    "--project-file",
    "file",
    "Where the project's APIs are (default: Google's, or as the run of --from had them).",
  ],
  [
    "--config",
    "file",
    "The config file with the allow-list (default: as the run of --from had it).",
  ],
  ["--endpoint", "host:port", "A gateway or an emulator on this machine to probe instead."],
  [
    "--constants",
    "file",
    "With --virtual: the truth that is to be found (default: the assumed one).",
  ],
  ["--probe", "size", `How much is probed: ${PROBE_SIZES.join(", ")} (default: standard).`],
  ["--seed", "number", "Start of all randomness (default: 1)."],
  ["--max-cost", "dollars", "The most that a probe may be estimated at (default: 1)."],
  ["--output", "folder", "Where its files go (default: reports/calibration-…)."],
] as const;

export function declareCalibrateOptions(command: Command): void {
  for (const [flag, placeholder, summary] of OPTIONS) {
    command.addOption(new Option(`${flag} <${placeholder}>`, summary).argParser(single(flag)));
  }
  command.addOption(
    new Option(
      "--virtual",
      "Probe the model itself on a virtual clock: to see what a probe finds.",
    ),
  );
}

const decimal = z
  .string()
  .regex(/^\d+(\.\d+)?$/)
  .transform(Number);

const givenSchema = z.object({
  from: z.string().optional(),
  project: z.string().optional(),
  projectFile: z.string().optional(),
  config: z.string().optional(),
  endpoint: z
    .string()
    .regex(/^(localhost|127(\.\d{1,3}){3}|\[::1\]):\d{1,5}$/)
    .optional(),
  virtual: z.boolean().optional(),
  constants: z.string().optional(),
  probe: z.enum(PROBE_SIZES).default("standard"),
  seed: decimal.pipe(z.int().min(BOUNDS.seed.min).max(BOUNDS.seed.max)).default(1),
  maxCost: decimal.pipe(z.number().min(BOUNDS.maxCost.min).max(BOUNDS.maxCost.max)).default(1),
  output: z.string().min(1).optional(),
});
type Given = z.infer<typeof givenSchema>;

const ACCEPTED: Readonly<Record<string, string>> = {
  endpoint: "HOST:PORT of this machine",
  probe: PROBE_SIZES.join(", "),
  seed: `a whole number from ${BOUNDS.seed.min} to ${BOUNDS.seed.max}`,
  maxCost: `a number from ${BOUNDS.maxCost.min} to ${BOUNDS.maxCost.max}`,
};

/** Reads what the options name. Nothing is sent anywhere. @throws UserError */
export async function readCalibrateOptions(
  parsed: Readonly<Record<string, unknown>>,
): Promise<CalibrateOptions> {
  const result = givenSchema.safeParse(parsed);
  if (!result.success) {
    const faults = result.error.issues.map(({ path }) => {
      const key = String(path[0]);
      const text = String(parsed[key]);
      const close = key === "probe" ? nearest(text, PROBE_SIZES) : undefined;
      const meant = close === undefined ? "" : ` (did you mean "${close}"?)`;
      return `${flagOfKey(key)}: "${text}" is not accepted${meant}. Accepted: ${ACCEPTED[key] ?? "another value"}.`;
    });
    throw bad(faults.join("\n"));
  }
  const given = result.data;
  const { probe: size, seed, maxCost, output } = given;
  const source = await sourceOf(given);
  return { source, size, seed, maxCost, output, command: commandOf(given) };
}

async function sourceOf(given: Given): Promise<CalibrationSource> {
  const { from, project, endpoint, virtual, constants } = given;
  const named = [from, project, endpoint, virtual].filter((one) => one !== undefined).length;
  if (named !== 1 && !(named === 2 && from !== undefined && project !== undefined)) {
    throw bad("calibrate takes one of --from, --project, --endpoint and --virtual.");
  }
  if (constants !== undefined && virtual !== true) {
    throw bad("--constants: a truth is known beforehand with --virtual only.");
  }
  if (virtual === true) return { kind: "virtual", constantsFile: constants ?? null };
  if (endpoint !== undefined) return { kind: "endpoint", endpoint };
  if (from !== undefined) return readFrom(from, given);
  return {
    kind: "project",
    projectId: project ?? "",
    projectFile: given.projectFile ?? null,
    allowed: await allowedBy(given.config),
  };
}

/** Of a report's options, what a probe of the same project needs. */
const stagingOptions = z.object({
  target: z.literal("staging"),
  project: z.string(),
  projectFile: z.string().nullable(),
  stagingProjects: z.array(z.string()),
});

async function readFrom(folder: string, given: Given): Promise<CalibrationSource> {
  const saved = await readFile(join(folder, PROBE_FILE), "utf8").catch(() => undefined);
  if (saved !== undefined) {
    const probe = readProbe(saved);
    if (probe !== undefined) return { kind: "probe", probe };
    throw bad(`--from: "${join(folder, PROBE_FILE)}" is no probe of this version of Plimsoll.`);
  }
  const path = join(folder, RESULT_FILE);
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw bad(`--from: "${path}" cannot be read: ${(error as Error).message}`, error);
  });
  const { project, projectFile, stagingProjects } = stagingOptionsOf(path, text);
  if (given.project !== undefined && given.project !== project) {
    throw bad(`--project: ${given.project} is not the project of the run, which is ${project}.`);
  }
  return {
    kind: "project",
    projectId: project,
    projectFile: given.projectFile ?? projectFile,
    allowed: given.config === undefined ? stagingProjects : await allowedBy(given.config),
  };
}

function stagingOptionsOf(path: string, text: string): z.infer<typeof stagingOptions> {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw bad(`--from: "${path}" is not JSON.`, error);
  }
  const result = resultSchema.safeParse(content);
  if (!result.success) throw bad(`--from: "${path}" is no result of this version of Plimsoll.`);
  const options = stagingOptions.safeParse(result.data.run.options);
  if (options.success) return options.data;
  throw bad(`--from: "${path}": the run was made on ${result.data.target.kind}, not on a project.`);
}

async function allowedBy(config: string | undefined): Promise<readonly string[]> {
  if (config === undefined) return [];
  const { values } = await readConfigFile(config);
  return z.array(z.string()).catch([]).parse(values["stagingProjects"]);
}

function commandOf(given: Given): string {
  const words = Object.entries(given).map(([key, value]) =>
    value === true ? flagOfKey(key) : `${flagOfKey(key)} ${String(value)}`,
  );
  return `npm run sim -- calibrate ${words.join(" ")}`;
}

function bad(message: string, cause?: unknown): UserError {
  const hint = "Run `npm run sim -- calibrate --help` for all options. Nothing was sent.";
  return new UserError("E_CALIBRATE", message, hint, { cause });
}
