import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { readIndexFile, type IndexFile } from "../../firestore/indexes/index-file.ts";
import { INDEXES_FILE } from "../cli/project-files.ts";
import { indexDifference, rulesDifference } from "./difference.ts";

const RULES = "match /a {\n  allow read: if true;\n  allow write: if false;\n}";

it.each([
  ["the same rules", RULES, []],
  ["other white space", RULES.replaceAll("\n", "\r\n\n  "), []],
  ["none deployed", undefined, ["no rules are deployed: every client is refused"]],
  [
    "a line changed",
    RULES.replace("if false", "if true"),
    ["- not deployed: allow write: if false;", "+ deployed only: allow write: if true;"],
  ],
  [
    "the order changed",
    "match /a {\nallow write: if false;\nallow read: if true;\n}",
    ["the same lines in another order"],
  ],
  ["a line said twice", `${RULES}\n}`, ["+ deployed only: }"]],
])("rules: %s", (_, deployed, lines) => expect(rulesDifference(RULES, deployed)).toEqual(lines));

it("shows so many lines of rules that have nothing in common", () => {
  const long = Array.from({ length: 30 }, (_, line) => `line ${line}`).join("\n");
  expect(rulesDifference(long, "")).toHaveLength(9);
  expect(rulesDifference(long, "")[8]).toBe("… and 22 more");
});

async function serviceIndexes(): Promise<IndexFile> {
  const read = readIndexFile(await readFile(INDEXES_FILE, "utf8"));
  if (read.kind === "faulty") throw new Error("the service's index file is faulty");
  return read.file;
}

it("finds no difference between the service's indexes and themselves, in any order", async () => {
  const file = await serviceIndexes();
  const turned = {
    indexes: file.indexes.toReversed(),
    fieldOverrides: file.fieldOverrides.toReversed(),
  };
  expect(indexDifference(file, turned)).toEqual([]);
});

it("names an index that is missing and one that is deployed only", async () => {
  const file = await serviceIndexes();
  const [first, ...rest] = file.indexes;
  const difference = indexDifference(file, { ...file, indexes: rest });
  expect(difference).toEqual([expect.stringMatching(/^- not deployed: index of \w+ \(COLLECTION/)]);
  const more = indexDifference({ ...file, indexes: rest }, { ...file, indexes: [first!, ...rest] });
  expect(more).toEqual([expect.stringMatching(/^\+ deployed only: index of/)]);
  const [override, ...overrides] = file.fieldOverrides;
  const lost = indexDifference(file, { ...file, fieldOverrides: overrides });
  expect(lost).toEqual([expect.stringContaining(`${override!.collectionGroup}.`)]);
});
