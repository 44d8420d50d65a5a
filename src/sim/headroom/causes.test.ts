import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { scenarioIndexesFile } from "../cli/project-files.ts";
import { findScenario } from "../config/scenario-files.ts";
import type { Scenario } from "../config/scenario.ts";
import { runTrial } from "../trial/run-trial.ts";
import { findHeadroom, type Found } from "./find-headroom.ts";
import { withAllClients, type Situation } from "./situation.ts";

/**
 * Issue 5's criterion: headroom names the cause, and when exactly that is lifted, more fits. Virtual
 * runs as the command makes them, short and of one seed, in this thread.
 */

const OWN_INDEXES = readFileSync(
  new URL("../../../firestore.indexes.json", import.meta.url),
  "utf8",
);

interface Question {
  readonly scenario: Scenario;
  readonly change?: Partial<Situation>;
  readonly from: number;
  readonly to: number;
}

function ask({ scenario, change = {}, from, to }: Question): Promise<Found> {
  const indexes =
    scenario.indexes === null
      ? OWN_INDEXES
      : readFileSync(scenarioIndexesFile(scenario.indexes), "utf8");
  const situation: Situation = {
    varied: scenario.directWrites === null ? "users" : "writes",
    options: {},
    scenario: withAllClients(scenario),
    limiter: "paced",
    limiterConfig: {},
    indexes,
    users: scenario.directWrites === null ? null : 20,
    tenants: null,
    ...change,
  };
  return findHeadroom(
    {
      situation,
      range: { from, to, precision: 0.25 },
      seeds: [1],
      lifts: 1,
      seedsOfLifted: 1,
      curve: false,
    },
    {
      runTrial: (spec, signal) => runTrial(spec, { signal }),
      signal: new AbortController().signal,
      onStage: () => undefined,
      onTrialBegun: () => undefined,
      onTrial: () => undefined,
      onSeed: () => undefined,
    },
  );
}

function told({ stages }: Found) {
  const [before, after] = stages;
  return {
    binds: before?.binding?.name,
    lifted: after?.lifted.map(({ remedy }) => remedy),
    helped: before?.remedies.find(({ remedy }) => remedy === after?.lifted[0]?.remedy)?.outcome,
    before: before?.headroom?.median.load ?? 0,
    after: after?.headroom?.median.load ?? 0,
    thenBinds: after?.binding?.name,
  };
}

describe("headroom names the cause, and more fits when it is lifted", { timeout: 120_000 }, () => {
  test("one large tenant: the ledger's sequential index, lifted by its exemption", async () => {
    const scenario = { ...findScenario("large-tenant-ledger"), durationSeconds: 6 };
    const found = told(await ask({ scenario, from: 400, to: 2000 }));
    expect(found).toMatchObject({
      binds: "sequential-index on index ledger_trades (ts ASC)",
      lifted: ["exempt-field"],
      helped: "passes",
    });
    expect(found.after).toBeGreaterThan(found.before * 1.5);
    // The next tails are those of a composite: one for each side.
    expect(found.thenBinds).toBe("sequential-index on index ledger_trades (side ASC, ts DESC)");
  });

  test("... and not by what the document takes for an exemption", async () => {
    const scenario = { ...findScenario("large-tenant-ledger"), durationSeconds: 6 };
    const indexes = readFileSync(scenarioIndexesFile("ledger-false-exemption.json"), "utf8");
    const found = await ask({ scenario, change: { indexes }, from: 400, to: 800 });
    const { before, binds, after } = told(found);
    expect(before).toBeLessThan(800);
    expect(binds).toBe("sequential-index on index ledger_trades (ts ASC)");
    expect(after).toBe(800);
  });

  test("a synchronised pulse on a cold database: the ramp, lifted by warm ranges", async () => {
    const scenario = { ...findScenario("thundering-herd"), durationSeconds: 20 };
    const whole = await ask({
      scenario,
      // Beyond what a new range takes, so that the limiter is not what binds; and no latency but
      // what limits make.
      change: { limiterConfig: { batch_write_limit: 5000 }, options: { latency: "off" } },
      from: 60,
      to: 400,
    });
    const found = told(whole);
    expect(found).toMatchObject({
      binds: "ramp-start on collection users",
      lifted: ["warm-ranges"],
      helped: "passes",
    });
    expect(found.after).toBeGreaterThan(found.before * 2);
    // Spreading the pulse helps as well; the ramp limiter makes the updates wait instead.
    expect(whole.stages[0]?.remedies.map(({ remedy, outcome }) => [remedy, outcome])).toEqual([
      ["warm-ranges", "passes"],
      ["spread-pulse", "passes"],
      ["ramp-limiter", "moves"],
    ]);
  });

  test("the single ops counter: the hot document, lifted by a distributed counter", async () => {
    const scenario = { ...findScenario("ops-counter"), durationSeconds: 15 };
    const found = told(await ask({ scenario, from: 4, to: 300 }));
    expect(found).toMatchObject({
      binds: "document-writes on document direct_counters/batch_performance",
      lifted: ["distributed-counter"],
      helped: "passes",
    });
    expect(found.before).toBeLessThan(20);
    expect(found.after).toBe(300);
  });
});
