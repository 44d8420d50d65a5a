import { COMPARED_BY, type ComparedBy, type HistoryEntry } from "../history/history-entry.ts";
import { differencesOf, type Difference } from "./differences.ts";
import { judgeSeries, RUNS_MIN, type Change } from "./judge-series.ts";
import { outOfLine, type OutOfLine } from "./out-of-line.ts";
import { tracksOf } from "./track.ts";

export interface CompareRules {
  /** The least change told, as a share. */
  readonly least: number;
  /** How often a look at a lane without a change may raise a false alarm. */
  readonly chanceMax: number;
  /** For how many runs after it was told a regression remains an alarm. */
  readonly alarmRuns: number;
  /** Of the newest runs of a series so many are looked at. */
  readonly window: number;
  /** Parts in which runs may differ and still be compared. */
  readonly across: readonly ComparedBy[];
  /** Only figures with one of these texts in their name; none: all. */
  readonly metrics: readonly string[];
  /** Only these lanes; none: all. */
  readonly lanes: readonly string[];
}

export const DEFAULT_RULES: CompareRules = {
  least: 0.1,
  chanceMax: 1 / 1000,
  alarmRuns: 14,
  window: 120,
  across: [],
  metrics: [],
  lanes: [],
};

/** `alarm`: worse, and neither repaired nor old. `settled`: worse, and for long now. */
export type ChangeState = "alarm" | "repaired" | "settled" | "improved";

export interface ToldChange extends Omit<Change, "since" | "before" | "told"> {
  readonly state: ChangeState;
  readonly since: HistoryEntry;
  readonly before: HistoryEntry;
  readonly told: HistoryEntry;
  /** Runs at the new level, up to the next change. */
  readonly runs: number;
  /** What is not the same in the runs on both sides of it. */
  readonly changed: readonly Difference[];
}

/** Runs of a lane that were not compared with its newest one, and why. */
interface LeftOut {
  readonly runs: number;
  readonly why: string;
}

export interface LaneReport {
  readonly lane: string;
  readonly newest: HistoryEntry;
  /** Runs compared. */
  readonly runs: number;
  readonly figures: number;
  /** Runs still needed before anything can be told; 0: it is judged. */
  readonly missing: number;
  /** Newest first. */
  readonly changes: readonly ToldChange[];
  readonly outOfLine: readonly OutOfLine[];
  readonly leftOut: readonly LeftOut[];
}

/** Judges every lane of a history by the runs that may be compared with its newest one. */
export function judgeHistory(
  entries: readonly HistoryEntry[],
  rules: CompareRules,
): readonly LaneReport[] {
  const lanes = new Map<string, HistoryEntry[]>();
  for (const entry of entries) {
    const lane = laneOf(entry);
    if (rules.lanes.length > 0 && !rules.lanes.includes(lane)) continue;
    lanes.set(lane, [...(lanes.get(lane) ?? []), entry]);
  }
  return [...lanes].map(([lane, runs]) => judgeLane(lane, runs, rules));
}

function laneOf({ key }: HistoryEntry): string {
  return key.lane;
}

function judgeLane(lane: string, all: readonly HistoryEntry[], rules: CompareRules): LaneReport {
  const newest = all.at(-1);
  if (newest === undefined) throw new RangeError(`lane ${lane} has no runs`);
  const parts = COMPARED_BY.filter((part) => !rules.across.includes(part));
  const same = all.filter((entry) => parts.every((part) => entry.key[part] === newest.key[part]));
  const fit = same.filter(({ unfit }) => unfit === null);
  const runs = fit.slice(-rules.window);
  const tracks = tracksOf(runs).filter(({ metric }) => isAsked(metric, rules.metrics));
  const judged = tracks.filter((track) => track.runs.length >= RUNS_MIN);
  const changes = judgeSeries(judged, runs.length, rules);
  return {
    lane,
    newest,
    runs: runs.length,
    figures: judged.length,
    missing: judged.length > 0 ? 0 : Math.max(1, RUNS_MIN - runs.length),
    changes: changes.map((change) => tellChange(change, changes, runs, rules)).toReversed(),
    outOfLine:
      newest.unfit === null ? judged.flatMap((track) => outOfLine(track, changes, rules)) : [],
    leftOut: [
      ...othersOf(all, newest, parts),
      ...unfitOf(same),
      ...(fit.length > runs.length
        ? [{ runs: fit.length - runs.length, why: `older than the last ${rules.window}` }]
        : []),
    ],
  };
}

function isAsked(metric: string, asked: readonly string[]): boolean {
  return asked.length === 0 || asked.some((text) => metric.includes(text));
}

function tellChange(
  change: Change,
  all: readonly Change[],
  runs: readonly HistoryEntry[],
  rules: CompareRules,
): ToldChange {
  const next = all.find(({ metric, told }) => metric === change.metric && told > change.told);
  const at = (index: number): HistoryEntry => {
    const entry = runs[index];
    if (entry === undefined) throw new RangeError(`no run ${index} of ${runs.length}`);
    return entry;
  };
  const since = at(change.since);
  const before = at(change.before);
  return {
    ...change,
    state: stateOf(change, next, runs.length - 1 - change.told < rules.alarmRuns),
    since,
    before,
    told: at(change.told),
    runs: (next?.since ?? runs.length) - change.since,
    changed: differencesOf(before, since),
  };
}

function stateOf(change: Change, next: Change | undefined, isYoung: boolean): ChangeState {
  if (change.direction === "better") return "improved";
  if (next?.direction === "better") return "repaired";
  return isYoung ? "alarm" : "settled";
}

/** Runs of the lane that are of another series, by what they differ in. */
function othersOf(
  all: readonly HistoryEntry[],
  newest: HistoryEntry,
  parts: readonly ComparedBy[],
): readonly LeftOut[] {
  const counts = new Map<string, number>();
  for (const entry of all) {
    const differing = parts.filter((part) => entry.key[part] !== newest.key[part]);
    if (differing.length === 0) continue;
    const why = `other ${differing.map((part) => `${part} (${entry.key[part]})`).join(", ")}`;
    counts.set(why, (counts.get(why) ?? 0) + 1);
  }
  return [...counts].map(([why, runs]) => ({ runs, why }));
}

function unfitOf(same: readonly HistoryEntry[]): readonly LeftOut[] {
  return same.flatMap(({ unfit, run }) =>
    unfit === null ? [] : [{ runs: 1, why: `${run}: ${unfit}` }],
  );
}

/** Whether the newest runs say that the service has become worse. */
export function hasAlarm(reports: readonly LaneReport[]): boolean {
  return reports.some(({ changes }) => changes.some(({ state }) => state === "alarm"));
}
