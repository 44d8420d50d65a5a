import { describe, expect, test } from "vitest";
import { createRng } from "../../std/rng.ts";
import type { StructuredQuery } from "../data/query.ts";
import {
  admission,
  at,
  attempt,
  DATABASE,
  drive,
  fields,
  growing,
  newOutcome,
  note,
  scattered,
  set,
  update,
} from "./admission.fixture.ts";
import type { Decision } from "./admission.ts";
import type { ControlledAdmission } from "./controlled-admission.ts";

describe("14. a commit of 500 documents", () => {
  const documents = Array.from({ length: 500 }, (_, index) => `c/${scattered(index)}`);
  const prepared = (): ControlledAdmission => {
    const target = admission({ latency: "us-central1" });
    target.warm(4000);
    drive(target, {
      minutes: 1,
      rate: 200,
      write: (index) => attempt(set(documents[index % 500] as string, { x: 1n })),
    });
    return target;
  };
  const updates = documents.map((path, index) => update(path, { x: BigInt(index) }));

  test("takes longer than 50 parallel ones of 10", () => {
    const mean = (size: number): number => {
      const target = prepared();
      let sum = 0;
      let count = 0;
      for (let round = 0; round < 20; round += 1) {
        const nowMs = 100_000 + round * 60_000;
        for (let first = 0; first < 500; first += size) {
          sum += target.commit(attempt(...updates.slice(first, first + size)), nowMs).delayMs;
          count += 1;
        }
      }
      return sum / count;
    };
    expect(mean(500)).toBeGreaterThan(mean(10) + 5);
  });

  test("is lost whole for one contended document, where of 50 only one is", () => {
    const lost = (size: number): number => {
      const target = prepared();
      const nowMs = 100_000;
      for (let write = 0; write < 200; write += 1)
        target.commit(attempt(updates[77] as never), nowMs);
      let writes = 0;
      for (let first = 0; first < 500; first += size) {
        const decision = target.commit(attempt(...updates.slice(first, first + size)), nowMs);
        if (decision.kind === "refuse") writes += size;
      }
      return writes;
    };
    expect([lost(500), lost(10)]).toEqual([500, 10]);
  });
});

test("a commit that writes a document ten times takes its lock once", () => {
  const target = admission();
  target.commit(attempt(set("c/a", { n: 0n })), 0);
  const writes = Array.from({ length: 10 }, (_, n) => update("c/a", { n: BigInt(n) }));
  target.commit(attempt(...writes), 10_000);
  expect(target.commit(attempt(update("c/a", { n: 1n })), 10_000)).toMatchObject({ delayMs: 0 });
});

describe("15. sizes", () => {
  const refusal = (decision: Decision): readonly [string, string, number | null] | "admitted" =>
    decision.kind === "admit"
      ? "admitted"
      : [decision.code, decision.refusal.limit, decision.refusal.passesAtMs];
  const hard = (limit: string) => ["INVALID_ARGUMENT", limit, null];

  test("a commit of more than 10 MiB never passes", () => {
    const large = { ...attempt(set("c/a", {})), requestBytes: 10_485_761 };
    expect(refusal(admission().commit(large, 0))).toEqual(hard("request-size"));
    expect(admission().batchWrite(large, 0).map(refusal)).toEqual([hard("request-size")]);
    expect(refusal(admission().commit({ ...large, requestBytes: 10_485_760 }, 0))).toBe("admitted");
  });

  test("a document of more than 40,000 index entries never passes", () => {
    const list = (length: number) => ({ a: Array.from({ length }, (_, index) => BigInt(index)) });
    // An array has an ascending, a descending and an array-contains index: its elements are entries of the last.
    expect(refusal(admission().commit(attempt(set("c/a", list(40_001))), 0))).toEqual(
      hard("index-entries-per-document"),
    );
    expect(refusal(admission().commit(attempt(set("c/a", list(30_000))), 0))).toBe("admitted");
  });

  test("501 transforms of one document never pass", () => {
    const transforms = Array.from({ length: 501 }, (_, index) => ({
      field: [`f${index}`],
      kind: "server-timestamp" as const,
    }));
    const write = { kind: "update", path: "c/a", fields: fields({}), transforms } as const;
    expect(refusal(admission().commit(attempt(write), 0))).toEqual(hard("transforms-per-document"));
    const fewer = { ...write, transforms: transforms.slice(1) };
    expect(refusal(admission().commit(attempt(fewer), 0))).toBe("admitted");
  });

  test("a name of more than 6 KiB never passes", () => {
    const path = `c/${"a".repeat(1500)}/c/${"b".repeat(1500)}/c/${"c".repeat(1500)}/c/${"d".repeat(1500)}/c/${"e".repeat(200)}`;
    expect(refusal(admission().commit(attempt(set(path, {})), 0))).toEqual(
      hard("document-name-size"),
    );
  });

  test("5,000 small writes in one commit pass", () => {
    const writes = Array.from({ length: 5000 }, (_, index) =>
      set(`c/${scattered(index)}`, { x: 1n }),
    );
    expect(refusal(admission().commit(attempt(...writes), 0))).toBe("admitted");
  });
});

describe("16. a query", () => {
  const query = (overrides: Partial<StructuredQuery>) => ({
    database: DATABASE,
    query: {
      parent: "",
      collectionId: "trades",
      allDescendants: false,
      orderBy: [],
      offset: 0,
      ...overrides,
    },
  });
  const equals = (field: string) =>
    ({ kind: "field", field: [field], operator: "==", value: 1n }) as const;

  test("that needs a composite fails with the link that makes it", () => {
    const decision = admission().query(
      query({ where: equals("a"), orderBy: [{ field: ["b"], direction: "ascending" }] }),
      0,
    );
    expect(decision).toMatchObject({ kind: "refuse", code: "FAILED_PRECONDITION" });
    expect(decision.kind === "refuse" && decision.message).toContain("create_composite=");
  });

  test("of equalities only is answered by merging indexes", () => {
    const where = { kind: "and", filters: [equals("a"), equals("b")] } as const;
    expect(admission().query(query({ where }), 0)).toMatchObject({ kind: "admit", delayMs: 0 });
  });

  test("of a collection group without its index fails with the link to the exemption", () => {
    const decision = admission().query(query({ where: equals("a"), allDescendants: true }), 0);
    expect(decision.kind === "refuse" && decision.message).toContain("create_exemption=");
  });
});

test("a query for the newest waits where their index is hot, in either direction", () => {
  const target = admission();
  for (let index = 0; index < 8000; index += 1) {
    const nowMs = index / 3;
    target.commit(attempt(set(`trades/${scattered(index)}`, { created_at: at(nowMs) })), nowMs);
  }
  const waitMs = (direction: "ascending" | "descending"): number => {
    const query = {
      parent: "",
      collectionId: "trades",
      allDescendants: false,
      orderBy: [{ field: ["created_at"], direction }],
      offset: 0,
      limit: 20,
    };
    return target.query({ database: DATABASE, query }, 8000 / 3).delayMs;
  };
  expect(waitMs("descending")).toBeGreaterThan(4000);
  expect(waitMs("ascending")).toBeGreaterThan(4000);
});

test("a get of several documents is refused for the one whose range is flooded", () => {
  const target = admission();
  let index = 0;
  let last: Decision;
  do {
    last = target.commit(attempt(set(`hot/${scattered(index)}`, {})), 0);
    index += 1;
  } while (last.kind === "admit");
  const get = (...paths: readonly string[]): Decision =>
    target.read({ database: DATABASE, paths }, 0);
  const refusal = { kind: "refuse", code: "RESOURCE_EXHAUSTED" };
  for (const paths of [
    ["hot/a", "calm/b"],
    ["calm/b", "hot/a"],
    ["hot/a", "hot/b", "calm/c"],
  ]) {
    const decision = get(...paths);
    expect(decision).toMatchObject(refusal);
    expect(decision.kind === "refuse" && decision.refusal.subject).toContain("hot");
  }
  expect(get("calm/b", "calm/c")).toMatchObject({ kind: "admit" });
});

test("19. reading the head of a queue gets slower with what was deleted from it, and recovers", () => {
  const target = admission();
  const head = {
    database: DATABASE,
    query: {
      parent: "",
      collectionId: "queue",
      allDescendants: false,
      orderBy: [{ field: ["created"], direction: "ascending" }],
      offset: 0,
      limit: 100,
    },
  } as const;
  const read = (nowMs: number): number => target.query(head, nowMs).delayMs;
  let nowMs = 0;
  const churn = (from: number): void => {
    for (let index = from; index < from + 5000; index += 1) {
      nowMs += 10;
      target.commit(attempt(set(`queue/${scattered(index)}`, { created: at(nowMs) })), nowMs);
      target.commit(attempt({ kind: "delete", path: `queue/${scattered(index)}` }), nowMs);
    }
  };
  const before = read(nowMs);
  churn(0);
  const once = read(nowMs);
  churn(5000);
  const twice = read(nowMs);
  expect(before).toBe(0);
  expect(once).toBeGreaterThan(50);
  expect(twice).toBeGreaterThan(1.8 * once);
  expect(read(nowMs + 12 * 3_600_000)).toBeLessThan(1);
});

test("19. rows that other users' updates leave behind are not in the way", () => {
  const target = admission();
  const user = (index: number): string => `users/${scattered(index % 500)}`;
  for (let index = 0; index < 30_000; index += 1) {
    target.commit(attempt(update(`${user(index)}/trades/t`, { pnl: index })), index * 3);
  }
  const query = {
    parent: user(7),
    collectionId: "trades",
    allDescendants: false,
    orderBy: [{ field: ["pnl"], direction: "descending" }],
    offset: 0,
  } as const;
  const { delayMs } = target.query({ database: DATABASE, query }, 90_000);
  // It was updated 59 times after the first.
  expect(delayMs).toBeGreaterThan(0.9);
  expect(delayMs).toBeLessThan(1.2);
});

describe("20. BulkWriter", () => {
  test("gets an answer for each write of a BatchWrite by itself", () => {
    const target = admission();
    const hot = update("ops/performance", { x: 1n });
    for (let write = 0; write < 100; write += 1) target.commit(attempt(hot), 0);
    const decisions = target.batchWrite(attempt(set("c/a", {}), hot, set("c/b", {})), 0);
    expect(decisions.map(({ kind }) => kind)).toEqual(["admit", "refuse", "admit"]);
  });

  /** A full bucket of 500 at first, then batches of 20 at 500/s, as each instance's limiter lets them go. */
  const refusedOf = (instances: number): number => {
    const target = admission();
    const outcome = newOutcome();
    let index = 0;
    for (let nowMs = 0; nowMs < 35_000; nowMs += 40) {
      const batches = (nowMs === 0 ? 25 : 1) * instances;
      for (let batch = 0; batch < batches; batch += 1) {
        const writes = Array.from({ length: 20 }, () => set(`c/${scattered((index += 1))}`, {}));
        for (const decision of target.batchWrite(attempt(...writes), nowMs))
          note(outcome, decision);
      }
    }
    return outcome.refused;
  };

  test("in one instance, on a new collection, is refused nothing", () => {
    expect(refusedOf(1)).toBe(0);
  });

  test("in three instances, which each begin at 500/s, breaks the ramp", () => {
    expect(refusedOf(3)).toBeGreaterThan(10_000);
  });
});

describe("21. a pulse of 1,000 users with 10 writes each, on a cold database", () => {
  const write = (index: number, nowMs: number) =>
    attempt(
      update(`users/${scattered(index % 1000)}/trades/${growing(index % 10)}`, { pnl: nowMs }),
    );

  test("fails when all of it comes in the first second", () => {
    const target = admission();
    const outcome = newOutcome();
    for (let index = 0; index < 10_000; index += 1) {
      note(outcome, target.commit(write(index, 0), index / 10));
    }
    expect(outcome.refused).toBeGreaterThan(5000);
    expect(outcome.longestMs).toBeGreaterThan(4000);
  });

  test("passes when it is spread over the minute", () => {
    const minutes = drive(admission(), { minutes: 2, rate: 10_000 / 60, write, arrivals: "even" });
    expect(minutes.map(({ refused }) => refused)).toEqual([0, 0]);
  });
});

test("23. two databases share nothing", () => {
  const target = admission();
  const other = { projectId: "demo", databaseId: "other" };
  const outcomes = [newOutcome(), newOutcome()] as const;
  for (let index = 0; index < 30_000; index += 1) {
    const write = attempt(set(`c/${scattered(index)}`, {}));
    note(outcomes[0], target.commit(write, index / 3));
    if (index % 8 === 0) note(outcomes[1], target.commit({ ...write, database: other }, index / 3));
  }
  expect(outcomes[0].refused).toBeGreaterThan(10_000);
  expect(outcomes[1].refused).toBe(0);
});

test("25. the same seed and the same requests give the same decisions; another seed does not", () => {
  const run = (seed: number): readonly Decision[] => {
    const target = admission({ rng: createRng(seed), latency: "nam5" });
    return Array.from({ length: 6000 }, (_, index) =>
      target.commit(attempt(set(`c/${scattered(index)}`, { at: at(index) })), index / 2),
    );
  };
  const first = run(1);
  expect(run(1)).toEqual(first);
  expect(run(2)).not.toEqual(first);
  expect(first.some(({ kind }) => kind === "refuse")).toBe(true);
});

test("25. every assumed figure stands in the report", () => {
  const { assumed } = admission({ constants: { "document-write-ceiling": 3 } }).report(0);
  expect(assumed.find(({ id }) => id === "document-write-ceiling")?.value).toBe(3);
  expect(assumed.length).toBeGreaterThan(20);
});
