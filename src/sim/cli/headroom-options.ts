import { dirname, resolve } from "node:path";
import { z } from "zod";
import { LIMITER_PRESETS } from "../../system/limiter/config.ts";
import { LIMITER_STRATEGIES } from "../../system/limiter/create-limiter.ts";
import { RUN_OPTION_SPECS, type RunOptionSpec } from "../config/run-option-specs.ts";
import type { RunOptionKey } from "../config/run-options.ts";
import { BOUNDS } from "../config/run-options.ts";
import { resolveOptions, type RawOptions } from "../config/resolve-options.ts";
import type { RunOptions } from "../config/run-options.ts";
import { VARIED } from "../headroom/situation.ts";
import { UserError } from "./errors.ts";
import { nearest } from "./nearest.ts";
import { toValue } from "./run-options-parser.ts";

/** An option of headroom's own, or one of a run that it says in its own words. */
export interface HeadroomOptionSpec extends Omit<RunOptionSpec, "key" | "group"> {
  readonly key: string;
}

/** Options of a run that mean the same here. */
const OF_A_RUN: readonly RunOptionKey[] = [
  "users",
  "tenants",
  "seed",
  "duration",
  "market",
  "limiterConfig",
  "latency",
  "calibration",
  "indexes",
];

export const RUN_SPECS = RUN_OPTION_SPECS.filter(({ key }) => OF_A_RUN.includes(key));

function whole(
  key: string,
  flag: RunOptionSpec["flag"],
  accepts: string,
  byDefault: string,
  summary: string,
): HeadroomOptionSpec {
  return {
    key,
    flag,
    placeholder: "count",
    kind: "number",
    accepts,
    words: [],
    byDefault,
    summary,
  };
}

const PRESETS = Object.keys(LIMITER_PRESETS);

export const HEADROOM_SPECS: readonly HeadroomOptionSpec[] = [
  {
    key: "scenario",
    flag: "--scenario",
    placeholder: "name",
    kind: "text",
    summary: "The scenario whose load grows.",
    accepts: "the name of a scenario; `scenarios` lists them",
    words: [],
    byDefault: "none, it must be given",
  },
  {
    key: "vary",
    flag: "--vary",
    placeholder: "what",
    kind: "text",
    summary: "What grows.",
    accepts: `${VARIED.join(", ")}: users, tenants with their users, open trades a user, direct writes a second`,
    words: VARIED,
    byDefault: "users; writes where a scenario has only these",
  },
  whole("from", "--from", "a whole number from 1", "by --vary", "The least load to ask about."),
  whole("to", "--to", "a whole number up to what a run takes", "by --vary", "The most."),
  whole("seeds", "--seeds", "1 to 50", "5", "Seeds, from --seed on, each with its own threshold."),
  {
    ...whole(
      "precision",
      "--precision",
      "0.002 to 0.5",
      "0.02",
      "How near pass and fail must come, as a share.",
    ),
    placeholder: "share",
  },
  whole(
    "lifts",
    "--lifts",
    "0 to 5",
    "1",
    "Causes lifted one after another, to see what binds next.",
  ),
  {
    key: "limiter",
    flag: "--limiter",
    placeholder: "strategy|preset|file",
    kind: "text",
    summary: "How writes are held back: a strategy, or the settings of the paced one.",
    accepts: `${[...LIMITER_STRATEGIES, ...PRESETS].join(", ")}, or a JSON file`,
    words: [...LIMITER_STRATEGIES, ...PRESETS],
    byDefault: "paced",
  },
  {
    key: "curve",
    flag: "--curve",
    placeholder: null,
    kind: "switch",
    summary: "Also p99 and refusals against the load, as curve.csv and curve.svg.",
    accepts: "true or false",
    words: [],
    byDefault: "false",
  },
  whole(
    "workers",
    "--workers",
    "1 to 256",
    "one for each core",
    "Threads; the answer does not depend on them.",
  ),
  {
    key: "output",
    flag: "--output",
    placeholder: "folder",
    kind: "text",
    summary: "Where its files go.",
    accepts: "a folder that can be written, or made",
    words: [],
    byDefault: "reports/headroom-…, named after what was asked",
  },
  {
    key: "quiet",
    flag: "--quiet",
    placeholder: null,
    kind: "switch",
    summary: "Only the result and errors.",
    accepts: "true or false",
    words: [],
    byDefault: "false",
  },
];

const ownSchema = z.strictObject({
  scenario: z.string().min(1),
  vary: z.enum(VARIED).optional(),
  from: z.int().min(1).optional(),
  to: z.int().min(1).optional(),
  seeds: z.int().min(1).max(50).default(5),
  precision: z.number().min(0.002).max(0.5).default(0.02),
  lifts: z.int().min(0).max(5).default(1),
  limiter: z.string().min(1).optional(),
  curve: z.boolean().default(false),
  workers: z.int().min(1).max(256).optional(),
  output: z.string().min(1).optional(),
  quiet: z.boolean().default(false),
});

/** What was asked for, checked as far as no file is needed for it. */
export interface HeadroomOptions extends Omit<z.output<typeof ownSchema>, "limiter"> {
  /** A run's options: limiter, latency, and users and tenants with their defaults. */
  readonly run: RunOptions;
  /** As given; undefined where they were not. */
  readonly users: number | undefined;
  readonly tenants: number | undefined;
}

const HINT = "Run `npm run sim -- headroom --help` for all options. Nothing was run.";

export function badOptions(message: string): UserError {
  return new UserError("E_BAD_OPTIONS", message, HINT);
}

/** Throws one UserError that names every fault of headroom's own options, else of a run's. */
export function readHeadroomOptions(parsed: Readonly<Record<string, unknown>>): HeadroomOptions {
  const own = ownSchema.safeParse(given(HEADROOM_SPECS, parsed));
  if (!own.success)
    throw badOptions(own.error.issues.map((one) => describe(one, parsed)).join("\n"));
  const { limiter, ...same } = own.data;
  const raw = given(RUN_SPECS, parsed);
  const run = resolveOptions(
    {
      ...raw,
      ...limiterOptions(limiter, raw),
      scenario: same.scenario,
      clock: "virtual",
      // Where its folder is made: known to be possible before anything is run.
      ...(same.output === undefined ? {} : { reports: dirname(resolve(same.output)) }),
    },
    undefined,
  );
  if (run.seed + same.seeds - 1 > BOUNDS.seed.max) {
    throw badOptions(`--seed: ${run.seed} and ${same.seeds} seeds go past ${BOUNDS.seed.max}.`);
  }
  const asGiven = (key: string): number | undefined => {
    const value = raw[key];
    return typeof value === "number" ? value : undefined;
  };
  return { ...same, run, users: asGiven("users"), tenants: asGiven("tenants") };
}

/** `--limiter default` is the paced strategy with that preset; `--limiter ramp` the strategy. */
function limiterOptions(limiter: string | undefined, raw: RawOptions): RawOptions {
  if (limiter === undefined || LIMITER_STRATEGIES.some((one) => one === limiter)) {
    return limiter === undefined ? {} : { limiter };
  }
  if (raw["limiterConfig"] !== undefined) {
    throw badOptions(
      `--limiter: "${limiter}" is no strategy, and --limiter-config gives settings, too. Accepted beside it: ${LIMITER_STRATEGIES.join(", ")}.`,
    );
  }
  const isName = /^[a-z-]+$/.test(limiter) && !PRESETS.includes(limiter);
  const close = isName ? nearest(limiter, [...LIMITER_STRATEGIES, ...PRESETS]) : undefined;
  if (close !== undefined) {
    throw badOptions(`--limiter: "${limiter}" is not accepted (did you mean "${close}"?).`);
  }
  return { limiterConfig: limiter };
}

function given(
  specs: readonly (Pick<RunOptionSpec, "kind"> & { readonly key: string })[],
  parsed: Readonly<Record<string, unknown>>,
): RawOptions {
  const said = specs.filter(({ key }) => parsed[key] !== undefined);
  return Object.fromEntries(said.map((spec) => [spec.key, toValue(spec, parsed[spec.key])]));
}

function describe(issue: z.core.$ZodIssue, parsed: Readonly<Record<string, unknown>>): string {
  const key = String(issue.path[0]);
  const spec = HEADROOM_SPECS.find((one) => one.key === key);
  const value = parsed[key];
  const close = typeof value === "string" ? nearest(value, spec?.words ?? []) : undefined;
  const fault =
    value === undefined
      ? "is missing"
      : `${JSON.stringify(value)} is not accepted${close === undefined ? "" : ` (did you mean "${close}"?)`}`;
  return `${spec?.flag ?? key}: ${fault}. Accepted: ${spec?.accepts ?? ""}.`;
}
