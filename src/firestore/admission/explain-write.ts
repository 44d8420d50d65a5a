import type { KeyRange } from "../capacity/key-range.ts";
import type { KeySpace } from "../capacity/key-space.ts";
import type { IndexEntry } from "../indexes/catalogue.ts";
import type { WriteExplanation } from "./controlled-admission.ts";
import type { DatabaseState } from "./database-state.ts";
import { isTwin } from "./index-name.ts";
import { limitOf } from "./obstacle-refusal.ts";
import { queueName, rangeName } from "./subject-name.ts";
import type { WriteFootprint } from "./write-footprint.ts";

/** What the writes would touch, and what would bind first. */
export function explainWrite(
  state: DatabaseState,
  footprints: readonly WriteFootprint[],
  nowMs: number,
): WriteExplanation {
  const ranges = touchedRanges(state, footprints, nowMs);
  const locks = [...new Set(footprints.map(({ path }) => path))];
  return {
    documentRows: locks.length,
    indexRows: footprints.reduce(
      (sum, { changes }) => sum + changes.removed.length + changes.inserted.length,
      0,
    ),
    writes: footprints.map((footprint) => ({
      path: footprint.path,
      indexes: changedIndexes(footprint),
    })),
    ranges: [...ranges].map(([range, space]) => ({
      kind: space.kind,
      range: rangeName(space, range),
      operationsPerSecond: range.offeredRate(nowMs),
      allowedPerSecond: range.servedRate(nowMs),
      waitMs: range.waitMs(nowMs),
    })),
    locks,
    participants: state.model.participantsOf([...ranges.keys()]),
    binding: bindingLimit(state, ranges, locks, nowMs),
  };
}

function touchedRanges(
  state: DatabaseState,
  footprints: readonly WriteFootprint[],
  nowMs: number,
): ReadonlyMap<KeyRange, KeySpace> {
  const ranges = new Map<KeyRange, KeySpace>();
  const add = (space: KeySpace, key: string): void => void ranges.set(space.locate(key), space);
  for (const { path, changes } of footprints) {
    add(state.model.documentSpace(path, nowMs), path);
    const entries = [...changes.removed, ...changes.inserted];
    for (const [index, entry] of entries.entries()) {
      const before = entries[index - 1];
      if (before !== undefined && isTwin(before, entry)) continue;
      add(state.spaceOf(entry, path, nowMs), state.prefixOf(entry, path) + entry.key);
    }
  }
  return ranges;
}

function changedIndexes({
  changes,
}: WriteFootprint): WriteExplanation["writes"][number]["indexes"] {
  const indexes = new Map<string, { index: string; removed: number; inserted: number }>();
  const count = (entry: IndexEntry, kind: "removed" | "inserted"): void => {
    const index = indexes.get(entry.space) ?? { index: entry.space, removed: 0, inserted: 0 };
    index[kind] += 1;
    indexes.set(entry.space, index);
  };
  for (const entry of changes.removed) count(entry, "removed");
  for (const entry of changes.inserted) count(entry, "inserted");
  return [...indexes.values()];
}

/** The fullest of what the commit needs. */
function bindingLimit(
  state: DatabaseState,
  ranges: ReadonlyMap<KeyRange, KeySpace>,
  paths: readonly string[],
  nowMs: number,
): WriteExplanation["binding"] {
  const { locks } = state.model;
  const growing = new Set([...ranges.values()].filter(({ isGrowing }) => isGrowing));
  const candidates = [
    ...paths.map((path) => ({
      limit: "document-writes",
      subject: `document ${path}`,
      utilisation: locks.rate(state.document(path, nowMs), nowMs) / locks.ceilingRate,
    })),
    ...[...ranges.keys(), ...growing].map((queue) => ({
      limit: limitOf(queue),
      subject: queueName(queue),
      utilisation: queue.offeredRate(nowMs) / queue.servedRate(nowMs),
    })),
  ];
  let fullest: (typeof candidates)[number] | undefined;
  for (const candidate of candidates) {
    if (fullest === undefined || candidate.utilisation > fullest.utilisation) fullest = candidate;
  }
  return fullest ?? null;
}
