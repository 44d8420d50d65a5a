import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createAdmission } from "../src/firestore/admission/create-admission.ts";
import type { AdmissionReport } from "../src/firestore/admission/report.ts";
import { Timestamp } from "../src/firestore/data/timestamp.ts";
import type { MapValue, Value } from "../src/firestore/data/value.ts";
import type { Write as DatabaseWrite } from "../src/firestore/data/write.ts";
import { createCatalogue } from "../src/firestore/indexes/create-catalogue.ts";
import { readIndexFile } from "../src/firestore/indexes/index-file.ts";
import { findScenario, loadScenarios } from "../src/sim/config/scenario-files.ts";
import { DirectJournal } from "../src/sim/drivers/direct-journal.ts";
import { runDirectLane } from "../src/sim/drivers/direct-lane.ts";
import { createDirectWriter } from "../src/sim/drivers/direct-writer.ts";
import { LedgerJournal } from "../src/sim/drivers/ledger-journal.ts";
import { createPopulation } from "../src/sim/population/create-population.ts";
import { AutoClock } from "../src/std/auto-clock.fixture.ts";
import { createRng } from "../src/std/rng.ts";
import {
  StoreError,
  type FieldTransform,
  type FieldValue,
  type Write,
} from "../src/system/store/store.ts";

/**
 * The scenarios that ask the database itself, on virtual time: their direct writes, made as in a run,
 * before the limits as the gateway holds them. Each states a sentence of scenarios/README.md.
 */

interface Outcome {
  readonly due: number;
  readonly committed: number;
  readonly report: AdmissionReport;
}

/** One scenario with an index file: its own, or another of scenarios/indexes or the service's. */
async function ask(name: string, indexes?: string): Promise<Outcome> {
  const scenario = findScenario(name, loadScenarios());
  const load = scenario.directWrites!;
  const clock = new AutoClock();
  const file =
    indexes ?? (scenario.indexes === null ? SERVICE : `scenarios/indexes/${scenario.indexes}`);
  const read = readIndexFile(readFileSync(file, "utf8"));
  if (read.kind !== "read") throw new Error(`${file} cannot be read`);
  const admission = createAdmission({
    catalogue: createCatalogue(read.file),
    previous: () => "unknown",
    rng: createRng("limits"),
    mode: "on",
    latency: "off",
  });
  if (scenario.warmedTo !== null) admission.warm(scenario.warmedTo);
  const writer = createDirectWriter(load, {
    clock,
    rng: createRng("writes"),
    population: createPopulation(
      { users: 200, tenants: 80, largestTenantShare: 0.5 },
      createRng("people"),
    ),
    market: { symbols: ["AAA", "BBB", "CCC", "DDD"], priceOf: () => "10.00" },
    ledger: new LedgerJournal(),
    journal: new DirectJournal(),
  });
  let committed = 0;
  let due = 0;
  const lane = runDirectLane(
    {
      load,
      startMs: 0,
      durationMs: scenario.durationSeconds * 1000,
      store: {
        commit: async (writes) => {
          const attempt = {
            database: { projectId: "demo", databaseId: "(default)" },
            writes: writes.map((write) => toDatabase(write, clock.wallMs())),
            requestBytes: 300 * writes.length,
          };
          const decision = admission.commit(attempt, clock.monotonicMs());
          if (decision.delayMs > 0) await clock.sleep(decision.delayMs);
          if (decision.kind === "admit") return { commitTimeMs: clock.wallMs() };
          const path = writes[0]?.path ?? "";
          throw new StoreError("RESOURCE_EXHAUSTED", "commit", path, decision.message);
        },
      },
      writer,
      recorder: {
        direct: ({ writes, code }) => {
          due += writes;
          if (code === null) committed += writes;
        },
        directDropped: (_intendedMs, writes) => (due += writes),
      },
      signal: new AbortController().signal,
    },
    clock,
  );
  await clock.run(lane);
  return { due, committed, report: admission.report(clock.monotonicMs()) };
}

const SERVICE = "firestore.indexes.json";

function toDatabase(write: Write, nowMs: number): DatabaseWrite {
  if (write.kind === "delete" || write.kind === "update") throw new Error("no direct write");
  const { path, data } = write;
  const changes = Object.entries<FieldTransform>(write.transforms ?? {});
  const times = changes.flatMap(([field, { kind }]) =>
    kind === "server-timestamp" ? [[field, Timestamp.fromMillis(nowMs)] as const] : [],
  );
  const increments = changes.flatMap(([field, change]) =>
    change.kind === "increment"
      ? [{ field: [field], kind: change.kind, operand: BigInt(change.by) }]
      : [],
  );
  const fields: MapValue = new Map([
    ...Object.entries(data).map(([field, value]) => [field, toValue(value)] as const),
    ...times,
  ]);
  const mask =
    write.kind === "set" && write.merge ? { mask: [...fields.keys()].map((key) => [key]) } : {};
  return { kind: "update", path, fields, ...mask, transforms: increments };
}

function toValue(value: FieldValue): Value {
  if (value instanceof Date) return Timestamp.fromMillis(value.getTime());
  if (typeof value === "number" && Number.isInteger(value)) return BigInt(value);
  if (typeof value === "string" || typeof value === "number" || value === null) return value;
  throw new Error(`no direct write holds ${JSON.stringify(value)}`);
}

const share = ({ due, committed }: Outcome): number => committed / due;
const limitsOf = ({ report }: Outcome): readonly string[] => [
  ...new Set(report.refusals.map(({ limit }) => limit)),
];

describe("what fails", () => {
  test(
    "a new collection takes some 500 of 3,000 writes a second",
    { timeout: 60_000 },
    async () => {
      const outcome = await ask("cold-collection");
      expect(outcome.due).toBe(60_000);
      expect(share(outcome)).toBeGreaterThan(0.15);
      expect(share(outcome)).toBeLessThan(0.35);
      expect(limitsOf(outcome)).toEqual(["ramp-start"]);
      expect(outcome.report.refusals[0]?.subject).toBe("collection direct_writes");
    },
  );

  test.each([
    ["ts indexed as any field", "large-tenant-ledger", undefined, "ledger_trades (ts ASC)"],
    [
      "the document's own exemption",
      "large-tenant-ledger",
      "scenarios/indexes/ledger-false-exemption.json",
      "ledger_trades (ts ASC)",
    ],
    [
      "a composite that begins with the exempt field",
      "large-tenant-ledger",
      "scenarios/indexes/ledger-composite.json",
      "ledger_trades (ts DESC, symbol ASC)",
    ],
    ["one group index for all users", "group-index", undefined, "collection group signals"],
  ])(
    "%s caps it at some 500 a second, for ever",
    { timeout: 60_000 },
    async (_name, scenario, file, index) => {
      const outcome = await ask(scenario, file);
      // Of 750/s; the requests that still wait when the lane ends are let through.
      expect(share(outcome)).toBeLessThan(0.9);
      expect(limitsOf(outcome)).toEqual(["sequential-index"]);
      for (const { subject } of outcome.report.refusals) expect(subject).toContain(index);
    },
  );

  test("one counter takes some ten of 50 writes a second", async () => {
    const outcome = await ask("ops-counter");
    expect(share(outcome)).toBeLessThan(0.3);
    expect(limitsOf(outcome)).toEqual(["document-writes"]);
    expect(outcome.report.refusals[0]?.subject).toBe("document direct_counters/batch_performance");
  });
});

describe("what helps", () => {
  test.each([
    ["a true exemption, with another field before it in every composite", "large-tenant-ledger"],
    ["indexes in the scope of each user's collection", "group-index"],
  ])("%s", { timeout: 60_000 }, async (_name, scenario) => {
    const outcome = await ask(scenario, SERVICE);
    expect(outcome.due).toBe(30_000);
    expect(share(outcome)).toBe(1);
    expect(outcome.report.refusals).toEqual([]);
    expect(outcome.report.writes.delayed).toBe(0);
  });
});
