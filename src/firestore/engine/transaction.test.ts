import { describe, expect, it } from "vitest";
import { createRng } from "../../std/rng.ts";
import type { FirestoreError } from "../data/status.ts";
import { Timestamp } from "../data/timestamp.ts";
import type { EmbeddedDatabase } from "./database.ts";
import type { CommitResult, TransactionId } from "./engine.ts";
import { inTransaction, LATEST, query, reference, rig, set, where } from "./engine.fixture.ts";

const READ_WRITE = { kind: "read-write", concurrency: "pessimistic" } as const;
const OPTIMISTIC = { kind: "read-write", concurrency: "optimistic" } as const;
const CONTENTION = /^Too much contention on these documents/;
const ABORTED = /^Aborted due to cross-transaction contention/;

/** What became of a promise so far. */
async function stateOf(promise: Promise<unknown>): Promise<"pending" | "done" | "failed"> {
  const pending = Symbol("pending");
  try {
    // A few turns of the event loop, without any time of the clock.
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    return (await Promise.race([promise, Promise.resolve(pending)])) === pending
      ? "pending"
      : "done";
  } catch {
    return "failed";
  }
}

function begin(database: EmbeddedDatabase, retryOf?: TransactionId): TransactionId {
  return database.begin({ ...READ_WRITE, retryOf }).transaction;
}

describe("a read-write transaction", () => {
  it("holds off writes of what it has read until it ends", async () => {
    const { database } = rig();
    await database.commit([set("c/a", { n: 1n })]);
    const transaction = begin(database);
    await database.get(["c/a", "c/none"], inTransaction(transaction));
    const outside = database.commit([set("c/a", { n: 9n })]);
    const insert = database.commit([set("c/none", { n: 9n })]);
    expect(database.commitNow([set("c/a", { n: 9n })])).toBe("blocked");
    expect(await stateOf(outside)).toBe("pending");
    expect((await database.get(["c/a"], LATEST)).result[0]?.document?.fields.get("n")).toBe(1n);
    const own = await database.commit([set("c/a", { n: 2n })], transaction);
    const [after] = await Promise.all([outside, insert]);
    expect(after.commitTime.compareTo(own.commitTime)).toBeGreaterThan(0);
    expect(database.peek("c/a")?.fields.get("n")).toBe(9n);
  });

  it("lets go by rollback, too", async () => {
    const { database } = rig();
    const transaction = begin(database);
    await database.get(["c/a"], inTransaction(transaction));
    const outside = database.commit([set("c/a", { n: 9n })]);
    database.rollback(transaction);
    await outside;
    expect(database.statistics().transactions).toBe(0);
  });

  it("sees no phantoms: a query holds off what it would match, and nothing else", async () => {
    const { database } = rig();
    await database.commit([set("c/a", { n: 1n }), set("c/b", { n: 5n }), set("c/d", { n: 5n })]);
    const transaction = begin(database);
    await database.query(query({ where: where("n", "<", 3n) }), inTransaction(transaction));
    const held = [
      database.commit([set("c/new", { n: 2n })]),
      database.commit([set("c/a", { n: 9n })]),
      database.commit([set("c/b", { n: 0n })]),
    ];
    expect(await Promise.all(held.map(stateOf))).toEqual(["pending", "pending", "pending"]);
    await database.commit([set("c/new2", { n: 7n })]);
    await database.commit([set("c/d", { n: 6n })]);
    await database.commit([set("d/new", { n: 1n })]);
    await database.commit([], transaction);
    await Promise.all(held);
  });

  it("holds off inserts into what it counted and listed", async () => {
    const { database } = rig();
    const counting = begin(database);
    await database.aggregate(
      query(),
      [{ alias: "n", operator: { kind: "count" } }],
      inTransaction(counting),
    );
    const insert = database.commit([set("c/new", {})]);
    expect(await stateOf(insert)).toBe("pending");
    database.rollback(counting);
    await insert;
  });

  it("is refused a write by the deadline for locks", async () => {
    const { database, clock } = rig();
    const holder = begin(database);
    await database.get(["c/a"], inTransaction(holder));
    const started = clock.monotonicMs();
    await expect(clock.run(database.commit([set("c/a", {})]))).rejects.toThrow(CONTENTION);
    expect(clock.monotonicMs() - started).toBe(20_000);
    await database.commit([set("c/a", { n: 1n })], holder);
  });

  it("is given up, the younger of two, when both wait for each other", async () => {
    const { database } = rig();
    const [older, younger] = [begin(database), begin(database)];
    await database.get(["c/a"], inTransaction(older));
    await database.get(["c/a"], inTransaction(younger));
    const first = database.commit([set("c/a", { by: "older" })], older);
    await expect(database.commit([set("c/a", { by: "younger" })], younger)).rejects.toThrow(
      ABORTED,
    );
    await first;
    expect(database.peek("c/a")?.fields.get("by")).toBe("older");
  });

  it("is given up at once, too, where one waits for a query and a third reader stands before it", async () => {
    const { database } = rig();
    const [querier, writer, reader] = [begin(database), begin(database), begin(database)];
    await database.query(query({ where: where("n", "<", 3n) }), inTransaction(querier));
    await database.get(["c/a"], inTransaction(reader));
    await database.get(["d/b"], inTransaction(writer));
    const blocked = database.commit([set("c/a", { n: 1n })], writer);
    const closing = database.commit([set("d/b", {})], querier);
    // The ring is closed although the writer waits for the reader as well.
    await expect(blocked).rejects.toThrow(ABORTED);
    await closing;
    database.rollback(reader);
    expect(database.peek("c/a")).toBeUndefined();
  });

  it("wins in the end: a retry is as old as what it retries", async () => {
    const { database } = rig();
    const [older, younger] = [begin(database), begin(database)];
    await database.get(["c/a"], inTransaction(older));
    await database.get(["c/a"], inTransaction(younger));
    const first = database.commit([set("c/a", { by: "older" })], older);
    await expect(database.commit([set("c/a", {})], younger)).rejects.toThrow(ABORTED);
    await first;
    const newcomer = begin(database);
    const retry = begin(database, younger);
    await database.get(["c/a"], inTransaction(newcomer));
    await database.get(["c/a"], inTransaction(retry));
    const second = database.commit([set("c/a", { by: "retry" })], retry);
    await expect(database.commit([set("c/a", {})], newcomer)).rejects.toThrow(ABORTED);
    await second;
    expect(database.peek("c/a")?.fields.get("by")).toBe("retry");
  });

  it("cannot starve a writer: readers who come later wait behind it", async () => {
    const { database } = rig();
    const first = begin(database);
    await database.get(["c/a"], inTransaction(first));
    const writer = database.commit([set("c/a", { n: 1n })]);
    const second = begin(database);
    const read = database.get(["c/a"], inTransaction(second));
    expect(await stateOf(read)).toBe("pending");
    database.rollback(first);
    await writer;
    expect((await read).result[0]?.document?.fields.get("n")).toBe(1n);
  });

  it("may read on though a writer waits for it", async () => {
    const { database } = rig();
    const transaction = begin(database);
    await database.get(["c/a"], inTransaction(transaction));
    const writer = database.commit([set("c/a", {}), set("c/b", {})]);
    await database.get(["c/b"], inTransaction(transaction));
    await database.commit([set("c/b", { n: 1n })], transaction);
    await writer;
    expect(database.peek("c/b")?.fields.size).toBe(0);
  });

  it("ends after a minute without use, and whoever waits for it goes on", async () => {
    const { database, clock } = rig();
    const transaction = begin(database);
    await database.get(["c/a"], inTransaction(transaction));
    await clock.run(clock.sleep(50_000));
    const started = clock.monotonicMs();
    await clock.run(database.commit([set("c/a", {})]));
    expect(clock.monotonicMs() - started).toBe(10_000);
    await expect(database.commit([set("c/a", {})], transaction)).rejects.toThrow(
      /transaction has expired/,
    );
  });

  it("ends after 270 s, however busy", async () => {
    const { database, clock } = rig();
    const transaction = begin(database);
    for (let step = 0; step < 5; step += 1) {
      await clock.run(clock.sleep(50_000));
      await database.get(["c/a"], inTransaction(transaction));
    }
    await clock.run(clock.sleep(20_000));
    await expect(database.get(["c/a"], inTransaction(transaction))).rejects.toThrow(
      /transaction has expired/,
    );
  });

  it("that has ended, or never was, is refused as such", async () => {
    const { database } = rig();
    const transaction = begin(database);
    await database.commit([set("c/a", {})], transaction);
    const refused = (work: Promise<unknown>) => work.then(fail, codeAndText);
    expect(await refused(database.commit([set("c/a", {})], transaction))).toMatch(
      /^INVALID_ARGUMENT The referenced transaction has expired/,
    );
    expect(await refused(database.get(["c/a"], inTransaction("AAAA")))).toBe(
      "INVALID_ARGUMENT Invalid transaction.",
    );
    expect(() => database.begin({ ...READ_WRITE, retryOf: "tx-zz-1" })).toThrow(
      "Invalid transaction.",
    );
    expect(() => {
      database.rollback(transaction);
    }).not.toThrow();
  });

  it("ends when its commit is refused", async () => {
    const { database } = rig();
    const transaction = begin(database);
    await database.get(["c/a"], inTransaction(transaction));
    const write = { ...set("c/a", {}), precondition: { kind: "exists", exists: true } } as const;
    await expect(database.commit([write], transaction)).rejects.toThrow("No document to update");
    expect(database.commitNow([set("c/a", {})])).not.toBe("blocked");
  });

  it("gives a waiting commit up when the client does", async () => {
    const { database } = rig();
    const holder = begin(database);
    await database.get(["c/a"], inTransaction(holder));
    const controller = new AbortController();
    const waiting = database.commit([set("c/a", { n: 1n })], undefined, controller.signal);
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: "CANCELLED" });
    database.rollback(holder);
    expect(database.peek("c/a")).toBeUndefined();
  });
});

describe("an optimistic transaction", () => {
  it("holds nobody off, and is aborted when what it read has changed", async () => {
    const { database } = rig();
    await database.commit([set("c/a", { n: 1n })]);
    const { transaction } = database.begin(OPTIMISTIC);
    await database.get(["c/a"], inTransaction(transaction));
    await database.commit([set("c/a", { n: 2n })]);
    const again = await database.get(["c/a"], inTransaction(transaction));
    expect(again.result[0]?.document?.fields.get("n")).toBe(1n);
    await expect(database.commit([set("c/a", { n: 2n })], transaction)).rejects.toThrow(ABORTED);
  });

  it("is aborted by a phantom, and not by what its query does not match", async () => {
    const { database } = rig();
    const few = query({ where: where("n", "<", 3n) });
    const [one, other] = [database.begin(OPTIMISTIC), database.begin(OPTIMISTIC)];
    await database.query(few, inTransaction(one.transaction));
    await database.query(few, inTransaction(other.transaction));
    await database.commit([set("c/a", { n: 7n })]);
    await database.commit([set("d/x", {})], one.transaction);
    await database.commit([set("c/b", { n: 1n })]);
    await expect(database.commit([set("d/x", {})], other.transaction)).rejects.toThrow(ABORTED);
  });
});

describe("a read-only transaction", () => {
  it("sees one moment, waits for nobody and holds nobody off", async () => {
    const { database } = rig();
    await database.commit([set("c/a", { n: 1n })]);
    const { transaction, readTime } = database.begin({ kind: "read-only" });
    await database.commit([set("c/a", { n: 2n }), set("c/b", {})]);
    const got = await database.get(["c/a", "c/b"], inTransaction(transaction));
    expect(got.readTime).toEqual(readTime);
    expect(got.result.map(({ document }) => document?.fields.get("n"))).toEqual([1n, undefined]);
    await expect(database.commit([set("c/a", {})], transaction)).rejects.toThrow(
      "Cannot modify entities in a read-only transaction.",
    );
    await database.commit([], transaction);
  });

  it("may look at an earlier time", async () => {
    const { database, clock } = rig();
    const { commitTime } = await database.commit([set("c/a", { n: 1n })]);
    await clock.run(clock.sleep(1000));
    await database.commit([set("c/a", { n: 2n })]);
    const { transaction } = database.begin({ kind: "read-only", readTime: commitTime });
    const got = await database.get(["c/a"], inTransaction(transaction));
    expect(got.result[0]?.document?.fields.get("n")).toBe(1n);
  });
});

/*
 * Many clients at once, in an order drawn from a seed, with and without time passing: nothing is
 * lost, nobody sees half of anything, and there are no phantoms.
 */
describe.each([
  ["pessimistic", "a clock that stands still", 0],
  ["pessimistic", "a running clock", 30],
  ["optimistic", "a clock that stands still", 0],
  ["optimistic", "a running clock", 30],
] as const)("%s transactions on %s", (concurrency, _clock, pauseMs) => {
  const mode = { kind: "read-write", concurrency } as const;

  it.each([1, 2, 3, 4, 5])("lose no update and admit no phantom (seed %i)", async (seed) => {
    const { database, clock } = rig();
    const rng = createRng(seed);
    const counters = ["c/0", "c/1", "c/2"];
    await database.commit(counters.map((path) => set(path, { n: 0n })));
    let added = 0n;
    let aborts = 0;

    const pause = async (own: ReturnType<typeof createRng>): Promise<void> => {
      if (pauseMs > 0) await clock.sleep(own.integer(0, pauseMs));
      else for (let turns = own.integer(0, 5); turns > 0; turns -= 1) await Promise.resolve();
    };

    /** Reads some counters, adds one to each; makes a numbered document after counting them. */
    const attempt = async (
      own: ReturnType<typeof createRng>,
      name: string,
      retryOf: TransactionId | undefined,
    ): Promise<CommitResult | TransactionId> => {
      const { transaction } = database.begin({ ...mode, retryOf });
      try {
        const paths = counters.filter(() => own.chance(0.6));
        const read = await database.get(paths, inTransaction(transaction));
        await pause(own);
        const count = await database.aggregate(
          query({ collectionId: "made", where: where("kind", "==", "k") }),
          [{ alias: "n", operator: { kind: "count" } }],
          inTransaction(transaction),
        );
        await pause(own);
        const writes = read.result.map(({ path, document }) =>
          set(path, { n: (document?.fields.get("n") as bigint) + 1n }),
        );
        const made = set(`made/${name}`, { kind: "k", number: count.result.get("n") as bigint });
        const result = await database.commit([...writes, made], transaction);
        added += BigInt(writes.length);
        return result;
      } catch (error) {
        if ((error as FirestoreError).code !== "ABORTED") throw error;
        aborts += 1;
        database.rollback(transaction);
        return transaction;
      }
    };

    const client = async (index: number): Promise<void> => {
      const own = rng.fork(`client ${index}`);
      for (let round = 0; round < 4; round += 1) {
        let outcome: CommitResult | TransactionId | undefined;
        do {
          await pause(own);
          outcome = await attempt(own, `${index}-${round}`, outcome as TransactionId | undefined);
        } while (typeof outcome === "string");
      }
    };
    await clock.run(Promise.all(Array.from({ length: 12 }, (_, index) => client(index))));

    const total = counters.reduce(
      (sum, path) => sum + (database.peek(path)?.fields.get("n") as bigint),
      0n,
    );
    expect(total).toBe(added);
    // Each counted those before it: a phantom would give two of them the same number.
    const made = await database.query(query({ collectionId: "made" }), LATEST);
    const numbers = made.result.documents.map(({ fields }) => Number(fields.get("number")));
    expect(numbers.toSorted((a, b) => a - b)).toEqual([...numbers.keys()]);
    expect(aborts).toBeGreaterThan(0);
    expect(database.statistics().transactions).toBe(0);
  });
});

it("a document's history is linear: reads in the past see each commit at its time", async () => {
  const { database, clock } = rig();
  const rng = createRng(7);
  const commits: CommitResult[] = [];
  for (let number = 0n; number < 100n; number += 1n) {
    if (rng.chance(0.3)) await clock.run(clock.sleep(1));
    commits.push(await database.commit([set("c/a", { n: number, to: reference("c/a") })]));
  }
  for (const [index, { commitTime }] of commits.entries()) {
    const before = commits[index - 1]?.commitTime ?? new Timestamp(0, 0);
    expect(commitTime.compareTo(before)).toBeGreaterThan(0);
    const then = await database.get(["c/a"], { kind: "read-time", readTime: commitTime });
    expect(then.result[0]?.document?.fields.get("n")).toBe(BigInt(index));
    expect(then.result[0]?.document?.updateTime).toEqual(commitTime);
  }
  expect((commits.at(-1) as CommitResult).commitTime.toMillis()).toBeLessThan(clock.wallMs() + 1);
});

function fail(): never {
  throw new Error("it was not refused");
}

function codeAndText(error: unknown): string {
  const { code, message } = error as FirestoreError;
  return `${code} ${message}`;
}
