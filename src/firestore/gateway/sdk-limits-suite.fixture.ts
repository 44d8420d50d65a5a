import type { Firestore, Transaction } from "@google-cloud/firestore";
import { afterEach, describe, expect, test } from "vitest";
import type { Decision } from "../admission/admission.ts";
import { FixtureAdmission } from "./admission.fixture.ts";
import { startSdkWorld } from "./sdk-world.fixture.ts";
import type { SdkWorld, SdkWorldOptions } from "./sdk-world.fixture.ts";

/**
 * What a program that knows nothing but Google's SDK meets behind the gateway, on either backend:
 * issue 4, "It is done when", 2.
 */
export function describeLimitsWithSdk(name: string, emulator: () => string | undefined): void {
  describe(`limits met with Google's SDK, ${name}`, () => {
    let world: SdkWorld | undefined;
    afterEach(() => world?.close());

    async function start(options: SdkWorldOptions = {}): Promise<[SdkWorld, Firestore, string]> {
      world = await startSdkWorld({ ...options, emulator: emulator() });
      projects += 1;
      const projectId = `demo-sdk-limits-${process.pid}-${projects}`;
      return [world, world.client(projectId), projectId];
    }

    testHotDocuments(start);
    testRamp(start);
    testGrowingValues(start);
    testMissingIndex(start);
    testTransactions(start);
    testBulkWriter(start);
    testRetries(start);
  });
}

/** Opens a gateway for one test, with a client of a project of its own. */
type Start = (options?: SdkWorldOptions) => Promise<[SdkWorld, Firestore, string]>;

const nowReport = ({ admission, clock }: SdkWorld) => admission.report(clock.monotonicMs());

function testHotDocuments(start: Start): void {
  test("sustained writes to one document slow, and then ABORTED", async () => {
    const [open, db] = await start();
    const hot = db.doc("ops/performance");
    await hot.set({ n: 0 });
    expect(nowReport(open).writes).toMatchObject({ delayed: 0, refused: 0 });
    // The SDK retries by itself, so that the program sees all of its writes succeed, only late.
    await Promise.all(Array.from({ length: 35 }, (_, n) => hot.set({ n })));
    const { writes, attempts, refusals } = nowReport(open);
    expect(writes.delayed).toBeGreaterThan(0);
    expect(writes.refused).toBeGreaterThan(0);
    expect(attempts.commit).toBeGreaterThan(36);
    expect(refusals[0]).toMatchObject({ code: "ABORTED", subjectKind: "document" });
    expect(refusals[0]?.subject).toContain("ops/performance");
    expect(refusals[0]?.explanation).toMatch(/\d/);
  });

  test("and a program that does not retry sees production's text and our reason", async () => {
    const [, db] = await start();
    const hot = db.doc("ops/performance");
    const writer = db.bulkWriter({ throttling: false });
    const failures: { readonly code: number; readonly message: string }[] = [];
    writer.onWriteError(({ code, message }) => {
      failures.push({ code, message });
      return false;
    });
    // A batch holds no document twice, so each of these is a batch of its own.
    const results = await Promise.allSettled([
      ...Array.from({ length: 35 }, (_, n) => writer.set(hot, { n })),
      writer.close(),
    ]);
    expect(results.filter(({ status }) => status === "rejected").length).toBe(failures.length);
    expect(failures[0]).toEqual({
      code: 10,
      message: "Too much contention on these documents. Please try again.",
    });
  });
}

function testRamp(start: Start): void {
  test("1,500 writes a second to a new collection: past 500 they wait or are refused", async () => {
    const [open, db] = await start();
    await offer(db, "fresh", 3_000, 1_500, () => ({}));
    const { writes, refusals } = nowReport(open);
    expect(writes.delayed + writes.refused).toBeGreaterThan(0);
    expect(refusals.every(({ limit }) => limit === "ramp-start")).toBe(true);
  });

  test("and are accepted after a correct ramp", async () => {
    // A twentieth of production's figures: a ramp of 25, 37.5 and 56 writes/s up to 84.
    const constants = { "range-headroom": 0.056, "split-load": 0.03, "merge-load": 0.015 };
    const [open, db, projectId] = await start({ constants });
    const database = { projectId, databaseId: "(default)" };
    let nowMs = open.clock.monotonicMs();
    for (const perSecond of [25, 37.5, 56]) {
      for (const endMs = nowMs + 300_000; nowMs < endMs; nowMs += 1000 / perSecond) {
        const { path } = db.collection("ramped").doc();
        const write = { kind: "update", path, fields: new Map(), transforms: [] } as const;
        open.admission.commit({ database, writes: [write], requestBytes: 100 }, nowMs);
      }
    }
    expect(open.admission.report(nowMs).writes).toMatchObject({ refused: 0 });
    open.clock.setMonotonic(nowMs);
    open.admission.resetCounters(nowMs);
    await offer(db, "ramped", 150, 75, () => ({}));
    expect(nowReport(open).writes).toMatchObject({ admitted: 150, refused: 0 });
    // Cold, the same is too much.
    await offer(db, "cold", 150, 75, () => ({}));
    const { writes } = nowReport(open);
    expect(writes.delayed + writes.refused).toBeGreaterThan(0);
  });
}

function testGrowingValues(start: Start): void {
  describe("a value that grows in an index", () => {
    const exempt = (collectionGroup: string) => ({
      collectionGroup,
      fieldPath: "created_at",
      indexes: [],
    });
    const indexes = {
      indexes: [
        {
          collectionGroup: "composite",
          queryScope: "COLLECTION",
          fields: [
            { fieldPath: "side", order: "ASCENDING" },
            { fieldPath: "created_at", order: "DESCENDING" },
          ],
        },
      ],
      fieldOverrides: [exempt("exempt"), exempt("composite")],
    };

    test.each([
      { collection: "automatic", capped: true, index: "created_at" },
      { collection: "exempt", capped: false, index: "" },
      { collection: "composite", capped: true, index: "side" },
    ])("$collection: capped is $capped", async ({ collection, capped, index }) => {
      const [open, db] = await start({ indexes });
      // Ramped already, so that nothing but the growing value stands in the way.
      open.admission.warm(20_000);
      await offer(db, collection, 1_500, Infinity, (n) => ({ side: "SELL", created_at: n }));
      const { writes, hottest } = nowReport(open);
      const tail = hottest.find(({ limit }) => limit === "sequential-index");
      const held = (tail?.delayed ?? 0) + (tail?.refused ?? 0) > 0;
      expect({ held, total: writes.delayed + writes.refused > 0 }).toEqual({
        held: capped,
        total: capped,
      });
      // Which index it was is told; where nothing was held up, whatever was busiest.
      expect(tail?.subject ?? "").toContain(capped ? `${collection} (${index}` : "");
    });
  });
}

function testMissingIndex(start: Start): void {
  test("a query without its index is refused, with the JSON that makes it", async () => {
    const [open, db] = await start();
    const query = db.collection("trades").where("side", "==", "SELL").orderBy("created_at", "desc");
    const error = (await query.get().catch((one: unknown) => one)) as SdkError;
    expect(error.code).toBe(9);
    expect(error.details).toMatch(
      /^The query requires an index\. You can create it here: https:\/\/console\.firebase\.google\.com\/v1\/r\/project\/demo-sdk-limits-\S+\/firestore\/indexes\?create_composite=[\w-]+$/,
    );
    const explanation = String(error.metadata?.get("x-plimsoll-explanation")[0]);
    const { missingIndexes } = nowReport(open);
    expect(JSON.parse(missingIndexes[0]?.json ?? "")).toMatchObject({
      collectionGroup: "trades",
      queryScope: "COLLECTION",
      fields: [
        { fieldPath: "side", order: "ASCENDING" },
        { fieldPath: "created_at", order: "DESCENDING" },
      ],
    });
    expect(explanation).toContain("created_at");
    // A listener is told the same.
    const cause = await new Promise<SdkError>((resolve) =>
      query.onSnapshot(
        () => undefined,
        (one) => resolve(one as unknown as SdkError),
      ),
    );
    expect(cause.message).toContain("The query requires an index.");
    // And what an automatic index serves goes on.
    expect((await db.collection("trades").where("side", "==", "SELL").get()).size).toBe(0);
  });
}

function testTransactions(start: Start): void {
  test("two transactions on one document: one is tried again, and both count", async () => {
    const [, db] = await start();
    const counter = db.doc("counters/one");
    await counter.set({ n: 0 });
    let tries = 0;
    const add = async (transaction: Transaction): Promise<void> => {
      tries += 1;
      const n = (await transaction.get(counter)).get("n") as number;
      // Long enough for the other to have read, too.
      await new Promise((resolve) => setTimeout(resolve, 100));
      transaction.update(counter, { n: n + 1 });
    };
    await Promise.all([db.runTransaction(add), db.runTransaction(add)]);
    expect((await counter.get()).get("n")).toBe(2);
    expect(tries).toBeGreaterThan(2);
  });
}

function testBulkWriter(start: Start): void {
  test("BulkWriter hears of each refused write, and only that one is sent again", async () => {
    const admission = new FixtureAdmission((path, seen) =>
      path === "c/unlucky" && seen <= 2 ? refuse("ABORTED") : ADMIT,
    );
    const [, db] = await start({ admission });
    const heard: string[] = [];
    const writer = db.bulkWriter();
    writer.onWriteError((error) => {
      heard.push(`${error.documentRef.id} ${error.code} ${error.failedAttempts}`);
      return true;
    });
    const ids = ["a", "unlucky", "b", "c"];
    for (const id of ids) void writer.set(db.doc(`c/${id}`), { id });
    await writer.close();
    expect(heard).toEqual(["unlucky 10 1", "unlucky 10 2"]);
    expect([...admission.asked]).toEqual([
      ["c/a", 1],
      ["c/unlucky", 3],
      ["c/b", 1],
      ["c/c", 1],
    ]);
    expect((await db.collection("c").get()).size).toBe(ids.length);
  });

  test("BulkWriter waits a minute for RESOURCE_EXHAUSTED, a second for ABORTED", async () => {
    const delays: number[] = [];
    const { setTimeoutHandler } = await import("./sdk-back-off.fixture.ts");
    setTimeoutHandler((work, delayMs) => {
      delays.push(delayMs);
      return setTimeout(work, delayMs / 100);
    });
    const admission = new FixtureAdmission((path, seen) => {
      if (seen > 1) return ADMIT;
      return refuse(path === "c/a" ? "ABORTED" : "RESOURCE_EXHAUSTED");
    });
    const [, db] = await start({ admission });
    const writer = db.bulkWriter();
    void writer.set(db.doc("c/a"), {});
    await writer.flush();
    const [aborted = 0] = delays.splice(0);
    void writer.set(db.doc("c/b"), {});
    await writer.close();
    setTimeoutHandler(setTimeout);
    // A second, and the longest wait there is, each with a jitter of 30%.
    expect(aborted).toBeGreaterThanOrEqual(700);
    expect(aborted).toBeLessThanOrEqual(1_300);
    expect(Math.max(...delays)).toBeGreaterThanOrEqual(42_000);
    expect(Math.max(...delays)).toBeLessThanOrEqual(78_000);
  });
}

function testRetries(start: Start): void {
  test("RESOURCE_EXHAUSTED for a commit is retried by the SDK unseen; attempts count here", async () => {
    const admission = new FixtureAdmission((_path, seen) =>
      seen <= 3 ? refuse("RESOURCE_EXHAUSTED") : ADMIT,
    );
    const [, db] = await start({ admission });
    await db.doc("c/a").set({ n: 1 });
    expect(admission.asked.get("c/a")).toBe(4);
  });
}

let projects = 0;

interface SdkError {
  readonly code: number;
  readonly details: string;
  readonly message: string;
  readonly metadata?: { get(name: string): readonly unknown[] };
}

const ADMIT: Decision = { kind: "admit", delayMs: 0 };

function refuse(code: "ABORTED" | "RESOURCE_EXHAUSTED"): Decision {
  const refusal = {
    limit: "fixture",
    subject: "fixture",
    subjectKind: "document",
    explanation: "The fixture says so.",
    passesAtMs: null,
  } as const;
  return { kind: "refuse", delayMs: 0, code, message: "Refused.", refusal };
}

/** Creates documents under random names, so many a second, without retries; some may be refused. */
async function offer(
  db: Firestore,
  collection: string,
  count: number,
  perSecond: number,
  fields: (index: number) => Record<string, unknown>,
): Promise<void> {
  const writer = db.bulkWriter({ throttling: false });
  writer.onWriteError(() => false);
  const startedAtMs = performance.now();
  const written: Promise<unknown>[] = [];
  for (let index = 0; index < count; index += 1) {
    const document = db.collection(collection).doc();
    written.push(writer.create(document, fields(index)).catch(() => undefined));
    const aheadMs = startedAtMs + (index / perSecond) * 1000 - performance.now();
    if (aheadMs > 0) await new Promise((resolve) => setTimeout(resolve, aheadMs));
  }
  await writer.close();
  await Promise.all(written);
}
