import type { History, SkippedFile } from "../history/history-folder.ts";
import type { Verdict } from "../report/result.ts";
import { changeWords } from "./change-words.ts";
import { hasAlarm, judgeHistory, type CompareRules, type LaneReport } from "./judge-history.ts";

/** What `compare` says of a history. */
export interface Comparison {
  readonly format: "plimsoll-compare/1";
  readonly verdict: Verdict;
  /** One sentence a reader can repeat. */
  readonly headline: string;
  readonly rules: CompareRules;
  /** Runs that the history holds. */
  readonly runs: number;
  readonly lanes: readonly LaneReport[];
  readonly skipped: readonly SkippedFile[];
}

export function compareHistory({ entries, skipped }: History, rules: CompareRules): Comparison {
  const lanes = judgeHistory(entries, rules);
  const verdict = verdictOf(lanes);
  return {
    format: "plimsoll-compare/1",
    verdict,
    headline: headlineOf(lanes, verdict),
    rules,
    runs: entries.length,
    lanes,
    skipped,
  };
}

/** Where no lane has runs enough, nothing was seen, and that is no pass. */
function verdictOf(lanes: readonly LaneReport[]): Verdict {
  if (hasAlarm(lanes)) return "fail";
  return lanes.some(({ missing }) => missing === 0) ? "pass" : "inconclusive";
}

function headlineOf(lanes: readonly LaneReport[], verdict: Verdict): string {
  const judged = lanes.filter(({ missing }) => missing === 0);
  const figures = judged.reduce((sum, lane) => sum + lane.figures, 0);
  switch (verdict) {
    case "fail":
      return alarmSentence(lanes);
    case "pass":
      return `No regression in ${figures} figures of ${judged.length} lane${judged.length === 1 ? "" : "s"}.`;
    case "inconclusive":
      return "Too few comparable runs to judge anything yet.";
  }
}

function alarmSentence(lanes: readonly LaneReport[]): string {
  const alarms = lanes.flatMap(({ lane, changes }) =>
    changes.filter(({ state }) => state === "alarm").map((change) => ({ lane, change })),
  );
  const worst = alarms.toSorted(
    (left, right) => Math.abs(right.change.size.shift) - Math.abs(left.change.size.shift),
  )[0];
  if (worst === undefined) return "No regression.";
  const more = alarms.length === 1 ? "" : `; ${alarms.length - 1} more`;
  return `Regression in lane ${worst.lane}: ${changeWords(worst.change)}${more}.`;
}
