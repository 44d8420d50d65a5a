import { describe, expect, it } from "vitest";
import type { HistoryEntry } from "../history/history-entry.ts";
import { compareHistory } from "./comparison.ts";
import { DEFAULT_RULES, judgeHistory, type CompareRules } from "./judge-history.ts";
import { renderCompareJunit } from "./render-junit.ts";
import { renderCompareMarkdown } from "./render-markdown.ts";
import { renderCompareText } from "./render-text.ts";
import { entryAt } from "./synthetic-history.fixture.ts";

/** Nights with one figure; its noise is no chance. */
function nights(
  values: readonly number[],
  more: (night: number) => Partial<HistoryEntry> = () => ({}),
): readonly HistoryEntry[] {
  return values.map((value, night) => {
    const figure = { metric: "query p99 (dashboards)", unit: "ms", better: "lower" as const };
    const noisy = value * (1 + ((night * 7) % 5) * 0.004);
    return entryAt(night, [{ ...figure, value: noisy, samples: 5000 }], more(night));
  });
}

const stretch = (runs: number, value: number): number[] =>
  Array.from({ length: runs }, () => value);

const judge = (entries: readonly HistoryEntry[], rules: Partial<CompareRules> = {}) =>
  judgeHistory(entries, { ...DEFAULT_RULES, ...rules });

describe("a regression", () => {
  const slower = [...stretch(20, 40), ...stretch(3, 48)];

  it("is told with its figure, size, interval, first run and what changed there", () => {
    const entries = nights(slower, (night) => (night < 20 ? { commit: "aaa" } : { commit: "bbb" }));
    const [lane] = judge(entries);
    expect(lane?.changes).toHaveLength(1);
    const [change] = lane?.changes ?? [];
    expect(change).toMatchObject({
      metric: "query p99 (dashboards)",
      state: "alarm",
      since: { run: "night-20" },
      before: { run: "night-19" },
      told: { run: "night-22" },
      runs: 3,
      changed: [{ what: "commit", from: "aaa", to: "bbb" }],
    });
    const { low = 0, shift = 0, high = 0 } = change?.size ?? {};
    expect(low).toBeLessThan(Math.log(1.2));
    expect(high).toBeGreaterThan(Math.log(1.2));
    expect(shift).toBeCloseTo(Math.log(1.2), 1);
  });

  it.each([
    ["stands as long as nothing is done", [...slower, ...stretch(10, 48)], "alarm"],
    ["is settled after some time", [...slower, ...stretch(14, 48)], "settled"],
    ["is repaired by the runs that say so", [...slower, ...stretch(3, 40)], "repaired"],
  ])("%s", (_name, values, state) => {
    const [lane] = judge(nights(values));
    const [first] = lane?.changes.toReversed() ?? [];
    expect(first?.state).toBe(state);
  });

  it("of a rate is its fall", () => {
    const entries = nights([...stretch(20, 40), ...stretch(3, 32)]).map((entry) => ({
      ...entry,
      figures: entry.figures.map((figure) => ({ ...figure, better: "higher" as const })),
    }));
    expect(judge(entries)[0]?.changes).toMatchObject([{ state: "alarm", direction: "worse" }]);
  });

  it("is in the text, the summary and JUnit", () => {
    const entries = nights(slower);
    const comparison = compareHistory(
      { entries, skipped: [{ path: "h/x.json", why: "is no JSON" }] },
      DEFAULT_RULES,
    );
    expect(comparison.verdict).toBe("fail");
    const text = renderCompareText(comparison, (_state, line) => line);
    const markdown = renderCompareMarkdown(comparison);
    const facts = { seconds: 0, startedAt: "2026-11-26T00:00:00Z", command: "c", properties: {} };
    const junit = renderCompareJunit(comparison, facts);
    for (const page of [text, markdown, junit]) {
      expect(page).toContain("query p99 (dashboards)");
      expect(page).toMatch(/\+(19|20)(\.\d)?% \(9\d%: /);
      expect(page).toContain("commit-19 → commit-20");
    }
    expect(text).toContain("Skipped h/x.json: is no JSON.");
    expect(markdown).toContain("Skipped h/x.json");
    expect(junit).toMatch(/tests="2" failures="1" errors="0" skipped="0"/);
  });
});

describe("an improvement", () => {
  it("is told, and no alarm", () => {
    const entries = nights([...stretch(20, 40), ...stretch(3, 32)]);
    const comparison = compareHistory({ entries, skipped: [] }, DEFAULT_RULES);
    expect(comparison).toMatchObject({
      verdict: "pass",
      lanes: [{ changes: [{ state: "improved" }] }],
    });
  });
});

describe("runs that are not to be compared", () => {
  const otherMachine = (night: number): Partial<HistoryEntry> => {
    const { key } = entryAt(0, []);
    return night < 20 ? {} : { key: { ...key, machine: "2 × Xeon, 8 GiB" } };
  };

  it("are left out, and said to be", () => {
    const [lane] = judge(nights([...stretch(20, 40), ...stretch(3, 80)], otherMachine));
    expect(lane).toMatchObject({
      runs: 3,
      missing: 10,
      changes: [],
      leftOut: [{ runs: 20, why: "other machine (4 × AMD EPYC 7763, 16 GiB)" }],
    });
  });

  it("may be compared across what they differ in, which is then named", () => {
    const entries = nights([...stretch(20, 40), ...stretch(3, 80)], otherMachine);
    const [lane] = judge(entries, { across: ["machine"] });
    expect(lane?.changes[0]?.changed.map(({ what }) => what)).toEqual(["commit", "machine"]);
  });

  it("of other lanes are lanes of their own", () => {
    const { key } = entryAt(0, []);
    const entries = nights(stretch(40, 40), (night) =>
      night % 2 === 0 ? {} : { key: { ...key, lane: "k6" } },
    );
    expect(judge(entries).map(({ lane, runs }) => [lane, runs])).toEqual([
      ["gateway", 20],
      ["k6", 20],
    ]);
    expect(judge(entries, { lanes: ["k6"] }).map(({ lane }) => lane)).toEqual(["k6"]);
  });

  it("that were cut short tell nothing, and are named", () => {
    const entries = nights([...stretch(20, 40), ...stretch(4, 80)], (night) =>
      night < 20 ? {} : { unfit: "cut short: the emulator died" },
    );
    const [lane] = judge(entries);
    expect(lane).toMatchObject({ runs: 20, changes: [], outOfLine: [] });
    expect(lane?.leftOut).toHaveLength(4);
  });
});

describe("too few runs", () => {
  it("are inconclusive, never a pass", () => {
    const comparison = compareHistory(
      { entries: nights(stretch(12, 40)), skipped: [] },
      DEFAULT_RULES,
    );
    expect(comparison).toMatchObject({ verdict: "inconclusive", lanes: [{ missing: 1 }] });
  });
});

describe("one bad night", () => {
  it("is told as out of line, and no change", () => {
    const [lane] = judge(nights([...stretch(20, 40), 60]));
    expect(lane).toMatchObject({ changes: [], outOfLine: [{ direction: "worse" }] });
  });
});

describe("figures", () => {
  it("can be chosen by a part of their name", () => {
    const entries = nights([...stretch(20, 40), ...stretch(3, 48)]);
    expect(judge(entries, { metrics: ["p50"] })[0]).toMatchObject({ figures: 0, changes: [] });
    expect(judge(entries, { metrics: ["p99"] })[0]?.changes).toHaveLength(1);
  });
});
