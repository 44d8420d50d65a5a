import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findScenario, loadScenarios, ScenarioError } from "./scenario-files.ts";

const USERS = 1000;

const QUERIES = [
  "open-trades",
  "sell-trades-24h",
  "tenant-ledger",
  "account-snapshot",
  "recent-signals",
] as const;

function perSecond(perUserPerMinute: number): number {
  return (perUserPerMinute * USERS) / 60;
}

describe("the project's scenarios", () => {
  test("are the fifteen that the README describes", () => {
    expect(loadScenarios().map(({ name }) => name)).toEqual([
      "active",
      "baseline",
      "cold-collection",
      "dashboards",
      "flash-crash",
      "group-index",
      "high-volatility",
      "large-tenant",
      "large-tenant-ledger",
      "ledger-burst",
      "onboarding-rush",
      "ops-counter",
      "pulse-minute",
      "rough-day",
      "thundering-herd",
      "zone-outage",
    ]);
  });

  // Section 6 of the document: 1,000 users make 16.7, 83.3 and 333 writes a second.
  test.each([
    { name: "baseline", writesPerSecond: 16.7 },
    { name: "active", writesPerSecond: 83.3 },
    { name: "high-volatility", writesPerSecond: 333.3 },
  ])(
    "$name offers $writesPerSecond writes a second at 1,000 users",
    ({ name, writesPerSecond }) => {
      const { pulse, documentWritesPerUserPerMinute } = findScenario(name);
      const offered = (USERS * pulse!.openTradesPerUser) / pulse!.periodSeconds;
      expect(offered).toBeCloseTo(writesPerSecond, 1);
      expect(perSecond(documentWritesPerUserPerMinute!)).toBeCloseTo(writesPerSecond, 1);
    },
  );

  // The official emulator takes 20 to 30 ms of processor time a query and shares two cores.
  test.each([
    { name: "baseline", queriesMin: 6, queriesMax: 8 },
    { name: "active", queriesMin: 6, queriesMax: 8 },
    { name: "high-volatility", queriesMin: 6, queriesMax: 8 },
    { name: "dashboards", queriesMin: 14, queriesMax: 16 },
  ])("$name keeps its client traffic modest", ({ name, queriesMin, queriesMax }) => {
    const rates = findScenario(name).clients!.perUserPerMinute;
    const queries = QUERIES.reduce((sum, kind) => sum + perSecond(rates[kind] ?? 0), 0);
    expect(queries).toBeGreaterThanOrEqual(queriesMin);
    expect(queries).toBeLessThanOrEqual(queriesMax);
    expect(perSecond(rates["ledger-create"] ?? 0)).toBeLessThanOrEqual(2);
    expect(perSecond(rates["sign-up"] ?? 0)).toBeLessThanOrEqual(1);
  });
});

describe("finding a scenario", () => {
  test.each([
    { name: "base-line", hint: 'Did you mean "baseline"?' },
    { name: "nope", hint: "Run `npm run sim -- scenarios` to see what each one does." },
  ])("$name is unknown: the error lists the known ones", ({ name, hint }) => {
    const error = caught(() => findScenario(name));
    expect(error.fault).toBe("name");
    expect(error.message).toBe(
      `--scenario: got "${name}", expected one of active, baseline, cold-collection, dashboards, ` +
        "flash-crash, group-index, high-volatility, large-tenant, large-tenant-ledger, " +
        "ledger-burst, onboarding-rush, ops-counter, pulse-minute, rough-day, thundering-herd, zone-outage.",
    );
    expect(error.hint).toBe(hint);
  });
});

describe("a malformed file", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "plimsoll-scenarios-"));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const good = {
    name: "mine",
    summary: "A scenario for this test.",
    document: null,
    durationSeconds: 10,
    pulse: null,
    market: { symbols: 1, correlation: 0.5, regimes: [{ regime: "calm", seconds: 10 }] },
    clients: null,
  };
  const clientsUntil = (...shares: readonly number[]) => ({
    perUserPerMinute: {},
    arrivals: "poisson",
    stages: shares.map((untilShare) => ({ untilShare, factor: 1 })),
  });

  test.each([
    {
      fault: "a number out of range",
      file: { ...good, durationSeconds: 4 },
      message: "durationSeconds: got 4, expected number to be >=5",
    },
    {
      fault: "an unknown word",
      file: { ...good, market: { ...good.market, regimes: [{ regime: "wild", seconds: 1 }] } },
      message: 'market.regimes.0.regime: got "wild", expected one of "calm"|"active"|',
    },
    {
      fault: "a field left out",
      file: { ...good, summary: undefined },
      message: "summary: got nothing, expected string",
    },
    {
      fault: "a field that does not exist",
      file: { ...good, user: 1 },
      message: '(file): got the unknown field "user"',
    },
    {
      fault: "another name than the file's",
      file: { ...good, name: "yours" },
      message: 'name: got "yours", expected "mine" as the file is called',
    },
    {
      fault: "stages out of order",
      file: { ...good, clients: clientsUntil(0.5, 0.4, 1) },
      message: "expected untilShare to grow from stage to stage, up to 1 in the last",
    },
    {
      fault: "stages that end early",
      file: { ...good, clients: clientsUntil(0.5) },
      message: "untilShare to grow from stage to stage, up to 1 in the last",
    },
    {
      fault: "two faults at once",
      file: { ...good, durationSeconds: 4, document: 7 },
      message: "document: got 7, expected string; durationSeconds: got 4",
    },
  ])("with $fault names file, field, got and allowed", ({ file, message }) => {
    const error = errorOf(JSON.stringify(file));
    expect(error.message).toContain(join(folder, "mine.json"));
    expect(error.message).toContain(message);
    expect(error.hint).toContain("scenario.schema.json");
    expect(error.fault).toBe("file");
  });

  test("that is no JSON says so", () => {
    expect(errorOf("{").message).toContain("mine.json: cannot be read as JSON");
  });

  test("a folder that is not there says so", () => {
    const missing = join(folder, "missing");
    expect(caught(() => loadScenarios(missing)).message).toContain("the folder cannot be read");
  });

  test("the good file it is derived from loads", () => {
    const other = join(folder, "good");
    mkdirSync(other);
    writeFileSync(join(other, "mine.json"), JSON.stringify(good));
    expect(loadScenarios(other)).toMatchObject([good]);
  });

  function errorOf(text: string): ScenarioError {
    writeFileSync(join(folder, "mine.json"), text);
    return caught(() => loadScenarios(folder));
  }
});

function caught(action: () => unknown): ScenarioError {
  try {
    action();
  } catch (error) {
    if (error instanceof ScenarioError) return error;
    throw error;
  }
  throw new Error("expected a ScenarioError");
}
