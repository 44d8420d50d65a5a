import { performance } from "node:perf_hooks";
import { CapacityModel } from "../../src/firestore/capacity/capacity-model.ts";
import type { RowHandle } from "../../src/firestore/capacity/row-table.ts";
import { modelConstants } from "../../src/firestore/capacity/constants.ts";
import type { ControlledAdmission } from "../../src/firestore/admission/controlled-admission.ts";
import { createAdmission } from "../../src/firestore/admission/create-admission.ts";
import type { Write } from "../../src/firestore/data/write.ts";
import { createCatalogue, NO_INDEX_FILE } from "../../src/firestore/indexes/create-catalogue.ts";
import { createRng } from "../../src/std/rng.ts";
import type { BenchRow } from "./bench-row.ts";

/** Users with trades of their own, as the service has them. */
const USERS = 10_000;
const TRADES_PER_USER = 10;
/** Writes a second of modelled time: every trade once in ten seconds. */
const MODELLED_RATE = 10_000;
const ROUNDS = 7;
const WRITES_PER_ROUND = 2_000_000;
const TARGET_PER_SECOND = 1_000_000;
const WARM_UP = 500_000;
const ADMISSIONS = 100_000;
const DAY_MS = 86_400_000;

interface Load {
  readonly model: CapacityModel;
  /** For each trade: its document, then its rows in the two indexes of the field that changes. */
  readonly handles: Int32Array;
  nowMs: number;
  next: number;
}

/** A database that has long served the load: P&L updates of trades beneath their users. */
function prepare(): Load {
  const model = new CapacityModel(modelConstants(), 1);
  model.warm(2 * MODELLED_RATE, 0);
  const trades = USERS * TRADES_PER_USER;
  const handles = new Int32Array(trades * 3);
  const ascending = model.indexSpace("trades (pnl ASC)", 0);
  const descending = model.indexSpace("trades (pnl DESC)", 0);
  for (let trade = 0; trade < trades; trade += 1) {
    // Scattered, as auto-IDs are: the order of visits is not the order of keys.
    const user = (Math.imul(trade, 0x9e37_79b1) >>> 0) % USERS;
    const collection = `users/u${String(user).padStart(6, "0")}/trades`;
    handles[trade * 3] = model.openDocument(`${collection}/t${trade}`, 0);
    handles[trade * 3 + 1] = model.openRow(ascending, `${collection}\0`);
    handles[trade * 3 + 2] = model.openRow(descending, `${collection}\0`);
  }
  return { model, handles, nowMs: 0, next: 0 };
}

/** Models so many commits of one document each; returns how many were refused. */
function run(load: Load, writes: number, indexRows: 0 | 2, stepMs = 1000 / MODELLED_RATE): number {
  const { model, handles } = load;
  const trades = handles.length / 3;
  let refused = 0;
  for (let write = 0; write < writes; write += 1) {
    load.nowMs += stepMs;
    const at = load.next * 3;
    load.next = load.next + 1 === trades ? 0 : load.next + 1;
    model.begin(load.nowMs);
    model.document(handles[at] as RowHandle, 0);
    if (indexRows === 2) {
      model.row(handles[at + 1] as RowHandle);
      model.row(handles[at + 2] as RowHandle);
    }
    model.endWrite();
    if (model.decide() < 0) refused += 1;
  }
  return refused;
}

function timed(work: () => void): number {
  const before = performance.now();
  work();
  return performance.now() - before;
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[values.length >> 1] ?? 0;
}

function heapMegabytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/** Rates of the capacity model on one core, and its memory over a simulated day. */
// eslint-disable-next-line require-await -- the shape that all benchmarks share
export async function benchCapacity(): Promise<readonly BenchRow[]> {
  const load = prepare();
  run(load, WARM_UP, 2);
  const rates: Record<0 | 2, number[]> = { 0: [], 2: [] };
  let refused = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const rows of [0, 2] as const) {
      const ms = timed(() => (refused += run(load, WRITES_PER_ROUND, rows)));
      rates[rows].push((WRITES_PER_ROUND * 1000) / ms);
    }
  }
  // All that was written must stand in the ranges: nobody measures a loop that does nothing.
  const lost = WARM_UP + 2 * ROUNDS * WRITES_PER_ROUND - documentOperations(load.model);
  return [
    ...rateRows("document writes with 2 index rows", rates[2]),
    ...rateRows("document writes without index rows", rates[0]),
    {
      name: "capacity: of these writes, refused or not counted by a range",
      figure: refused + lost,
      unit: "writes",
      target: 0,
      met: refused + lost === 0,
    },
    ...admissionRows(),
    ...dayRows(),
  ];
}

function documentOperations(model: CapacityModel): number {
  return model
    .spaces()
    .filter(({ kind }) => kind === "documents")
    .flatMap(({ ranges }) => ranges)
    .reduce((sum, { operations }) => sum + operations, 0);
}

/** The same updates as whole requests: index entries worked out from the fields, decisions, report. */
function admissionRows(): readonly BenchRow[] {
  const admission = createAdmission({
    catalogue: createCatalogue(NO_INDEX_FILE),
    previous: () => "unknown",
    rng: createRng(1),
    mode: "on",
    latency: "nam5",
  });
  admission.warm(2 * MODELLED_RATE);
  const database = { projectId: "demo", databaseId: "(default)" };
  const update = (write: number): number => {
    const path = `users/u${String(write % 1000).padStart(6, "0")}/trades/t${write % 7}`;
    const fields = new Map([["pnl", write * 0.01]]);
    const writes = [{ kind: "update", path, fields, mask: [["pnl"]], transforms: [] }] as const;
    const nowMs = (write * 1000) / MODELLED_RATE;
    return admission.commit({ database, writes, requestBytes: 200 }, nowMs).delayMs;
  };
  for (let write = 0; write < ADMISSIONS / 2; write += 1) update(write);
  const rates = Array.from({ length: 3 }, (_, round) =>
    timed(() => {
      for (let write = 0; write < ADMISSIONS; write += 1) update((round + 1) * ADMISSIONS + write);
    }),
  ).map((ms) => (ADMISSIONS * 1000) / ms);
  return [
    shown(
      "admission: whole commits of one P&L update, median of 3 rounds",
      median(rates),
      "commits/s",
    ),
    createRow(admission),
  ];
}

/** New documents of 14 fields, so 28 index entries each, in commits of 100. */
function createRow(admission: ControlledAdmission): BenchRow {
  const rng = createRng("creates");
  const database = { projectId: "demo", databaseId: "creates" };
  const newDocument = (): Write => ({
    kind: "update",
    path: `c/${rng.next().toString(36).slice(2)}`,
    fields: new Map(Array.from({ length: 14 }, (_, field) => [`field${field}`, rng.next()])),
    transforms: [],
  });
  let nowMs = 0;
  const rounds = Array.from({ length: 7 }, () => {
    const commits = Array.from({ length: 50 }, () => Array.from({ length: 100 }, newDocument));
    const ms = timed(() => {
      for (const writes of commits) {
        nowMs += 100_000 / MODELLED_RATE;
        admission.commit({ database, writes, requestBytes: 20_000 }, nowMs);
      }
    });
    return 5_000_000 / ms;
  });
  const name = "admission: new documents of 14 fields in commits of 100, median of 7 rounds";
  return shown(name, median(rounds), "documents/s");
}

function shown(name: string, figure: number, unit: string): BenchRow {
  return { name, figure: Math.round(figure), unit, target: null, met: null };
}

function rateRows(what: string, rates: readonly number[]): readonly BenchRow[] {
  const [middle, best] = [median(rates), Math.max(...rates)];
  const unit = "writes/s";
  return [
    {
      name: `capacity: ${what}, median of ${rates.length} rounds`,
      figure: Math.round(middle),
      unit,
      target: TARGET_PER_SECOND,
      met: middle >= TARGET_PER_SECOND,
    },
    { name: `capacity: ${what}, best`, figure: Math.round(best), unit, target: null, met: null },
  ];
}

/** A day of 100 writes a second, so that every trade is updated each quarter of an hour: the heap along it. */
function dayRows(): readonly BenchRow[] {
  const load = prepare();
  const perDay = 8_640_000;
  const stepMs = DAY_MS / perDay;
  run(load, perDay / 24, 2, stepMs);
  const before = heapMegabytes();
  const ms = timed(() => run(load, (perDay / 24) * 23, 2, stepMs));
  const after = heapMegabytes();
  return [
    {
      name: "capacity: heap after an hour of a simulated day",
      figure: round(before),
      unit: "MB",
      target: null,
      met: null,
    },
    {
      name: "capacity: heap after the whole day, over that after an hour",
      figure: round(after / before),
      unit: "ratio",
      target: 1.1,
      met: after / before <= 1.1,
    },
    {
      name: `capacity: time for the other 23 hours at ${perDay / 86_400} writes/s`,
      figure: round(ms / 1000),
      unit: "s",
      target: null,
      met: null,
    },
  ];
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
