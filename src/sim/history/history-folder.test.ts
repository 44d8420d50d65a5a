import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { entryAt } from "../compare/synthetic-history.fixture.ts";
import { readEntry } from "./history-entry.ts";
import { addToHistory, pruneHistory, readHistory } from "./history-folder.ts";

const root = mkdtempSync(join(tmpdir(), "plimsoll-history-"));
afterAll(() => rmSync(root, { recursive: true }));

const figure = { metric: "m", unit: "ms", better: "lower" as const, value: 1, samples: 10 };
const entry = (night: number) => entryAt(night, [figure]);

async function historyOf(name: string, nights: readonly number[]): Promise<string> {
  const folder = join(root, name);
  for (const night of nights) await addToHistory(folder, entry(night));
  return folder;
}

describe("a history's folder", () => {
  it("that is not there holds no run", async () => {
    expect(await readHistory(join(root, "nowhere"))).toEqual({ entries: [], skipped: [] });
  });

  it("gives back what was added, in the order of time, and no draft stays", async () => {
    const folder = await historyOf("order", [4, 0, 11, 2]);
    const { entries, skipped } = await readHistory(folder);
    expect(entries).toEqual([0, 2, 4, 11].map(entry));
    expect(skipped).toEqual([]);
    expect(readdirSync(folder).filter((name) => !name.endsWith(".json"))).toEqual([]);
  });

  it("holds a run once, however often it was added, and two lanes of one moment apart", async () => {
    const folder = await historyOf("twice", [1, 1]);
    const { key } = entry(1);
    await addToHistory(folder, { ...entry(1), key: { ...key, lane: "k6" } });
    expect((await readHistory(folder)).entries.map(({ key: { lane } }) => lane)).toEqual([
      "gateway",
      "k6",
    ]);
  });

  it("names what it cannot read, and goes on without it", async () => {
    const folder = await historyOf("broken", [1, 2]);
    const [name = ""] = readdirSync(folder);
    const text = readFileSync(join(folder, name), "utf8");
    const files = {
      "a-cut.json": text.slice(0, text.length / 2),
      "b-newer.json": text.replace("plimsoll-history/1", "plimsoll-history/9"),
      "c-other.json": "[]",
      "d-field.json": text.replace('"samples":10', '"samples":-1'),
      "e-draft.json.writing": "{",
      "README.md": "not a run",
    };
    for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, file), content);
    const { entries, skipped } = await readHistory(folder);
    expect(entries).toHaveLength(2);
    expect(skipped.map(({ path, why }) => [path.slice(folder.length + 1), why])).toEqual([
      ["a-cut.json", "is no JSON (cut short?)"],
      [
        "b-newer.json",
        'names the form "plimsoll-history/9"; this version reads plimsoll-history/1',
      ],
      ["c-other.json", "names no form; this version reads plimsoll-history/1"],
      ["d-field.json", expect.stringContaining("figures.0.samples")],
    ]);
  });

  it("is pruned to the newest runs of each lane", async () => {
    const folder = await historyOf("pruned", [0, 1, 2, 3, 4]);
    const { key } = entry(0);
    await addToHistory(folder, { ...entry(0), key: { ...key, lane: "k6" } });
    expect(await pruneHistory(folder, 2)).toBe(3);
    const { entries } = await readHistory(folder);
    expect(entries.map(({ run, key: { lane } }) => `${lane} ${run}`)).toEqual([
      "k6 night-0",
      "gateway night-3",
      "gateway night-4",
    ]);
  });
});

it("an entry as the first form has it is read, for ever", () => {
  const text = readFileSync(new URL("testing/form-1.json", import.meta.url), "utf8");
  expect(readEntry(text)).toMatchObject({
    kind: "entry",
    entry: { commit: "5966389aaaaa", figures: [{ value: 9.647 }, { events: 0 }] },
  });
});
