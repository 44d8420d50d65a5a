import { readFile } from "node:fs/promises";
import { formatDuration } from "../config/duration.ts";
import type { Scenario } from "../config/scenario.ts";
import type { HeadroomPlan } from "../headroom/find-headroom.ts";
import {
  DEFAULT_USERS,
  VARIED_FACTS,
  variedByDefault,
  withAllClients,
  type Situation,
  type Varied,
} from "../headroom/situation.ts";
import type { SearchRange } from "../headroom/search-threshold.ts";
import { quoteWord } from "../run/replay-command.ts";
import { badOptions, type HeadroomOptions } from "./headroom-options.ts";
import { loadInputs } from "./load-inputs.ts";

/** Seeds of the stages in which a cause is lifted: enough to see by how much, at three fifths of the price. */
const SEEDS_OF_LIFTED = 3;

/** Reads what the options name and checks that they fit together, before anything is run. */
export async function planHeadroom(options: HeadroomOptions): Promise<HeadroomPlan> {
  const { run, seeds, lifts, curve } = options;
  const { scenarios, limiterConfig, indexesFile, calibration } = await loadInputs(run);
  const [scenario] = scenarios;
  if (scenario === undefined) throw badOptions("--scenario: is missing.");
  const varied = options.vary ?? variedByDefault(scenario);
  requireUse(varied, scenario, options);
  const situation: Situation = {
    varied,
    options: {
      latency: run.latency,
      ...(run.durationMs === null ? {} : { duration: run.durationMs }),
      ...(run.market === null ? {} : { market: run.market }),
      ...(run.calibration === undefined ? {} : { calibration: run.calibration }),
    },
    scenario: withAllClients(scenario),
    limiter: run.limiter,
    limiterConfig,
    indexes: await readFile(indexesFile, "utf8"),
    users: options.users ?? null,
    tenants: options.tenants ?? null,
  };
  return {
    situation,
    range: rangeOf(varied, options),
    seeds: Array.from({ length: seeds }, (_, index) => run.seed + index),
    lifts,
    seedsOfLifted: SEEDS_OF_LIFTED,
    curve,
    calibration: calibration?.facts,
  };
}

function requireUse(varied: Varied, scenario: Scenario, { users, tenants }: HeadroomOptions): void {
  const { applies, needs, noun } = VARIED_FACTS[varied];
  if (!applies(scenario)) {
    const others = Object.entries(VARIED_FACTS).filter(([, facts]) => facts.applies(scenario));
    throw badOptions(
      `--vary: "${varied}" changes nothing in ${scenario.name}, which has not ${needs}. Accepted for it: ${others.map(([name]) => name).join(", ")}.`,
    );
  }
  if (varied === "users" && users !== undefined) {
    throw badOptions(`--users: ${noun} are what varies. Accepted: --from and --to.`);
  }
  if (varied === "tenants" && tenants !== undefined) {
    throw badOptions(`--tenants: ${noun} are what varies. Accepted: --from and --to.`);
  }
}

function rangeOf(varied: Varied, { from, to, precision, users }: HeadroomOptions): SearchRange {
  const facts = VARIED_FACTS[varied];
  // Where the users are fixed, there are no more tenants than these.
  const most = varied === "tenants" && users !== undefined ? Math.min(facts.max, users) : facts.max;
  const range = {
    from: from ?? Math.min(facts.from, to ?? facts.to),
    to: to ?? Math.max(Math.min(facts.to, most), from ?? 0),
    precision,
  };
  for (const [flag, load] of [
    ["--from", range.from],
    ["--to", range.to],
  ] as const) {
    if (load < facts.min || load > most) {
      throw badOptions(
        `${flag}: ${load} is out of range. Accepted: ${facts.min} to ${most} ${facts.noun}.`,
      );
    }
  }
  if (range.from > range.to) {
    throw badOptions(`--from: ${range.from} is more than --to, ${range.to}.`);
  }
  return range;
}

/** What was asked for, in words that go into the report: nothing of threads and folders. */
export function shapingOptions(
  { run, lifts, curve }: HeadroomOptions,
  { situation, range, seeds }: HeadroomPlan,
): Readonly<Record<string, unknown>> {
  const { varied, scenario, users, tenants } = situation;
  const isFixed = varied === "trades" || varied === "writes";
  return {
    scenario: scenario.name,
    vary: varied,
    ...range,
    seeds: seeds.length,
    seed: run.seed,
    lifts,
    ...(isFixed ? { users: users ?? DEFAULT_USERS[varied] } : users === null ? {} : { users }),
    ...(tenants === null ? {} : { tenants }),
    ...(run.durationMs === null ? {} : { duration: formatDuration(run.durationMs) }),
    ...(run.market === null ? {} : { market: run.market }),
    limiter: run.limiter,
    limiterConfig: run.limiterConfig,
    latency: run.latency,
    ...(run.calibration === undefined ? {} : { calibration: run.calibration }),
    ...(run.indexes === null ? {} : { indexes: run.indexes }),
    ...(curve ? { curve } : {}),
  };
}

const FLAGS: Readonly<Record<string, string>> = { limiterConfig: "limiter-config" };

/** The command that asks the same again. */
export function headroomCommand(shaping: Readonly<Record<string, unknown>>): string {
  const words = Object.entries(shaping).map(([name, value]) => {
    const flag = `--${FLAGS[name] ?? name}`;
    return value === true ? flag : `${flag} ${quoteWord(String(value))}`;
  });
  return `npm run sim -- headroom ${words.join(" ")}`;
}
