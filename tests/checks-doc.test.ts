import { readFileSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";

/** IDs of checks as the code spells them; the throughput rows take their phase's name. */
function idsInCode(): readonly string[] {
  const folder = "src/sim/verify";
  const sources = readdirSync(folder).filter((name) => !/\.(test|fixture)\.ts$/.test(name));
  const text = sources.map((name) => readFileSync(`${folder}/${name}`, "utf8")).join("\n");
  return [
    ...text.matchAll(/\bid: "((?:benchmark|throughput|limits|limiter|data|harness)\.[a-z-]+)"/g),
  ].map(([, id]) => id ?? "");
}

test("docs/checks.md lists every check, and no other", () => {
  const page = readFileSync("docs/checks.md", "utf8");
  const listed = [...page.matchAll(/^\| `([a-z]+\.[a-z<>.-]+)` +\|/gm)].map(([, id]) => id);
  const expected = [...idsInCode(), "throughput.<phase>", "throughput.<phase>.direct"];
  expect(idsInCode().length).toBeGreaterThan(15);
  expect(new Set(listed)).toEqual(new Set(expected));
  expect(listed).toHaveLength(expected.length);
});
