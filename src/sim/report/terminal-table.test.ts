import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fixtureResult } from "./result.fixture.ts";
import { renderTerminalTable } from "./terminal-table.ts";

const ESCAPE = "\u001b";
const plain = { columns: 140, colour: false } as const;

describe("renderTerminalTable", () => {
  test("begins with the verdict and the headline", () => {
    const [first] = renderTerminalTable(fixtureResult(), plain).split("\n");
    expect(first).toMatch(/^FAIL {2}1,000 users are not safe at high volatility/u);
  });

  test("shows each check with target, figure, samples, basis and verdict", () => {
    const row = renderTerminalTable(fixtureResult(), plain)
      .split("\n")
      .find((line) => line.includes("Query performance"));
    expect(row?.trim().split(/ {2,}/u)).toEqual([
      "Query performance",
      "p95 < 100 ms",
      "p95 46.2 ms",
      "4,200",
      "measured on emulator",
      "PASS",
    ]);
  });

  test("explains what did not pass beneath its row, and nothing else", () => {
    const lines = renderTerminalTable(fixtureResult(), plain).split("\n");
    const failed = lines.findIndex((line) => line.includes("P&L update latency"));
    expect(lines[failed + 1]).toContain("Missed by 4,624 ms in high-volatility");
    expect(lines.join("\n")).not.toContain("The slowest of the three queries");
  });

  test("names what broke first, limiter, target, machine and the command", () => {
    const text = renderTerminalTable(fixtureResult(), { columns: 400, colour: false });
    expect(text).toMatch(/^Broke first {1}P&L latency crossed 500 ms/mu);
    expect(text).toMatch(/^Limiter {5}literal \(default\)$/mu);
    expect(text).toMatch(/^Target {6}official Firestore emulator 1\.19\.9/mu);
    expect(text).toMatch(/^Machine {5}2 × Intel/mu);
    expect(text).toMatch(/^Repeat {6}npm run sim -- --users 1000 .*literal$/mu);
  });

  test.each([200, 120, 100, 80, 60, 40])("no line but the command is over %d wide", (columns) => {
    const lines = renderTerminalTable(fixtureResult(), { columns, colour: false }).split("\n");
    const wide = lines.filter((line) => Array.from(line).length > columns);
    expect(wide.filter((line) => !line.startsWith("Repeat"))).toEqual([]);
  });

  test("names the hottest range, and says when nobody was asked", () => {
    const result = fixtureResult();
    const render = (changed: typeof result): string =>
      renderTerminalTable(changed, { columns: 200, colour: false });
    expect(render(result)).toMatch(
      /^Limits {6}on; 31 attempts refused; hottest: index range .+ at 152% of 500\/s$/m,
    );
    expect(render({ ...result, target: { ...result.target, limits: "off" } })).toMatch(
      /^Limits {6}off: nobody was asked whether production would take this load$/m,
    );
    const embedded = { ...result.target, evaluatesRules: false };
    expect(render({ ...result, target: embedded })).toMatch(/^Rules {7}not evaluated on the/m);
  });

  test("colours nothing but verdict words, and only when asked", () => {
    expect(renderTerminalTable(fixtureResult(), plain)).not.toContain(ESCAPE);
    const coloured = renderTerminalTable(fixtureResult(), { columns: 140, colour: true });
    const words = coloured
      .split(`${ESCAPE}[1;`)
      .slice(1)
      .map((part) => part.slice(3, part.indexOf(ESCAPE)));
    expect(new Set(words)).toEqual(new Set(["PASS", "FAIL", "INCONCLUSIVE"]));
    expect(words).toHaveLength(15);
  });

  test("passes no control character of a run on to the terminal", () => {
    const fixture = fixtureResult();
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), (hostile) => {
        const checks = fixture.checks.map((check) => ({ ...check, title: hostile }));
        const text = renderTerminalTable({ ...fixture, headline: hostile, checks }, plain);
        // oxlint-disable-next-line no-control-regex -- these characters are what is looked for
        expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/u);
      }),
      { numRuns: 25 },
    );
  });

  test("says that a run is partial, and that it has no checks", () => {
    const fixture = fixtureResult({ checks: [], brokeFirst: null });
    const run = { ...fixture.run, status: "partial" as const, partialReason: "the emulator died" };
    const text = renderTerminalTable({ ...fixture, run }, plain);
    expect(text).toContain("The run was cut short: the emulator died.");
    expect(text).toContain("No checks were made, so nothing was verified.");
    expect(text).toContain("Nothing was seen to break.");
  });
});
