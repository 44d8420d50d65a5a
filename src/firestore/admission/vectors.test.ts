import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createCatalogue } from "../indexes/create-catalogue.ts";
import { isLimitId } from "../limits/limits.ts";
import { admission, DATABASE, newOutcome, note, type Outcome } from "./admission.fixture.ts";
import {
  type Expectation,
  indexesOf,
  readVectors,
  type Vector,
  writeOf,
} from "./vector.fixture.ts";

const FOLDER = "src/firestore/capacity/vectors";
const vectors = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".json"))
  .flatMap((name) => readVectors(readFileSync(`${FOLDER}/${name}`, "utf8")));

/** What became of the vector's load, second by second. */
function run(vector: Vector): readonly Outcome[] {
  const target = admission({ catalogue: createCatalogue(indexesOf(vector)) });
  if (vector.warmToWritesPerSecond !== undefined) target.warm(vector.warmToWritesPerSecond);
  const seconds: Outcome[] = [];
  let stageMs = 0;
  let number = 0;
  for (const {
    seconds: length,
    commitsPerSecond,
    commit,
    times = 1,
    requestBytes,
  } of vector.load) {
    for (let index = 0; index < length * commitsPerSecond; index += 1) {
      const nowMs = stageMs + (index * 1000) / commitsPerSecond;
      const writes = Array.from({ length: times }, () =>
        commit.map((text) => writeOf(text, (number += 1), nowMs)),
      ).flat();
      const attempt = {
        database: DATABASE,
        writes,
        requestBytes: requestBytes ?? 200 * writes.length,
      };
      const second = (seconds[Math.floor(nowMs / 1000)] ??= newOutcome());
      note(second, target.commit(attempt, nowMs));
    }
    stageMs += length * 1000;
  }
  return seconds;
}

function judge(expectation: Expectation, seconds: readonly Outcome[]): void {
  const { fromSecond, toSecond, codes, limits } = expectation;
  const span = seconds.slice(fromSecond, toSecond);
  expect(span).toHaveLength(toSecond - fromSecond);
  const mean = (figure: "admitted" | "refused"): number =>
    span.reduce((sum, second) => sum + second[figure], 0) / span.length;
  within(mean("admitted"), expectation.admittedPerSecond, "admitted a second");
  within(mean("refused"), expectation.refusedPerSecond, "refused a second");
  const longest = Math.max(...span.map(({ longestMs }) => longestMs));
  within(longest, expectation.longestDelayMs, "longest delay in ms");
  const all = (name: "codes" | "limits"): readonly string[] =>
    [...new Set(span.flatMap((second) => [...second[name]]))].toSorted();
  expect(all("codes")).toEqual(codes?.toSorted() ?? all("codes"));
  expect(all("limits")).toEqual(limits?.toSorted() ?? all("limits"));
}

function within(figure: number, bounds: Expectation["admittedPerSecond"], what: string): void {
  if (bounds === undefined) return;
  const [least, most] = bounds;
  expect(figure, what).toBeGreaterThanOrEqual(least ?? -Infinity);
  expect(figure, what).toBeLessThanOrEqual(most ?? Infinity);
}

describe("the conformance vectors", () => {
  test("are there, each with an ID of its own and a limit of the table", () => {
    expect(vectors.length).toBeGreaterThan(20);
    expect(new Set(vectors.map(({ id }) => id)).size).toBe(vectors.length);
    expect(vectors.filter(({ limit }) => !isLimitId(limit))).toEqual([]);
    expect(vectors.filter((vector) => vector.expect.length === 0)).toEqual([]);
  });

  test.each(vectors.map((vector) => [`${vector.id}: ${vector.states}`, vector] as const))(
    "%s",
    (_title, vector) => {
      const seconds = run(vector);
      expect(seconds.length).toBeGreaterThan(0);
      for (const expectation of vector.expect) judge(expectation, seconds);
    },
  );

  test("can fail", () => {
    const [first] = vectors as [Vector];
    const wrong = { ...(first.expect[0] as Expectation), admittedPerSecond: [1e6, null] } as const;
    expect(() => judge(wrong as never, run({ ...first, load: first.load.slice(0, 1) }))).toThrow(
      "admitted a second",
    );
  });
});
