import type { Rng } from "../../../std/rng.ts";
import type { ProbeKind } from "./probe-sample.ts";

/** What one call is made of. */
export interface CallShape {
  readonly documents: number;
  /** Indexed fields of each document, of a few bytes each. */
  readonly fields: number;
  /** Of one more field, in bytes. */
  readonly blobBytes: number;
}

/** A call that a probe is to make. */
export interface ProbeStep {
  readonly kind: ProbeKind;
  readonly cell: string;
  /** In milliseconds since its stage began. */
  readonly atMs: number;
  readonly shape: CallShape;
  /** Which of the hot documents. */
  readonly lane: number;
  readonly heldOut: boolean;
}

/** Calls whose time counts from the same moment. Between stages the probe waits for all answers. */
export interface ProbeStage {
  readonly title: string;
  readonly durationMs: number;
  /** In the order of their time. */
  readonly steps: readonly ProbeStep[];
}

/** Documents that are written before the first stage, for lookups. */
interface SeededDocuments {
  readonly shape: CallShape;
  readonly count: number;
}

export interface ProbePlan {
  readonly seeded: readonly SeededDocuments[];
  readonly stages: readonly ProbeStage[];
}

/** How much a probe does; `long` looks for splits as well. */
export const PROBE_SIZES = ["short", "standard", "long"] as const;
export type ProbeSize = (typeof PROBE_SIZES)[number];

interface Extent {
  /** Of the numbers in CELLS. */
  readonly repetitions: number;
  /** So long that no range is hot in it: 100 writes a second, and hot are 300. */
  readonly latencyMs: number;
  readonly hotDocuments: number;
  /** How long each rate of the hot documents is held. */
  readonly stepMs: number;
  readonly rampMs: number;
}

/**
 * `standard`: with log-normal latencies whose 99th percentile is five times the median, the interval
 * of a median is some 4% to either side and that of a 99th percentile 8%. `short` is a quarter of it, twice as
 * wide. `long` holds the ramp for the half minute that the model takes for a split, and for the growth after it.
 */
const EXTENTS: Readonly<Record<ProbeSize, Extent>> = {
  short: {
    repetitions: 0.25,
    latencyMs: 45_000,
    hotDocuments: 4,
    stepMs: 5000,
    rampMs: 12_000,
  },
  standard: {
    repetitions: 1,
    latencyMs: 180_000,
    hotDocuments: 8,
    stepMs: 8000,
    rampMs: 12_000,
  },
  long: { repetitions: 1, latencyMs: 180_000, hotDocuments: 8, stepMs: 8000, rampMs: 240_000 },
};

const SMALLEST: CallShape = { documents: 1, fields: 1, blobBytes: 0 };
const KIB = 1024;

interface Cell {
  readonly kind: "commit" | "read" | "round-trip";
  readonly cell: string;
  readonly shape: CallShape;
  readonly repetitions: number;
}

/**
 * What is timed at rest. Most calls are the smallest, which say how latencies are spread; what size, fan-out
 * and batch add is best seen between the smallest and the largest, and the middle shows whether it is a line.
 */
const CELLS: readonly Cell[] = [
  { kind: "round-trip", cell: "empty call", shape: SMALLEST, repetitions: 300 },
  { kind: "commit", cell: "1 document", shape: SMALLEST, repetitions: 1600 },
  ...sized("commit", [
    [128, 120],
    [768, 220],
  ]),
  ...[50, 200].map((fields): Cell => ({
    kind: "commit",
    cell: `${2 * fields} index entries`,
    shape: { ...SMALLEST, fields },
    repetitions: fields === 50 ? 120 : 240,
  })),
  ...counted("commit", [
    [20, 100],
    [100, 150],
  ]),
  { kind: "read", cell: "1 document", shape: SMALLEST, repetitions: 1200 },
  ...sized("read", [
    [128, 120],
    [768, 160],
  ]),
  ...counted("read", [
    [20, 120],
    [100, 150],
  ]),
];

function sized(kind: Cell["kind"], levels: readonly (readonly [number, number])[]): Cell[] {
  return levels.map(([kib, repetitions]) => ({
    kind,
    cell: `${kib} KiB`,
    shape: { ...SMALLEST, blobBytes: kib * KIB },
    repetitions,
  }));
}

function counted(kind: Cell["kind"], levels: readonly (readonly [number, number])[]): Cell[] {
  return levels.map(([documents, repetitions]) => ({
    kind,
    cell: `${documents} documents`,
    shape: { ...SMALLEST, documents },
    repetitions,
  }));
}

/** Writes a second to each hot document, one after another: below and above any ceiling that anybody reports. */
const HOT_RATES = [0.5, 1, 2, 3, 4, 5, 6, 8, 10, 13, 16];

/** Above the published 500/s, so that what a new collection takes is seen. */
const RAMP_DOCUMENTS_PER_SECOND = 1000;
const RAMP_BATCH: CallShape = { documents: 10, fields: 1, blobBytes: 0 };

/** One call in so many is kept from the fit. */
const HELD_OUT = 4;
const LOOKED_UP = 100;

/** The same seed plans the same probe. */
export function planProbe(size: ProbeSize, rng: Rng): ProbePlan {
  const extent = EXTENTS[size];
  return {
    seeded: [
      { shape: SMALLEST, count: LOOKED_UP },
      { shape: { ...SMALLEST, blobBytes: 128 * KIB }, count: 1 },
      { shape: { ...SMALLEST, blobBytes: 768 * KIB }, count: 1 },
    ],
    stages: [
      latencyStage(extent, rng.fork("latency")),
      documentStage(extent, rng.fork("document")),
      rampStage(extent, rng.fork("ramp")),
    ],
  };
}

/** In random order, at random times: no cell has the quiet, or the busy, part of the probe. */
function latencyStage({ repetitions, latencyMs }: Extent, rng: Rng): ProbeStage {
  const steps = CELLS.flatMap(({ kind, cell, shape, repetitions: whole }) => {
    const isHeldOut = everySo(rng);
    return Array.from({ length: Math.ceil(whole * repetitions) }, (): ProbeStep => ({
      kind,
      cell,
      shape,
      atMs: rng.next() * latencyMs,
      lane: 0,
      heldOut: isHeldOut(),
    }));
  });
  return { title: "commits and lookups at rest", durationMs: latencyMs, steps: byTime(steps) };
}

function documentStage({ hotDocuments, stepMs }: Extent, rng: Rng): ProbeStage {
  const steps: ProbeStep[] = [];
  for (let lane = 0; lane < hotDocuments; lane += 1) {
    for (const [index, rate] of HOT_RATES.entries()) {
      const endMs = (index + 1) * stepMs;
      let atMs = index * stepMs + rng.exponential(1000 / rate);
      for (; atMs < endMs; atMs += rng.exponential(1000 / rate)) {
        const cell = `${rate} a second`;
        // Whole documents: what a write finds hangs on all those before it.
        const heldOut = lane % HELD_OUT === HELD_OUT - 1;
        steps.push({ kind: "document", cell, shape: SMALLEST, atMs, lane, heldOut });
      }
    }
  }
  const durationMs = HOT_RATES.length * stepMs;
  return { title: "one document ever faster", durationMs, steps: byTime(steps) };
}

function rampStage({ rampMs }: Extent, rng: Rng): ProbeStage {
  const steps: ProbeStep[] = [];
  const isHeldOut = everySo(rng);
  const gapMs = (1000 * RAMP_BATCH.documents) / RAMP_DOCUMENTS_PER_SECOND;
  for (let atMs = rng.exponential(gapMs); atMs < rampMs; atMs += rng.exponential(gapMs)) {
    const cell = `${RAMP_DOCUMENTS_PER_SECOND} documents a second`;
    steps.push({ kind: "ramp", cell, shape: RAMP_BATCH, atMs, lane: 0, heldOut: isHeldOut() });
  }
  return { title: "a new collection at once", durationMs: rampMs, steps };
}

function byTime(steps: readonly ProbeStep[]): readonly ProbeStep[] {
  return steps.toSorted((left, right) => left.atMs - right.atMs);
}

/** Every fourth, beginning with any. */
function everySo(rng: Rng): () => boolean {
  let turn = rng.integer(0, HELD_OUT - 1);
  return () => {
    turn += 1;
    return turn % HELD_OUT === 0;
  };
}
/** What a plan will ask of the database, its clearing away included. */
export interface PlannedOperations {
  readonly reads: number;
  readonly writes: number;
  readonly deletes: number;
  /** The most document writes in any one second. */
  readonly writesPerSecond: number;
  readonly durationMs: number;
}

export function operationsOf({ seeded, stages }: ProbePlan): PlannedOperations {
  const all = stages.flatMap(({ steps }) => steps);
  const sum = (kinds: readonly ProbeKind[]): number =>
    all.reduce((total, { kind, shape }) => total + (kinds.includes(kind) ? shape.documents : 0), 0);
  const seededCount = seeded.reduce((total, { count }) => total + count, 0);
  const lanes = new Set(all.flatMap(({ kind, lane }) => (kind === "document" ? [lane] : [])));
  const created = sum(["commit", "ramp"]) + seededCount + lanes.size;
  return {
    reads: sum(["read"]),
    writes: sum(["commit", "document", "ramp"]) + seededCount,
    deletes: created,
    writesPerSecond: Math.max(...stages.map(busiestSecond)),
    durationMs: stages.reduce((total, { durationMs }) => total + durationMs, 0),
  };
}

function busiestSecond({ steps }: ProbeStage): number {
  const seconds = new Map<number, number>();
  for (const { kind, atMs, shape } of steps) {
    if (kind === "read" || kind === "round-trip") continue;
    const second = Math.floor(atMs / 1000);
    seconds.set(second, (seconds.get(second) ?? 0) + shape.documents);
  }
  return Math.max(0, ...seconds.values());
}
