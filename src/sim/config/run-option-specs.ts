import { LIMITER_STRATEGIES } from "../../system/limiter/create-limiter.ts";
import { LATENCY_CHOICES, LIMITS_CHOICES } from "../targets/limits-choice.ts";
import { TARGET_CHOICES } from "../targets/target-choice.ts";
import { formatDuration } from "./duration.ts";
import { BOUNDS, CLOCK_CHOICES, DRIVER_CHOICES } from "./run-options.ts";
import type { RunOptionKey } from "./run-options.ts";

/** How an option is written on the command line and explained to people. */
export interface RunOptionSpec {
  readonly key: RunOptionKey;
  readonly flag: `--${string}`;
  /** Name of its value in the help; null for a switch. */
  readonly placeholder: string | null;
  /** How the command line's text becomes a value: `number` takes whole decimal numbers. */
  readonly kind: "number" | "text" | "list" | "switch";
  readonly group: "Load" | "Limiter" | "Target" | "Output";
  readonly summary: string;
  /** The accepted values in words, for the help and for errors. */
  readonly accepts: string;
  /** The accepted words, for "did you mean"; empty when they are not a closed list. */
  readonly words: readonly string[];
  /** Whether the config file may hold it and the command line may not. */
  readonly inFileOnly?: true;
  /** The default in words. */
  readonly byDefault: string;
}

/** In the order of the help. A test compares the keys and defaults with the schema's. */
export const RUN_OPTION_SPECS: readonly RunOptionSpec[] = [
  {
    ...number("users", "--users", "count", "1000"),
    group: "Load",
    summary: "Synthetic users.",
  },
  {
    ...number("tenants", "--tenants", "count", "0.4 for each user"),
    group: "Load",
    summary: "Tenants they belong to.",
    accepts: `${wholeNumber(BOUNDS.tenants)}, not more than --users`,
  },
  {
    ...number("cohort", "--cohort", "size|auto", "1 up to 100,000 users, else auto"),
    group: "Load",
    summary:
      "Users taken together on a virtual clock: each simulated one stands for so many (docs/cohort.md).",
    accepts: `auto, or ${wholeNumber(BOUNDS.cohort)} that divides --users`,
    words: ["auto"],
  },
  {
    ...number("seed", "--seed", "number", "1"),
    group: "Load",
    summary: "Start of all randomness; the same seed gives the same users and market.",
  },
  {
    key: "scenario",
    flag: "--scenario",
    placeholder: "name|file",
    kind: "list",
    group: "Load",
    summary: "Scenario to run; may be given several times. `scenarios` lists them.",
    accepts: "the name of a scenario, or a file of the same form that ends in .json",
    words: [],
    byDefault: "the benchmark plan",
  },
  {
    key: "duration",
    flag: "--duration",
    placeholder: "time",
    kind: "text",
    group: "Load",
    summary: "Length of each scenario.",
    accepts: durationRange(),
    words: [],
    byDefault: "each scenario's own",
  },
  {
    key: "market",
    flag: "--market",
    placeholder: "file",
    kind: "text",
    group: "Load",
    summary: "Replay recorded prices instead of synthetic ones.",
    accepts: "a CSV file with the columns second,updates,last_price",
    words: [],
    byDefault: "a synthetic market",
  },
  {
    ...choice("limiter", "--limiter", "strategy", LIMITER_STRATEGIES, "paced"),
    group: "Limiter",
    summary: "How writes are held back.",
  },
  {
    key: "limiterConfig",
    flag: "--limiter-config",
    placeholder: "preset|file",
    kind: "text",
    group: "Limiter",
    summary: "The limiter's settings.",
    accepts: "default, conservative, aggressive, disabled, or a JSON file",
    words: [],
    byDefault: "default",
  },
  {
    ...choice("target", "--target", "target", TARGET_CHOICES, "auto"),
    group: "Target",
    summary:
      "Database to load: auto takes the official emulator, else the embedded engine; staging needs --project.",
  },
  {
    key: "project",
    flag: "--project",
    placeholder: "ID",
    kind: "text",
    group: "Target",
    summary: "Google Cloud project of --target staging (docs/staging.md).",
    accepts: "a project that stagingProjects in the config file names",
    words: [],
    byDefault: "none",
  },
  {
    key: "projectFile",
    flag: "--project-file",
    placeholder: "file",
    kind: "text",
    group: "Target",
    summary: "The project's web API key, and where its APIs are.",
    accepts: "a JSON file of the form plimsoll-project/1",
    words: [],
    byDefault: "none",
  },
  {
    key: "stagingProjects",
    flag: "--staging-projects",
    placeholder: "ID",
    kind: "list",
    group: "Target",
    summary: "Projects that a run may load.",
    accepts: "a list of project IDs",
    words: [],
    inFileOnly: true,
    byDefault: "none",
  },
  {
    ...number("maxCost", "--max-cost", "dollars", "1"),
    group: "Target",
    summary: "Refuse a staging run whose estimate is dearer.",
    accepts: `a number from ${BOUNDS.maxCost.min} to ${BOUNDS.maxCost.max}`,
  },
  {
    ...number("maxWrites", "--max-writes", "count", "half as many again as are estimated"),
    group: "Target",
    summary: "Stop a staging run that has written so much.",
  },
  {
    ...number("maxWritesPerSecond", "--max-writes-per-second", "count", "1000"),
    group: "Target",
    summary: "Stop a staging run that would write more in any second.",
  },
  {
    ...choice("limits", "--limits", "mode", LIMITS_CHOICES, "on"),
    group: "Target",
    summary: "Production's limits: enforced, only counted, or left out.",
  },
  {
    ...choice(
      "latency",
      "--latency",
      "place",
      LATENCY_CHOICES,
      "us-central1 on a virtual clock, else off",
    ),
    group: "Target",
    summary:
      "Latencies of a Firestore location to add: assumed figures, or those of --calibration.",
  },
  {
    key: "calibration",
    flag: "--calibration",
    placeholder: "file",
    kind: "text",
    group: "Target",
    summary: "Figures of the model that `calibrate` measured, in place of assumed ones.",
    accepts: "a calibration file (docs/calibration.md)",
    words: [],
    byDefault: "none: they are assumed, and reports say so",
  },
  {
    key: "indexes",
    flag: "--indexes",
    placeholder: "file",
    kind: "text",
    group: "Target",
    summary: "Index file that the limits and queries are held to.",
    accepts: "a file of the form of firestore.indexes.json",
    words: [],
    byDefault: "the service's firestore.indexes.json",
  },
  {
    ...number("emulatorHeap", "--emulator-heap", "MiB", "1050 at 1,000 users"),
    group: "Target",
    summary: "Largest Java heap of an emulator that the run starts.",
  },
  {
    ...choice("driver", "--driver", "driver", DRIVER_CHOICES, "node"),
    group: "Target",
    summary: "What sends the client traffic: this process, or k6 (docs/k6.md).",
  },
  {
    ...number("k6Instances", "--k6-instances", "count", "1"),
    group: "Target",
    summary: "k6 processes that share the client traffic.",
  },
  {
    ...choice("clock", "--clock", "clock", CLOCK_CHOICES, "real"),
    group: "Target",
    summary: "The time the run lives in: virtual runs hours in minutes, all figures modelled.",
  },
  {
    key: "reports",
    flag: "--reports",
    placeholder: "folder",
    kind: "text",
    group: "Output",
    summary: "Where the run's report folder is made.",
    accepts: "a folder that can be written, or made",
    words: [],
    byDefault: "reports",
  },
  {
    key: "quiet",
    flag: "--quiet",
    placeholder: null,
    kind: "switch",
    group: "Output",
    summary: "No live display: only the result and errors.",
    accepts: "true or false",
    words: [],
    byDefault: "false",
  },
];

export function findSpec(key: string): RunOptionSpec | undefined {
  return RUN_OPTION_SPECS.find((spec) => spec.key === key);
}

interface Range {
  readonly min: number;
  readonly max: number;
}

function wholeNumber({ min, max }: Range): string {
  return `a whole number from ${min} to ${max}`;
}

function durationRange(): string {
  const { min, max } = BOUNDS.durationMs;
  const range = `${formatDuration(min)} to ${formatDuration(max)}`;
  return `${range}, such as 30s, 2m, 1h, or 30000 for milliseconds`;
}

function number(
  key: keyof typeof BOUNDS & RunOptionKey,
  flag: RunOptionSpec["flag"],
  placeholder: string,
  byDefault: string,
) {
  const accepts = wholeNumber(BOUNDS[key]);
  return { key, flag, placeholder, kind: "number", accepts, words: [], byDefault } as const;
}

function choice(
  key: RunOptionKey,
  flag: RunOptionSpec["flag"],
  placeholder: string,
  words: readonly string[],
  byDefault: string,
) {
  return {
    key,
    flag,
    placeholder,
    kind: "text",
    accepts: words.join(", "),
    words,
    byDefault,
  } as const;
}
