import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { LIMITER_PRESETS, type LimiterConfig } from "../../system/limiter/config.ts";
import { resolveOptions, type RawOptions } from "../config/resolve-options.ts";
import type { Scenario } from "../config/scenario.ts";
import { replayCommand } from "../run/replay-command.ts";
import type { RunCase } from "./shrunk-case.ts";

/** How a small run is made by hand: a command, and the files that it names. */
export interface SmallRun {
  readonly command: string;
  /** By their names in the folder. */
  readonly files: ReadonlyMap<string, string>;
}

export interface SmallRunInputs {
  /** Of the whole run; users, tenants, scenarios and duration are the case's. */
  readonly options: RawOptions;
  readonly limiterConfig: LimiterConfig;
  /** The project's own scenarios: what they say already needs no file. */
  readonly known: readonly Scenario[];
  /** Where the files will lie. */
  readonly folder: string;
}

const LIMITER_FILE = "limiter.json";

/** The options where they can say it; else files of the scenarios, and of the limiter's settings. */
export function smallRun(one: RunCase, inputs: SmallRunInputs): SmallRun {
  const { options, limiterConfig, known, folder } = inputs;
  const files = new Map<string, string>();
  const fileOf = (name: string, content: unknown): string => {
    files.set(name, `${JSON.stringify(content, null, 2)}\n`);
    return join(folder, name);
  };
  const seconds = commonDuration(one.scenarios, known);
  const scenario =
    seconds === undefined
      ? one.scenarios.map((each) => fileOf(`${each.name}.json`, each))
      : one.scenarios.map(({ name }) => name);
  const preset = String(options["limiterConfig"]);
  const resolved = resolveOptions(
    {
      ...options,
      clock: "virtual",
      users: one.users,
      tenants: one.tenants,
      cohort: one.cohort,
      scenario,
      duration: seconds === undefined ? null : seconds * 1000,
      limiterConfig: preset in LIMITER_PRESETS ? preset : fileOf(LIMITER_FILE, limiterConfig),
    },
    undefined,
  );
  return { command: replayCommand(resolved), files };
}

/** The length of all, where they are otherwise the project's own; else undefined. */
function commonDuration(
  scenarios: readonly Scenario[],
  known: readonly Scenario[],
): number | undefined {
  const [first] = scenarios;
  const isPlain = scenarios.every((scenario) => {
    const own = known.find(({ name }) => name === scenario.name);
    const { durationSeconds } = scenario;
    const isSame = own !== undefined && isDeepStrictEqual({ ...own, durationSeconds }, scenario);
    return isSame && durationSeconds === first?.durationSeconds;
  });
  return isPlain ? first?.durationSeconds : undefined;
}
