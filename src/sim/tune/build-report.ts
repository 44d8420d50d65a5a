import { modelInWords } from "../report/model-words.ts";
import { hashName } from "../../std/rng.ts";
import { assess, isAccepted, type Assessment } from "./assessment.ts";
import { configInput, type Candidate } from "./candidate.ts";
import { headlineOf } from "./headline.ts";
import { compareRanks, frontScores } from "./objective.ts";
import { dominates, paretoFront } from "./pareto.ts";
import { PRICES } from "../measure/price-table.ts";
import type { Stretch } from "./stretch.ts";
import type { Entry } from "./trial-ledger.ts";
import type { Tuned } from "./tune.ts";
import {
  TUNE_SCHEMA_VERSION,
  type Agreement,
  type Configuration,
  type Preset,
  type Recommendation,
  type TuneReport,
} from "./tune-report.ts";

/** What a search was, beside what it came to. */
export interface TuneFacts {
  readonly command: string;
  readonly commit: string;
}

/** Turns what a search came to into tune.json's contents. The same search gives the same. */
export function buildReport(tuned: Tuned, { command, commit }: TuneFacts): TuneReport {
  const { request, end, ledger, recommended } = tuned;
  const { load, calibration } = request;
  const shaping = [command, commit, ...(calibration === undefined ? [] : [calibration.hash])];
  const configurations = ledger.entries.map((entry) => configurationOf(entry, tuned.seeds));
  const idOf = (candidate: Candidate): string => ledger.entryOf(candidate).id;
  const front = frontOf(configurations, recommended && idOf(recommended));
  const report: Omit<TuneReport, "headline"> = {
    schemaVersion: TUNE_SCHEMA_VERSION,
    id: `tune-${load.scenario.name}-${load.users}u-seed${request.seed}-${hashName(shaping)}`,
    status: end.kind === "complete" ? "complete" : "partial",
    partialReason: end.kind === "complete" ? null : end.reason,
    command,
    commit,
    model: modelInWords(calibration),
    load: {
      scenario: load.scenario.name,
      users: load.users,
      tenants: load.tenants,
      durationMs: load.durationMs,
    },
    objective: request.objective,
    budget: {
      asked: request.budget,
      spent: Math.round(ledger.spent * 10) / 10,
      trials: ledger.trials,
      configurations: configurations.length,
      searchEnd: tuned.searchEnd,
    },
    seeds: tuned.seeds,
    freshSeeds: tuned.freshSeeds,
    stretches: tuned.stretches,
    spaces: tuned.spaces,
    prices: PRICES,
    recommended: recommended === undefined ? null : recommendationOf(tuned, recommended),
    front: front.map(({ id }) => id),
    presets: tuned.presets.map((preset) => presetOf(preset, idOf(preset), configurations, front)),
    fallen: tuned.fallen.map(idOf),
    agreement: tuned.stretches
      .filter(({ name }) => name !== "full")
      .map(({ name }) => agreementOf(name, configurations)),
    configurations,
  };
  return { ...report, headline: headlineOf(report) };
}

function configurationOf(entry: Entry, seeds: readonly number[]): Configuration {
  const { id, origin, candidate, outcomes } = entry;
  const bySeed = [...outcomes].map(
    ([name, known]) =>
      [name, [...known.values()].sort((left, right) => left.seed - right.seed)] as const,
  );
  const full = seeds.flatMap((seed) => outcomes.get("full")?.get(seed) ?? []);
  const assessment = full.length === seeds.length ? assess(full) : null;
  return {
    id,
    origin,
    preset: candidate.preset?.name ?? null,
    strategy: candidate.strategy,
    changes: candidate.changes,
    isAccepted: assessment === null ? null : isAccepted(assessment),
    assessment,
    outcomes: Object.fromEntries(bySeed),
  };
}

type Assessed = Configuration & { readonly assessment: Assessment };

/** Of equal ones, the recommended stands for all. */
function frontOf(
  configurations: readonly Configuration[],
  recommended: string | undefined,
): readonly Assessed[] {
  const accepted = configurations
    .filter((one): one is Assessed => one.isAccepted === true && one.assessment !== null)
    .sort((left, right) => Number(right.id === recommended) - Number(left.id === recommended));
  return paretoFront(accepted, ({ assessment }) => frontScores(assessment)).sort(
    (left, right) => left.assessment.freshnessP99Ms - right.assessment.freshnessP99Ms,
  );
}

function presetOf(
  { preset, strategy }: Candidate,
  id: string,
  configurations: readonly Configuration[],
  front: readonly Assessed[],
): Preset {
  const found = configurations.find((one) => one.id === id);
  return { name: preset?.name ?? "", strategy, id, standing: standingOf(found, front) };
}

/** Of the checks that reject a preset; all of them are with its outcomes. */
const CHECKS_TOLD = 2;

function standingOf(found: Configuration | undefined, front: readonly Assessed[]): string {
  if (found?.assessment === undefined || found.assessment === null) return "not tried on all seeds";
  const { broken } = found.assessment;
  if (broken.length > 0) {
    const checks = [...new Set(broken.flatMap((one) => one.checks))];
    const more = checks.length - CHECKS_TOLD;
    return `rejected: ${checks.slice(0, CHECKS_TOLD).join(", ")}${more > 0 ? `, ${more} more` : ""}`;
  }
  if (front.some(({ id }) => id === found.id)) return "on the front";
  const scores = frontScores(found.assessment);
  const better = front.find(({ assessment }) => dominates(frontScores(assessment), scores));
  if (better !== undefined) return `dominated by ${better.id}`;
  const alike = front.find(({ assessment }) => compareRanks(frontScores(assessment), scores) === 0);
  return alike === undefined ? "near the front" : `as good as ${alike.id}`;
}

function recommendationOf(tuned: Tuned, candidate: Candidate): Recommendation {
  const { ledger, seeds, freshSeeds } = tuned;
  const fresh = ledger.outcomes(candidate, "full", freshSeeds);
  const assessment = assess([...ledger.outcomes(candidate, "full", seeds), ...fresh]);
  const config = serviceConfig(candidate);
  const { hottest } = assessment;
  return {
    id: ledger.entryOf(candidate).id,
    strategy: candidate.strategy,
    config,
    environment: {
      LIMITER_STRATEGY: candidate.strategy,
      LIMITER_CONFIG: JSON.stringify(config),
    },
    assessment,
    fresh: fresh.length === 0 ? null : assess(fresh),
    nearestLimit: hottest === null ? null : { ...hottest, margin: 1 - hottest.utilisation },
  };
}

/** The document's four settings are spelled out; of ours, those that differ from the defaults. */
function serviceConfig(candidate: Candidate): Recommendation["config"] {
  return {
    enable_rate_limiting: true,
    batch_write_limit: 500,
    doc_write_limit: 50,
    batch_cooldown_sec: 5,
    ...configInput(candidate),
  };
}

/** Pairs whose figures with the first seed are further apart than noise, in both stretches. */
function agreementOf(
  stretch: Stretch["name"],
  configurations: readonly Configuration[],
): Agreement {
  const pairs = configurations.flatMap(({ outcomes }): readonly (readonly [number, number])[] => {
    const [cheap] = outcomes[stretch] ?? [];
    const full = outcomes.full?.find(({ seed }) => seed === cheap?.seed);
    if (cheap === undefined || full === undefined) return [];
    return [[cheap.freshnessP99Ms, full.freshnessP99Ms]];
  });
  let compared = 0;
  let agreeing = 0;
  for (const [index, [cheap, full]] of pairs.entries()) {
    for (const [otherCheap, otherFull] of pairs.slice(0, index)) {
      if (isAlike(cheap, otherCheap) || isAlike(full, otherFull)) continue;
      compared += 1;
      if (cheap < otherCheap === full < otherFull) agreeing += 1;
    }
  }
  return { stretch, pairs: compared, agreeing };
}

const ALIKE_SHARE = 0.03;

function isAlike(left: number, right: number): boolean {
  return Math.abs(left - right) <= ALIKE_SHARE * Math.max(left, right);
}
