import { describe, expect, test } from "vitest";
import type { Value } from "../data/value.ts";
import type { IndexFile } from "../indexes/index-file.ts";
import {
  admission,
  at,
  attempt,
  drive,
  growing,
  type Outcome,
  scattered,
  set,
  update,
} from "./admission.fixture.ts";
import type { AdmissionOptions } from "./create-admission.ts";

/** Documents have been ramped up to this before each load, so that only tails can bind. */
const WARM = 4000;
/** Of two such spans the last is judged: by then the queues are full. */
const SPAN_MS = 10_000;
const CREATED_AT = { collectionGroup: "trades", fieldPath: "created_at", ttl: false } as const;
const EXEMPT: Partial<IndexFile> = { fieldOverrides: [{ ...CREATED_AT, indexes: [] }] };

/** What passes each second in the end: of creates at this rate, each with the fields of its index. */
function sustained(
  rate: number,
  create: (
    index: number,
    nowMs: number,
  ) => readonly [path: string, Readonly<Record<string, Value>>],
  options: Partial<AdmissionOptions> & { readonly indexes?: Partial<IndexFile> } = {},
): { readonly passed: number; readonly last: Outcome } {
  const target = admission(options);
  target.warm(WARM);
  const spans = drive(target, {
    minutes: 2,
    spanMs: SPAN_MS,
    rate,
    write: (index, nowMs) => attempt(set(...create(index, nowMs))),
  });
  const last = spans[1] as Outcome;
  return { passed: (last.admitted * 1000) / SPAN_MS, last };
}

function expectAbout500(passed: number): void {
  expect(passed).toBeGreaterThan(450);
  expect(passed).toBeLessThan(600);
}

describe("6. documents with scattered IDs and an indexed created_at in one collection, 1,000/s", () => {
  const create = (index: number, nowMs: number) =>
    [`trades/${scattered(index)}`, { created_at: at(nowMs) }] as const;

  test("about 500/s pass, however well the documents are split, and the refusal names the index", () => {
    const { passed, last } = sustained(1000, create);
    expectAbout500(passed);
    expect(last.limits).toEqual(new Set(["sequential-index"]));
    expect([...last.codes].toSorted()).toEqual(["ABORTED", "RESOURCE_EXHAUSTED"]);
    expect(last.longestMs).toBeGreaterThan(4000);
  });

  test("with a true exemption all pass", () => {
    const { last } = sustained(1000, create, { indexes: EXEMPT });
    expect(last.refused).toBe(0);
  });

  test("with the exemption that lists ascending and descending it is as without one", () => {
    const indexes = [
      { queryScope: "COLLECTION", order: "ASCENDING" },
      { queryScope: "COLLECTION", order: "DESCENDING" },
    ] as const;
    const override = sustained(1000, create, {
      indexes: { fieldOverrides: [{ ...CREATED_AT, indexes }] },
    });
    expect(override.last).toEqual(sustained(1000, create).last);
  });
});

describe("7. a true exemption and a composite index that holds created_at, 1,000/s", () => {
  const withComposite = (first: string): Partial<IndexFile> => ({
    ...EXEMPT,
    indexes: [
      {
        collectionGroup: "trades",
        queryScope: "COLLECTION",
        fields: [
          { fieldPath: first, order: "ASCENDING" },
          { fieldPath: "created_at", order: "DESCENDING" },
        ],
      },
    ],
  });

  test("behind a status that is always OPEN about 500/s pass", () => {
    const { passed, last } = sustained(
      1000,
      (index, nowMs) => [`trades/${scattered(index)}`, { status: "OPEN", created_at: at(nowMs) }],
      { indexes: withComposite("status") },
    );
    expectAbout500(passed);
    expect(last.limits).toEqual(new Set(["sequential-index"]));
  });

  test("behind the ID of one of 1,000 users all pass", () => {
    const { last } = sustained(
      1000,
      (index, nowMs) => [
        `trades/${scattered(index)}`,
        { uid: scattered(index % 1000), created_at: at(nowMs) },
      ],
      { indexes: withComposite("uid") },
    );
    expect(last.refused).toBe(0);
  });

  test.each([
    ["8. behind one of three shards about 1,500/s pass", 3, 3000, 1350, 1800],
    ["8. behind one of five shards about 2,500/s pass", 5, 5000, 2250, 3000],
  ])("%s", (_title, shards, rate, atLeast, atMost) => {
    const { passed } = sustained(
      rate,
      (index, nowMs) => [
        `trades/${scattered(index)}`,
        { shard: `s${index % shards}`, created_at: at(nowMs) },
      ],
      {
        indexes: {
          ...withComposite("shard"),
          fieldOverrides: [
            { ...CREATED_AT, indexes: [] },
            { collectionGroup: "trades", fieldPath: "shard", ttl: false, indexes: [] },
          ],
        },
      },
    );
    expect(passed).toBeGreaterThan(atLeast);
    expect(passed).toBeLessThan(atMost);
  });
});

describe("9. 1,000 users with subcollections of their own, 2 creates/s each", () => {
  const create = (index: number, nowMs: number) =>
    [
      `users/${scattered(index % 1000)}/trades/${scattered(index)}`,
      { created_at: at(nowMs) },
    ] as const;

  test("with indexes of COLLECTION scope only, all pass", () => {
    expect(sustained(2000, create).last.refused).toBe(0);
  });

  test("with one COLLECTION_GROUP index on created_at about 500/s pass, over all users together", () => {
    const indexes = [
      { queryScope: "COLLECTION", order: "ASCENDING" },
      { queryScope: "COLLECTION", order: "DESCENDING" },
      { queryScope: "COLLECTION_GROUP", order: "ASCENDING" },
    ] as const;
    const { passed, last } = sustained(2000, create, {
      indexes: { fieldOverrides: [{ ...CREATED_AT, indexes }] },
    });
    expectAbout500(passed);
    expect(last.limits).toEqual(new Set(["sequential-index"]));
  });
});

describe("10. an update", () => {
  const prepared = () => {
    const target = admission();
    target.commit(attempt(set("trades/t", { created_at: at(0), pnl: 0 })), 0);
    return target;
  };

  test("that leaves created_at as it is adds nothing to its indexes", () => {
    const { writes } = prepared().explain(attempt(update("trades/t", { pnl: 1 })), 10);
    expect(writes[0]?.indexes).toEqual([
      { index: "trades (pnl ASC)", removed: 1, inserted: 1 },
      { index: "trades (pnl DESC)", removed: 1, inserted: 1 },
    ]);
  });

  test("that moves created_at removes and inserts a row in both of them", () => {
    const { writes } = prepared().explain(attempt(update("trades/t", { created_at: at(9) })), 10);
    expect(writes[0]?.indexes).toEqual([
      { index: "trades (created_at ASC)", removed: 1, inserted: 1 },
      { index: "trades (created_at DESC)", removed: 1, inserted: 1 },
    ]);
  });

  test("of many documents' updated_at, 1,000/s, passes about 500 times a second", () => {
    const target = admission();
    target.warm(WARM);
    const spans = drive(target, {
      minutes: 2,
      spanMs: SPAN_MS,
      rate: 1000,
      write: (index, nowMs) =>
        attempt(update(`trades/${scattered(index % 20_000)}`, { updated_at: at(nowMs) })),
    });
    const passed = ((spans[1]?.admitted ?? 0) * 1000) / SPAN_MS;
    expect(passed).toBeGreaterThan(450);
    expect(passed).toBeLessThan(600);
  });

  test("of a field that does not grow, 333/s on a cold database, never waits", () => {
    const target = admission();
    const minutes = drive(target, {
      minutes: 2,
      rate: 333,
      write: (index) =>
        attempt(
          update(`users/u${scattered(index % 1000)}/trades/${growing(index % 7)}`, {
            pnl: (index * 7919) % 1000,
          }),
        ),
    });
    expect(minutes.map(({ refused, longestMs }) => [refused, longestMs])).toEqual(
      minutes.map(() => [0, 0]),
    );
  });
});
