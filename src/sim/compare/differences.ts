import { COMPARED_BY, type HistoryEntry } from "../history/history-entry.ts";

/** Something that two runs do not have alike. */
export interface Difference {
  readonly what: string;
  readonly from: string;
  readonly to: string;
}

const NOTHING = "none";

/** What is not the same in two runs: commit, what they are compared by, versions and other facts. */
export function differencesOf(before: HistoryEntry, after: HistoryEntry): readonly Difference[] {
  const sides = [before, after].map(({ commit, key, facts }) => ({
    commit,
    ...facts,
    // Last: a part of the key says more than a fact of its name.
    ...Object.fromEntries(COMPARED_BY.map((part) => [part, key[part]])),
  }));
  const [left = {}, right = {}] = sides as Readonly<Record<string, string>>[];
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].flatMap((what) => {
    const [from, to] = [left[what] ?? NOTHING, right[what] ?? NOTHING];
    return from === to ? [] : [{ what, from, to }];
  });
}
