import { assert, describe, expect, it } from "vitest";
import { type ModelConstants, modelConstants } from "../../firestore/capacity/constants.ts";
import { createRng } from "../../std/rng.ts";
import { StoreError } from "../../system/store/store.ts";
import { buildCalibration } from "./build-calibration.ts";
import { readCalibration } from "./calibration-file.ts";
import { fitProbe, type ProbeFit } from "./fit/fit-probe.ts";
import type { ProbeSize } from "./probe/probe-plan.ts";
import { readProbe, writeProbe, type SavedProbe } from "./probe/probe-record.ts";
import { probeVirtually, type VirtualProbe } from "./probe/probe-virtually.ts";

/** Enough for the figures; only the test of intervals wants more. */
const REPLICATES = 3;

interface Asked {
  readonly truth?: Partial<ModelConstants>;
  readonly seed?: number;
  readonly size?: ProbeSize;
  readonly bend?: VirtualProbe["bend"];
  readonly replicates?: number;
}

async function calibrate(asked: Asked): Promise<ProbeFit> {
  const { truth = {}, seed = 1, size = "standard", bend, replicates = REPLICATES } = asked;
  const rng = createRng(seed);
  const record = await probeVirtually({
    size,
    rng: rng.fork("probe"),
    constants: truth,
    roundTripMs: 2,
    signal: new AbortController().signal,
    ...(bend === undefined ? {} : { bend }),
  });
  return fitProbe(record.samples, rng.fork("fit"), replicates);
}

const SLOW: Partial<ModelConstants> = {
  "commit-p50": 31,
  "commit-p99": 95,
  "commit-per-document": 0.3,
  "commit-per-index-entry": 0.05,
  "commit-per-kib": 0.04,
  "read-p50": 14,
  "read-p99": 48,
  "read-per-document": 0.2,
  "read-per-kib": 0.02,
  "document-write-ceiling": 7,
  "document-writes": 1.5,
  "document-burst": 700,
  "document-patience": 1500,
  "range-headroom": 1.3,
  "range-burst": 700,
  "range-patience": 3000,
};
const QUICK: Partial<ModelConstants> = {
  "commit-p50": 9,
  "commit-p99": 60,
  "commit-per-document": 0.12,
  "commit-per-index-entry": 0.02,
  "commit-per-kib": 0.015,
  "read-p50": 4,
  "read-p99": 22,
  "read-per-document": 0.1,
  "read-per-kib": 0.012,
  "document-write-ceiling": 4,
  "document-writes": 0.8,
  "document-burst": 400,
  "document-patience": 2600,
  "range-headroom": 0.9,
  "range-burst": 1500,
  "range-patience": 4000,
};

/** Minutes of a database's time are probed and fitted here, on machines that are busy. */
const PATIENT = { timeout: 180_000 };

describe("a synthetic truth", PATIENT, () => {
  it.each([
    ["slow", SLOW, 1],
    ["slow", SLOW, 2],
    ["quick", QUICK, 3],
  ])("%s (%#): every constant within 10%%", async (_, truth, seed) => {
    const { found, lackOfFit, error, roundTripMs } = await calibrate({ truth, seed });
    const off = found.map(({ id, value }) => [id, value / (truth[id] ?? 1) - 1] as const);
    const fitted = off.filter(([id]) => id in truth);
    expect(fitted.map(([id]) => id).toSorted()).toEqual(Object.keys(truth).toSorted());
    expect(fitted.filter(([, part]) => Math.abs(part) > 0.1)).toEqual([]);
    expect(lackOfFit).toEqual([]);
    expect(error).toBeLessThan(0.1);
    expect(roundTripMs.value).toBeCloseTo(2);
  });

  it("that is the assumed one: what size adds is found to be nothing", async () => {
    const assumed = modelConstants();
    const { found, lackOfFit } = await calibrate({ seed: 5 });
    expect(lackOfFit).toEqual([]);
    const values = new Map(found.map(({ id, value }) => [id, value]));
    for (const id of ["commit-p50", "read-p50", "commit-p99", "read-p99"] as const) {
      expect((values.get(id) ?? 0) / assumed[id]).toBeCloseTo(1, 0.7);
    }
    // A hundred documents, or 768 KiB, add less than a tenth of a commit.
    expect((values.get("commit-per-document") ?? 1) * 100).toBeLessThan(2.5);
    expect((values.get("commit-per-kib") ?? 1) * 768).toBeLessThan(2.5);
  });

  it("intervals hold the truth about as often as they say, and a shorter probe's are wider", async () => {
    const [whole, short] = [
      await calibrate({ truth: SLOW, seed: 6, replicates: 25 }),
      await calibrate({ truth: SLOW, seed: 6, size: "short", replicates: 25 }),
    ];
    const held = whole.found.filter(
      ({ id, low, high }) =>
        low <= (SLOW[id] ?? modelConstants()[id]) && (SLOW[id] ?? modelConstants()[id]) <= high,
    );
    expect(held.length).toBeGreaterThan(whole.found.length * 0.75);
    const widthOf = ({ found }: ProbeFit): number => {
      const { low = 0, high = 0 } = found.find(({ id }) => id === "commit-p50") ?? {};
      return high - low;
    };
    expect(widthOf(short)).toBeGreaterThan(widthOf(whole) * 1.4);
  });

  it("beyond what the probe reaches is not found, and it says why", async () => {
    const truth = { "document-write-ceiling": 60, "range-headroom": 4 };
    const { found, notFound } = await calibrate({ truth, size: "short" });
    expect(found.map(({ id }) => id)).not.toContain("document-write-ceiling");
    const why = new Map(notFound.map((one) => [one.id, one.why]));
    expect(why.get("document-write-ceiling")).toContain("16 writes a second without waiting");
    expect(why.get("range-headroom")).toContain("without waiting: its range takes more");
    expect(why.get("split-hold")).toContain("ended before a split could show");
    expect(why.get("split-load")).toContain("are not told to clients");
    expect(found.length + notFound.length).toBe(Object.keys(modelConstants()).length);
  });
});

describe("a truth that no constants are", PATIENT, () => {
  it.each([
    [
      "size that adds more and more",
      "short",
      /what size adds is no line|commits: what they take follows another law/,
      ({ store, roundTrip }, clock) => ({
        roundTrip,
        store: {
          get: (paths) => store.get(paths),
          commit: async (writes) => {
            await clock.sleep(writes.length ** 2 / 20);
            return store.commit(writes);
          },
        },
      }),
    ],
    [
      "commits of two kinds",
      "standard",
      /latencies are spread in another way/,
      ({ store, roundTrip }, clock) => {
        let turn = 0;
        return {
          roundTrip,
          store: {
            get: (paths) => store.get(paths),
            commit: async (writes) => {
              turn += 1;
              if (turn % 3 === 0) await clock.sleep(250);
              return store.commit(writes);
            },
          },
        };
      },
    ],
    [
      "a document that is refused by chance",
      "short",
      /another outcome than the fitted model says/,
      ({ store, roundTrip }, clock) => {
        const rng = createRng("coin");
        return {
          roundTrip,
          store: {
            get: (paths) => store.get(paths),
            commit: async (writes) => {
              const isHot = /hot\d+$/.test(writes[0]?.path ?? "");
              if (isHot && rng.chance(0.5)) {
                await clock.sleep(20);
                throw new StoreError("ABORTED", "commit", "", "by chance");
              }
              return store.commit(writes);
            },
          },
        };
      },
    ],
  ] satisfies readonly (readonly [string, ProbeSize, RegExp, NonNullable<VirtualProbe["bend"]>])[])(
    "%s (%s probe): the fit says so",
    async (_, size, says, bend) => {
      const { lackOfFit } = await calibrate({ bend, size });
      expect(lackOfFit.join("\n")).toMatch(says);
    },
  );
});

it("a fit becomes a file that a run can take, the same for the same probe", PATIENT, async () => {
  const rng = () => createRng(7);
  const record = await probeVirtually({
    size: "short",
    rng: rng(),
    constants: SLOW,
    roundTripMs: 1,
    signal: new AbortController().signal,
  });
  const probe: SavedProbe = {
    origin: {
      date: "2026-11-26",
      project: "p",
      database: "(default)",
      region: "us-central1",
      target: "the model itself",
      seed: 7,
    },
    record,
    deleted: 3,
  };
  // As it is kept, for another fit.
  const saved = readProbe(writeProbe(probe)) ?? assert.fail("it is read as it was written");
  expect(saved).toEqual(probe);
  expect(readProbe("{}")).toBeUndefined();
  const build = () =>
    buildCalibration(fitProbe(saved.record.samples, rng(), REPLICATES), saved, "c");
  const file = build();
  expect(build()).toEqual(file);
  const read = readCalibration(JSON.stringify(file));
  expect(read).toMatchObject({
    kind: "read",
    constants: { "document-write-ceiling": expect.closeTo(7, 0) },
  });
  expect(file.errorPercent).toBeGreaterThan(0);
  expect(file.operations.writes).toBeGreaterThan(5000);
});
