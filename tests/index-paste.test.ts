import { describe, expect, it } from "vitest";
import { createCatalogue } from "../src/firestore/indexes/create-catalogue.ts";
import { readIndexFile, type IndexFile } from "../src/firestore/indexes/index-file.ts";
import { createRng } from "../src/std/rng.ts";
import { randomQuery, type RandomQuery } from "./setup/random-queries.ts";

const PROJECT = "demo-paste";
/** One for each alternative, of which a random query has at most 3 × 3. */
const MOST_PASTES = 9;

interface Entries {
  readonly indexes: readonly object[];
  readonly fieldOverrides: readonly { readonly fieldPath: string }[];
}

/** Pastes what a refusal prints until the query is served; returns how often. */
function pasteUntilServed({ query, aggregated }: RandomQuery, start: Entries): number {
  let entries = start;
  for (let pastes = 0; pastes <= MOST_PASTES; pastes += 1) {
    const plan = createCatalogue(fileOf(entries)).plan(query, PROJECT, aggregated);
    if (plan.kind === "served") return pastes;
    const entry = JSON.parse(plan.json) as { readonly fieldPath: string };
    entries =
      "fieldPath" in entry
        ? { ...entries, fieldOverrides: replace(entries.fieldOverrides, entry) }
        : { ...entries, indexes: [...entries.indexes, entry] };
  }
  return Infinity;
}

function replace(
  overrides: Entries["fieldOverrides"],
  entry: Entries["fieldOverrides"][number],
): Entries["fieldOverrides"] {
  return [...overrides.filter(({ fieldPath }) => fieldPath !== entry.fieldPath), entry];
}

function fileOf(entries: Entries): IndexFile {
  const read = readIndexFile(JSON.stringify(entries));
  if (read.kind === "faulty") throw new Error(JSON.stringify(read.faults));
  return read.file;
}

describe("the entry that a missing index prints", () => {
  it.each([
    ["with the automatic indexes", { indexes: [], fieldOverrides: [] }],
    [
      "where every field is exempt",
      { indexes: [], fieldOverrides: [{ collectionGroup: "c", fieldPath: "*", indexes: [] }] },
    ],
  ])("makes the query served once it is pasted, %s", (_, start) => {
    const pastes = Array.from({ length: 1500 }, (__, at) =>
      pasteUntilServed(randomQuery(createRng("paste").fork(String(at)), "c", PROJECT), start),
    );
    expect(Math.max(...pastes)).toBeLessThanOrEqual(MOST_PASTES);
    expect(pastes.filter((count) => count > 0).length).toBeGreaterThan(500);
    expect(pastes.filter((count) => count > 1).length).toBeGreaterThan(50);
  });
});
