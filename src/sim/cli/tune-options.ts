import { Option, type Command } from "commander";
import { z } from "zod";
import { resolveOptions, type RawOptions } from "../config/resolve-options.ts";
import { RUN_OPTION_SPECS, type RunOptionSpec } from "../config/run-option-specs.ts";
import { BOUNDS, type RunOptions } from "../config/run-options.ts";
import { TUNED_STRATEGIES, type TunedStrategy } from "../tune/limiter-space.ts";
import { OBJECTIVES, type Objective } from "../tune/objective.ts";
import { reserveOf } from "../tune/tune.ts";
import { UserError } from "./errors.ts";
import { nearest } from "./nearest.ts";
import { readRunOptions, single, toOption } from "./run-options-parser.ts";

/** What `tune` was asked for, checked. */
export interface TuneOptions {
  /** Of the trials: load, seed, latencies, indexes. */
  readonly run: RunOptions;
  readonly limiter: TunedStrategy | "all";
  readonly strategies: readonly TunedStrategy[];
  readonly objective: Objective;
  readonly budget: number;
  readonly seeds: number;
  /** null: one for each core. */
  readonly workers: number | null;
  /** Where the winner is to be measured; null: nowhere. */
  readonly validate: ValidationTarget | null;
  readonly output: string;
}

const VALIDATION_TARGETS = ["embedded", "emulator"] as const;
export type ValidationTarget = (typeof VALIDATION_TARGETS)[number];
const LATER_TARGETS = ["k6", "staging"];

const LIMITERS = [...TUNED_STRATEGIES, "all"] as const;

/** Bounds of the numbers: a trial of each needs a second of a core or two. */
const BUDGET = { min: 1, max: 100_000, byDefault: 200 } as const;
const SEEDS = { min: 1, max: 50, byDefault: 5 } as const;
const WORKERS = { min: 1, max: 256 } as const;

const DEFAULT_SCENARIO = "high-volatility";

interface OwnSpec {
  readonly key: string;
  readonly usage: string;
  readonly summary: string;
  readonly accepts: string;
  readonly words: readonly string[];
  readonly isNumber?: true;
  readonly byDefault: string;
  readonly schema: z.ZodType;
}

const OWN: readonly OwnSpec[] = [
  {
    ...words("limiter", "strategy", LIMITERS, "paced"),
    summary: "The strategy whose settings are searched, or all of them.",
  },
  {
    ...words("objective", "what", OBJECTIVES, "freshness"),
    summary: "What is best among the configurations that break nothing.",
  },
  {
    ...number("budget", "trials", BUDGET, String(BUDGET.byDefault)),
    summary: "Full trials to spend; shorter and smaller ones count as their part of one.",
  },
  {
    ...number("seeds", "count", SEEDS, String(SEEDS.byDefault)),
    summary: "Seeds a configuration must pass, beginning with --seed, and as many fresh ones.",
  },
  {
    ...number("workers", "threads", WORKERS, "one for each core"),
    summary: "Trials that run at once; the outcome does not depend on it.",
  },
  {
    key: "output",
    usage: "--output <folder>",
    summary: "Where the report's folder is made.",
    accepts: "a folder that can be written, or made",
    words: [],
    byDefault: "reports",
    schema: z.string().min(1).default("reports"),
  },
  {
    key: "validate",
    usage: "--validate [target]",
    summary: "Run the winner in real time through the gateway, and compare.",
    accepts: VALIDATION_TARGETS.join(", "),
    words: VALIDATION_TARGETS,
    byDefault: "not; embedded if no target is named",
    schema: z.union([z.literal(true), z.enum(VALIDATION_TARGETS)]).optional(),
  },
];

/** Options of a run that mean the same here. */
const SHARED = [
  "users",
  "tenants",
  "seed",
  "duration",
  "latency",
  "calibration",
  "indexes",
  "quiet",
];

export function declareTuneOptions(command: Command): void {
  const scenario = specOf("scenario");
  const one = {
    ...scenario,
    kind: "text",
    summary: "The load to tune for. `scenarios` lists them.",
    byDefault: DEFAULT_SCENARIO,
  } as const;
  command.addOption(toOption(one));
  for (const key of SHARED) command.addOption(toOption(specOf(key)));
  for (const { usage, summary, accepts, byDefault } of OWN) {
    const option = new Option(usage, `${summary} (${accepts}; default: ${byDefault})`);
    command.addOption(option.argParser(single(flagOf(usage))).helpGroup("Search:"));
  }
}

/** Throws a UserError that names every fault. */
export function readTuneOptions(parsed: Readonly<Record<string, unknown>>): TuneOptions {
  const own = readOwn(parsed);
  const { limiter: _, ...given }: RawOptions = readRunOptions(parsed);
  const raw = { scenario: DEFAULT_SCENARIO, ...given };
  const run = resolveOptions({ ...raw, clock: "virtual", reports: own.output }, undefined);
  const strategies = own.limiter === "all" ? TUNED_STRATEGIES : [own.limiter];
  requireBudget(own.budget, own.seeds, strategies);
  requireSeeds(run.seed, own.seeds);
  return { ...own, run, strategies };
}

type Own = Omit<TuneOptions, "run" | "strategies">;

function readOwn(parsed: Readonly<Record<string, unknown>>): Own {
  refuseLater(parsed["validate"]);
  const faults: string[] = [];
  const values: Record<string, unknown> = {};
  for (const spec of OWN) {
    const value = toValue(spec, parsed[spec.key]);
    const result = spec.schema.safeParse(value);
    if (result.success) values[spec.key] = result.data;
    else faults.push(describeFault(spec, value));
  }
  if (faults.length > 0) throw badOptions(faults.join("\n"));
  const { validate, workers, ...same } = values;
  return {
    ...(same as Omit<Own, "validate" | "workers">),
    workers: (workers as number | undefined) ?? null,
    validate: validate === true ? "embedded" : ((validate as ValidationTarget | undefined) ?? null),
  };
}

function toValue({ isNumber }: OwnSpec, given: unknown): unknown {
  return isNumber === true && typeof given === "string" && /^\d+$/.test(given)
    ? Number(given)
    : given;
}

function describeFault({ usage, accepts, words: known }: OwnSpec, value: unknown): string {
  const close = typeof value === "string" ? nearest(value, known) : undefined;
  const meant = close === undefined ? "" : ` (did you mean "${close}"?)`;
  return `${flagOf(usage)}: ${JSON.stringify(value)} is not accepted${meant}. Accepted: ${accepts}.`;
}

function refuseLater(target: unknown): void {
  if (!LATER_TARGETS.some((later) => later === target)) return;
  throw new UserError(
    "E_NOT_IN_THIS_VERSION",
    `--validate: "${String(target)}" is not in this version yet. Accepted: ${VALIDATION_TARGETS.join(", ")}.`,
    "Validate on the embedded engine, or run the recommended file yourself: --target staging --limiter-config FOLDER/recommended.json. Nothing was run.",
  );
}

/** What the presets and the end of a search need is no search yet. */
function requireBudget(budget: number, seeds: number, strategies: readonly TunedStrategy[]): void {
  const { before, after } = reserveOf(strategies, seeds);
  const least = before + after + seeds + 1;
  if (budget >= least) return;
  throw badOptions(
    `--budget: ${budget} is too small for ${seeds} seeds: the presets take ${before}, what comes after the search up to ${after}. Accepted: ${least} or more, or fewer --seeds.`,
  );
}

function requireSeeds(seed: number, seeds: number): void {
  if (seed + 2 * seeds - 1 <= BOUNDS.seed.max) return;
  throw badOptions(
    `--seed: ${seed} leaves no room for ${2 * seeds} seeds. Accepted: at most ${BOUNDS.seed.max - 2 * seeds + 1}.`,
  );
}

function badOptions(message: string): UserError {
  const hint = "Run `npm run sim -- tune --help` for all options. Nothing was run.";
  return new UserError("E_BAD_OPTIONS", message, hint);
}

function specOf(key: string): RunOptionSpec {
  return RUN_OPTION_SPECS.find((spec) => spec.key === key) as RunOptionSpec;
}

function flagOf(usage: string): string {
  return usage.split(" ")[0] ?? usage;
}

function words<const Words extends readonly string[]>(
  key: string,
  placeholder: string,
  accepted: Words,
  byDefault: Words[number],
) {
  return {
    key,
    usage: `--${key} <${placeholder}>`,
    accepts: accepted.join(", "),
    words: accepted,
    byDefault,
    schema: z.enum(accepted).default(byDefault as never),
  };
}

function number(
  key: string,
  placeholder: string,
  bounds: { readonly min: number; readonly max: number; readonly byDefault?: number },
  byDefault: string,
) {
  const { min, max } = bounds;
  const whole = z.int().min(min).max(max);
  return {
    key,
    usage: `--${key} <${placeholder}>`,
    accepts: `a whole number from ${min} to ${max}`,
    words: [],
    isNumber: true,
    byDefault,
    schema: bounds.byDefault === undefined ? whole.optional() : whole.default(bounds.byDefault),
  } as const;
}
