import {
  renderJunit,
  type JunitFacts,
  type TestCase,
  type TestSuite,
} from "../report/junit-suites.ts";
import { changedText, changeWords, laneText } from "./change-words.ts";
import type { Comparison } from "./comparison.ts";
import type { LaneReport } from "./judge-history.ts";

/**
 * A suite for each lane: one case that says whether it was judged, and one for each figure whose
 * level changed. A lane with too few runs is a skipped case, never a passed one.
 */
export function renderCompareJunit(comparison: Comparison, facts: JunitFacts): string {
  return renderJunit(compareSuites(comparison), facts);
}

export function compareSuites({ lanes, headline, verdict }: Comparison): readonly TestSuite[] {
  if (lanes.length > 0) return lanes.map(laneSuite);
  const name = "plimsoll.compare";
  const outcome = { kind: "skipped", message: `${verdict}: ${headline}`, text: "" } as const;
  return [{ name, cases: [{ suite: name, name: "history", outcome }] }];
}

function laneSuite(lane: LaneReport): TestSuite {
  const name = `plimsoll.compare.${lane.lane}`;
  const judged: TestCase = {
    suite: name,
    name: "the lane's figures against its history",
    outcome:
      lane.missing === 0
        ? { kind: "passed" }
        : { kind: "skipped", message: `inconclusive: ${laneText(lane)}`, text: "" },
  };
  const changes = lane.changes.map((change): TestCase => {
    const message = changeWords(change);
    return {
      suite: name,
      name: `${change.metric} since ${change.since.run}`,
      outcome:
        change.state === "alarm"
          ? { kind: "failure", message, text: `what changed: ${changedText(change)}` }
          : { kind: "passed" },
    };
  });
  return { name, cases: [judged, ...changes] };
}
