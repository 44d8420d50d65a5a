import { expect, it } from "vitest";
import { createRng, type Rng } from "../../std/rng.ts";
import type { FirestoreError } from "../data/status.ts";
import { Timestamp } from "../data/timestamp.ts";
import { inTransaction, LATEST, rig, set } from "./engine.fixture.ts";

/** One client's dealing with one document, between two ticks of a counter that all clients share. */
interface Operation {
  readonly kind: "read" | "write";
  readonly path: string;
  readonly invoked: number;
  readonly returned: number;
  /** The version that it made or saw; the epoch where it saw no document. */
  readonly version: Timestamp;
}

/*
 * A register is linearizable when its operations can be put in one order that keeps every
 * operation between its invocation and its return, and in which every read sees the write before
 * it. Versions give that order: it remains to be seen that real time never contradicts it.
 */
function contradictions(history: readonly Operation[]): readonly string[] {
  const found: string[] = [];
  for (const earlier of history) {
    for (const later of history) {
      if (earlier.path !== later.path || earlier.returned >= later.invoked) continue;
      const difference = later.version.compareTo(earlier.version);
      const isWrong = later.kind === "write" ? difference <= 0 : difference < 0;
      if (isWrong) found.push(`${JSON.stringify(earlier)} before ${JSON.stringify(later)}`);
    }
  }
  return found;
}

/** Versions that were read and never written, or that two writes made. */
function inventions(history: readonly Operation[]): readonly string[] {
  const nameOf = ({ path, version }: Operation): string =>
    `${path} ${version.seconds}.${version.nanos}`;
  const writes = history.filter(({ kind }) => kind === "write").map(nameOf);
  const written = new Set(writes);
  const invented = history.filter(
    (one) => one.kind === "read" && one.version.seconds > 0 && !written.has(nameOf(one)),
  );
  return [...invented.map(nameOf), ...writes.filter((name, at) => writes.indexOf(name) !== at)];
}

it.each([1, 2, 3, 4, 5, 6])("every document is a linearizable register (seed %i)", async (seed) => {
  const { database, clock } = rig();
  const rng = createRng(seed);
  const paths = ["c/a", "c/b", "c/d"];
  const history: Operation[] = [];
  let tick = 0;
  let value = 0n;

  const pause = (own: Rng): Promise<void> =>
    own.chance(0.5) ? clock.sleep(own.integer(0, 20)) : Promise.resolve();
  const record = (kind: Operation["kind"], path: string, invoked: number, version?: Timestamp) => {
    tick += 1;
    history.push({ kind, path, invoked, returned: tick, version: version ?? new Timestamp(0, 0) });
  };

  const write = async (own: Rng, invoked: number): Promise<void> => {
    const path = own.pick(paths);
    value += 1n;
    const { commitTime } = await database.commit([set(path, { value })]);
    record("write", path, invoked, commitTime);
  };
  const read = async (own: Rng, invoked: number): Promise<void> => {
    const { result } = await database.get(paths, LATEST);
    for (const { path, document } of result) record("read", path, invoked, document?.updateTime);
    await pause(own);
  };
  const transact = async (own: Rng, invoked: number): Promise<void> => {
    const concurrency = own.pick(["pessimistic", "optimistic"] as const);
    const { transaction } = database.begin({ kind: "read-write", concurrency });
    try {
      const [source, target] = [own.pick(paths), own.pick(paths)];
      const { result } = await database.get([source], inTransaction(transaction));
      await pause(own);
      value += 1n;
      const { commitTime } = await database.commit([set(target, { value })], transaction);
      record("read", source, invoked, result[0]?.document?.updateTime);
      record("write", target, invoked, commitTime);
    } catch (error) {
      if ((error as FirestoreError).code !== "ABORTED") throw error;
    }
  };

  const client = async (name: string): Promise<void> => {
    const own = rng.fork(name);
    for (let step = 0; step < 25; step += 1) {
      await pause(own);
      tick += 1;
      await own.pick([write, read, transact, transact])(own, tick);
    }
  };
  await clock.run(Promise.all(Array.from({ length: 8 }, (_, index) => client(`client ${index}`))));

  expect(history.length).toBeGreaterThan(200);
  expect(contradictions(history)).toEqual([]);
  expect(inventions(history)).toEqual([]);
});

it("the check finds a stale read, a write out of turn and a version out of nowhere", () => {
  const at = (kind: Operation["kind"], invoked: number, version: number): Operation => ({
    kind,
    path: "c/a",
    invoked,
    returned: invoked + 1,
    version: new Timestamp(version, 0),
  });
  expect(contradictions([at("write", 1, 1), at("write", 3, 2), at("read", 5, 1)]).length).toBe(1);
  expect(contradictions([at("write", 1, 2), at("write", 3, 1)]).length).toBe(1);
  expect(inventions([at("write", 1, 1), at("read", 3, 2)])).toEqual(["c/a 2.0"]);
  expect(contradictions([at("write", 1, 1), at("read", 3, 1)])).toEqual([]);
});
