import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { readIndexFile } from "../../firestore/indexes/index-file.ts";
import { loadScenarios } from "./scenario-files.ts";

const ROOT = new URL("../../../", import.meta.url);
const FOLDER = fileURLToPath(new URL("scenarios/indexes/", ROOT));

type Entry = Readonly<Record<string, unknown>>;
interface Indexes {
  readonly indexes: readonly Entry[];
  readonly fieldOverrides: readonly Entry[];
}

const OWN = JSON.parse(readFileSync(new URL("firestore.indexes.json", ROOT), "utf8")) as Indexes;

function isOn(collectionGroup: string, fieldPath: string) {
  return (entry: Entry) =>
    entry["collectionGroup"] === collectionGroup && entry["fieldPath"] === fieldPath;
}

/** The service's own file with another override of one field; undefined: with none. */
function overriding(group: string, field: string, indexes: readonly Entry[] | undefined): Indexes {
  const others = OWN.fieldOverrides.filter((entry) => !isOn(group, field)(entry));
  expect(others).toHaveLength(OWN.fieldOverrides.length - 1);
  const override = { collectionGroup: group, fieldPath: field, indexes };
  return { ...OWN, fieldOverrides: indexes === undefined ? others : [...others, override] };
}

const ASCENDING = { queryScope: "COLLECTION", order: "ASCENDING" };
const DESCENDING = { queryScope: "COLLECTION", order: "DESCENDING" };

/** What each file changes of firestore.indexes.json, and nothing else. */
const VARIANTS: Readonly<Record<string, Indexes>> = {
  // ts is indexed as any field is: no override.
  "ledger-ts-indexed.json": overriding("ledger_trades", "ts", undefined),
  // What the document calls an exemption: it lists the very indexes a field has by default.
  "ledger-false-exemption.json": overriding("ledger_trades", "ts", [ASCENDING, DESCENDING]),
  // ts is exempt, as in the service's own file, but a composite begins with it.
  "ledger-composite.json": {
    ...OWN,
    indexes: [
      ...OWN.indexes,
      {
        collectionGroup: "ledger_trades",
        queryScope: "COLLECTION",
        fields: [
          { fieldPath: "ts", order: "DESCENDING" },
          { fieldPath: "symbol", order: "ASCENDING" },
        ],
      },
    ],
  },
  "created-at-group.json": overriding("signals", "created_at", [
    DESCENDING,
    { queryScope: "COLLECTION_GROUP", order: "DESCENDING" },
  ]),
};

/** One entry a line, as in firestore.indexes.json. */
function print({ indexes, fieldOverrides }: Indexes): string {
  const list = (entries: readonly Entry[]) =>
    entries.map((entry) => `    ${JSON.stringify(entry)}`).join(",\n");
  return `{\n  "indexes": [\n${list(indexes)}\n  ],\n  "fieldOverrides": [\n${list(fieldOverrides)}\n  ]\n}\n`;
}

/** `npx vitest run --project unit src/sim/config/scenario-indexes.test.ts -u` writes them anew. */
describe("scenarios/indexes", () => {
  test.each(Object.keys(VARIANTS))("%s is the service's own but for its change", async (name) => {
    const variant = VARIANTS[name];
    expect(readIndexFile(JSON.stringify(variant)).kind).toBe("read");
    await expect(print(variant!)).toMatchFileSnapshot(`${FOLDER}${name}`);
  });

  test("has every file that a scenario names, and none that is not explained here", () => {
    const files = readdirSync(FOLDER).toSorted();
    expect(files).toEqual(Object.keys(VARIANTS).toSorted());
    const named = loadScenarios().flatMap(({ indexes }) => indexes ?? []);
    expect(named.length).toBeGreaterThan(1);
    for (const name of named) expect(files).toContain(name);
  });
});
