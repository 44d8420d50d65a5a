import { describe, expect, it } from "vitest";
import type { ListenEvent } from "./engine.ts";
import { LATEST, query, remove, rig, set, where } from "./engine.fixture.ts";
import type { EmbeddedDatabase } from "./database.ts";
import type { ListenTarget } from "./engine.ts";

interface Told {
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  readonly reset: boolean;
  readonly count: number;
}

/** Listens, and keeps what it is told in a short form: "x" a deleted document, "-x" one out of sight. */
function hear(
  database: EmbeddedDatabase,
  target: ListenTarget,
): { told: Told[]; events: ListenEvent[]; stop: () => void } {
  const told: Told[] = [];
  const events: ListenEvent[] = [];
  const listening = database.listen(target, (event) => {
    events.push(event);
    told.push({
      changed: event.changed.map(({ path }) => path),
      removed: event.removed.map(({ path, deleted }) => (deleted ? path : `-${path}`)),
      reset: event.reset,
      count: event.count,
    });
  });
  return {
    told,
    events,
    stop: () => {
      listening.stop();
    },
  };
}

describe("a listener of documents", () => {
  it("is told of those that are not there, too", () => {
    const { database } = rig();
    database.commitNow([set("c/a", {})]);
    const { told } = hear(database, { query: { documents: ["c/a", "c/b"] } });
    database.commitNow([set("c/b", {}), set("c/other", {})]);
    database.commitNow([remove("c/a")]);
    expect(told).toEqual([
      { changed: ["c/a"], removed: ["c/b"], reset: true, count: 1 },
      { changed: ["c/b"], removed: [], reset: false, count: 2 },
      { changed: [], removed: ["c/a"], reset: false, count: 1 },
    ]);
  });
});

describe("a listener of a query", () => {
  it("tells a document that is gone from one that no longer matches", () => {
    const { database } = rig();
    database.commitNow([set("c/a", { n: 1n }), set("c/b", { n: 1n }), set("c/d", { n: 5n })]);
    const { told } = hear(database, { query: query({ where: where("n", "<", 3n) }) });
    database.commitNow([set("c/a", { n: 9n }), remove("c/b"), set("c/e", { n: 9n })]);
    database.commitNow([set("c/d", { n: 6n })]);
    expect(told.slice(1)).toEqual([
      { changed: [], removed: ["-c/a", "c/b"], reset: false, count: 0 },
    ]);
  });

  it("with a limit tells who falls out and who comes in", () => {
    const { database } = rig();
    database.commitNow([1n, 3n, 5n, 7n].map((n) => set(`c/${n}`, { n })));
    const orderBy = [{ field: ["n"], direction: "ascending" }] as const;
    const { told } = hear(database, { query: query({ orderBy, limit: 2 }) });
    database.commitNow([set("c/2", { n: 2n })]);
    database.commitNow([set("c/9", { n: 9n })]);
    database.commitNow([remove("c/1")]);
    database.commitNow([set("c/2", { n: 2n, note: "same place" })]);
    database.commitNow([set("c/2", { n: 8n })]);
    expect(told.slice(1)).toEqual([
      { changed: ["c/2"], removed: ["-c/3"], reset: false, count: 2 },
      { changed: ["c/3"], removed: ["c/1"], reset: false, count: 2 },
      { changed: ["c/2"], removed: [], reset: false, count: 2 },
      { changed: ["c/5"], removed: ["-c/2"], reset: false, count: 2 },
    ]);
  });

  it("with a limit bears that its last document loses the field it goes by as another comes", () => {
    const { database } = rig();
    database.commitNow([1n, 3n, 5n].map((n) => set(`c/${n}`, { n })));
    const orderBy = [{ field: ["n"], direction: "ascending" }] as const;
    const { told } = hear(database, { query: query({ orderBy, limit: 2 }) });
    database.commitNow([set("c/9", { n: 9n }), set("c/3", {})]);
    database.commitNow([set("c/2", { n: 2n }), set("c/5", {})]);
    expect(told.slice(1)).toEqual([
      { changed: ["c/5"], removed: ["-c/3"], reset: false, count: 2 },
      { changed: ["c/2"], removed: ["-c/5"], reset: false, count: 2 },
    ]);
  });

  it("hears nothing after it stopped", () => {
    const { database } = rig();
    const { told, stop } = hear(database, { query: query() });
    stop();
    stop();
    database.commitNow([set("c/a", {})]);
    expect(told.length).toBe(1);
    expect(database.statistics().listeners).toBe(0);
  });

  it("is told of commits in their order, with times that grow", () => {
    const { database } = rig();
    const { events } = hear(database, { query: query() });
    for (let index = 0; index < 20; index += 1) database.commitNow([set(`c/${index}`, {})]);
    const times = events.map(({ readTime }) => readTime);
    expect(times.length).toBe(21);
    expect(times.slice(1).every((time, index) => time.compareTo(times[index]!) > 0)).toBe(true);
  });
});

describe("resuming", () => {
  it.each([["token"], ["readTime"]] as const)("by %s brings only what changed since", (how) => {
    const { database } = rig();
    database.commitNow(["a", "b", "c"].map((id) => set(`c/${id}`, { n: 1n })));
    const { events, stop } = hear(database, { query: query() });
    stop();
    database.commitNow([set("c/b", { n: 2n }), remove("c/c"), set("c/d", {})]);
    const { readTime, resumeToken } = events[0]!;
    const resume = how === "token" ? { token: resumeToken } : { readTime };
    const { told } = hear(database, { query: query(), resume });
    expect(told).toEqual([{ changed: ["c/b", "c/d"], removed: ["c/c"], reset: false, count: 3 }]);
  });

  it("starts anew after the hour that is remembered", async () => {
    const { database, clock } = rig();
    database.commitNow([set("c/a", {})]);
    const { events, stop } = hear(database, { query: query() });
    stop();
    await clock.run(clock.sleep(3_600_001));
    const { told } = hear(database, { query: query(), resume: { token: events[0]!.resumeToken } });
    expect(told).toEqual([{ changed: ["c/a"], removed: [], reset: true, count: 1 }]);
  });

  it.each([
    ["nonsense", new Uint8Array([1, 2, 3])],
    ["of another database", undefined],
  ])("starts anew with a token %s", (_name, nonsense) => {
    const { database } = rig();
    database.commitNow([set("c/a", {})]);
    const { events } = hear(database, { query: query() });
    const token = nonsense ?? events[0]!.resumeToken.map((byte, at) => (at < 4 ? byte ^ 1 : byte));
    const { told } = hear(database, { query: query(), resume: { token } });
    expect(told[0]).toMatchObject({ reset: true, count: 1 });
  });
});

describe("clear", () => {
  it("empties the database, ends transactions, and starts listeners anew", async () => {
    const { database } = rig();
    database.commitNow([set("c/a", {}), set("c/b/d/e", {})]);
    const { told, events, stop } = hear(database, { query: query() });
    const { transaction } = database.begin({ kind: "read-write", concurrency: "pessimistic" });
    await database.get(["c/a"], { kind: "transaction", transaction });
    database.clear();
    expect(database.statistics()).toMatchObject({ documents: 0, transactions: 0, listeners: 1 });
    expect(await database.listCollectionIds("", 0, undefined, LATEST)).toMatchObject({ items: [] });
    await expect(database.commit([], transaction)).rejects.toThrow("Invalid transaction.");
    database.commitNow([set("c/new", {})]);
    expect(told.slice(1)).toEqual([
      { changed: [], removed: [], reset: true, count: 0 },
      { changed: ["c/new"], removed: [], reset: false, count: 1 },
    ]);
    const resumed = hear(database, { query: query(), resume: { token: events[0]!.resumeToken } });
    expect(resumed.told[0]).toMatchObject({ reset: true });
    stop();
    expect(database.statistics().listeners).toBe(1);
  });
});
