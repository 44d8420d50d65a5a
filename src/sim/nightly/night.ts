import type { Comparison } from "../compare/comparison.ts";
import type { Verdict } from "../report/result.ts";
import type { LaneEnd } from "./run-lane.ts";

/** A lane that did not run, and why. */
interface SkippedLane {
  readonly lane: string;
  readonly why: string;
}

/** What a night has brought. */
export interface Night {
  readonly id: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly commit: string;
  readonly command: string;
  /** Whether only the machinery is judged. */
  readonly isShort: boolean;
  readonly lanes: readonly LaneEnd[];
  readonly skipped: readonly SkippedLane[];
  /** null where no lane has left a run. */
  readonly comparison: Comparison | null;
  readonly historyFolder: string;
}

/** `broken`: a lane did not get far enough to say anything, or none ran. */
export type NightVerdict = Verdict | "broken";

/**
 * Of a whole night: the worst of the lanes, and of the comparison only a regression, for a history
 * may be young. Of the short form: whether everything did its work, and no data was lost; what is slow
 * on a busy machine is no fault.
 */
export function nightVerdict(night: Night): NightVerdict {
  const { lanes, comparison, isShort } = night;
  if (lanes.length === 0 || comparison === null || lanes.some(isBroken)) return "broken";
  if (isShort) return lanes.some(hasLostData) ? "fail" : "pass";
  const verdicts = lanes.map(({ result }) => result?.verdict);
  if (verdicts.includes("fail") || comparison.verdict === "fail") return "fail";
  return verdicts.includes("inconclusive") ? "inconclusive" : "pass";
}

/** Exit codes of a run that got to a verdict. */
const DECIDED = new Set(["exit code 0", "exit code 3", "exit code 99"]);

export function isBroken({ ended, result, endedEarly, cleaned }: LaneEnd): boolean {
  if (cleaned !== undefined && cleaned.ended !== "exit code 0") return true;
  if (endedEarly !== null || !DECIDED.has(ended) || result === undefined) return true;
  return result.run.status === "partial";
}

function hasLostData({ result }: LaneEnd): boolean {
  return (
    result?.checks.some(({ group, verdict }) => group === "data" && verdict === "fail") ?? false
  );
}

/** How a lane ended, in a word. */
export function laneWord(end: LaneEnd): NightVerdict {
  return isBroken(end) ? "broken" : (end.result?.verdict ?? "broken");
}
