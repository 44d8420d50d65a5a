import { formatMs, plural } from "../verify/check.ts";
import type {
  Bound,
  Headroom,
  HeadroomResult,
  SeedResult,
  StageResult,
  TriedRemedy,
} from "./headroom-result.ts";

/** The sentences that terminal and Markdown share. */

export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** "822 users", "fewer than 10 users", "at least 20,000 users". */
function boundWords({ kind, load }: Bound, noun: string): string {
  switch (kind) {
    case "load":
      return `${count(load)} ${noun}`;
    case "below":
      return `fewer than ${count(load)} ${noun}`;
    case "at-least":
      return `at least ${count(load)} ${noun}`;
  }
}

function shortBound({ kind, load }: Bound): string {
  return `${kind === "load" ? "" : kind === "below" ? "below " : "at least "}${count(load)}`;
}

/** "the median of 5 seeds; with 94% sureness 791 to 905; every seed meets them at 791". */
function sureness({ low, high, coverage, everySeed }: Headroom, seeds: number): string {
  if (seeds === 1) return "of one seed, so without an interval";
  const interval = `with ${(coverage * 100).toFixed(0)}% sureness ${shortBound(low)} to ${shortBound(high)}`;
  return `the median of ${seeds} seeds; ${interval}; every seed: ${shortBound(everySeed)}`;
}

/** What a stage says: how much, how sure, and what binds. */
export function stageWords(stage: StageResult, noun: string): readonly string[] {
  const { headroom, binding, seeds } = stage;
  const ended = seeds.filter(({ cut }) => !cut).length;
  if (headroom === null) return [cutWords(seeds, noun)];
  const { median } = headroom;
  const how = `${boundWords(median, noun)} (${sureness(headroom, ended)})`;
  const cut =
    seeds.length > ended
      ? [`Not searched to the end: ${plural(seeds.length - ended, "seed")}.`]
      : [];
  const doubts = doubtWords(seeds, noun);
  if (binding === null) {
    return [`${capital(how)}: nothing binds up to there.`, ...cut, ...doubts];
  }
  const others = binding.others.map(({ name, seeds: votes }) => `${name} (${votes})`).join("; ");
  const of = seeds.length === 1 ? "" : ` (${binding.seeds} of ${seeds.length} seeds)`;
  return [
    median.kind === "below"
      ? `None: even ${count(median.load)} ${noun} fail a check.`
      : `${capital(how)} meet every check.`,
    `What binds: ${binding.name}${of}. ${binding.binding.detail}`,
    ...(others === "" ? [] : [`On other seeds: ${others}.`]),
    ...cut,
    ...doubts,
  ];
}

function cutWords(seeds: readonly SeedResult[], noun: string): string {
  const [first] = seeds;
  const meets = first?.meets ?? null;
  const fails = first?.fails ?? null;
  if (meets === null && fails === null) return "Ended before anything was known.";
  const known = [
    ...(meets === null ? [] : [`${count(meets)} ${noun} meet every check`]),
    ...(fails === null ? [] : [`${count(fails)} fail`]),
  ];
  return `Ended early. Known so far: ${known.join(", ")}.`;
}

function doubtWords(seeds: readonly SeedResult[], noun: string): readonly string[] {
  return seeds
    .filter(({ doubts }) => doubts.length > 0)
    .map(
      ({ seed, fails, doubts }) =>
        `Not quite clean: with seed ${seed}, ${count(fails ?? 0)} ${noun} fail, and ${doubts.map(count).join(", ")} pass all the same. The lower is reported.`,
    );
}

export function remedyWords(
  { remedy, advice, source, outcome, load, detail }: TriedRemedy,
  noun: string,
) {
  const at = `${count(load)} ${noun}`;
  const tried = {
    passes: `with it, ${at} meet every check`,
    moves: `with it, ${at} fail by something else: ${detail}`,
    stays: `it does not lift this: ${at} fail by the same`,
    impossible: `it cannot be: ${detail}`,
    "not tried": "not tried: ended before",
  }[outcome];
  return {
    title: `${remedy}: ${advice}`,
    tried: `Tried: ${tried.replace(/\.$/, "")}.`,
    source: `Source: ${source}.`,
  };
}

/** What was changed up to a stage, in a line. */
export function stageTitle({ lifted }: StageResult): string {
  const last = lifted.at(-1);
  if (last === undefined) return "As it is";
  const before = lifted.slice(0, -1).map(({ remedy }) => remedy);
  return `With ${last.lifts} lifted (${[...before, last.remedy].join(" + ")})`;
}

/** One sentence a reader can repeat. */
export function headlineOf(
  scenario: string,
  noun: string,
  stages: HeadroomResult["stages"],
): string {
  const [first, ...lifted] = stages;
  if (first === undefined || first.headroom === null) {
    return `${scenario}: ${first === undefined ? "nothing was tried." : cutWords(first.seeds, noun)}`;
  }
  const found = `${scenario}: ${boundWords(first.headroom.median, noun)}`;
  const binds =
    first.binding === null ? "nothing binds up to there" : `${first.binding.name} binds first`;
  const then = lifted.flatMap(({ headroom, binding, lifted: changes }) =>
    headroom === null
      ? []
      : [
          `with that lifted (${changes.at(-1)?.remedy ?? ""}) ${boundWords(headroom.median, noun)}, ${binding === null ? "and nothing binds up to there" : `and then ${binding.name}`}`,
        ],
  );
  return `${[`${found}, ${binds}`, ...then].join("; ")}.`;
}

export function msOrNone(value: number | null): string {
  return value === null ? "–" : formatMs(value);
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
