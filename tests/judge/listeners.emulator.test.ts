import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { createRng, type Rng } from "../../src/std/rng.ts";
import { startEmbeddedServer, type EmbeddedServer } from "../contract/embedded-server.ts";
import {
  type Answer,
  type FirestoreWire,
  openGrpcWire,
  type Plain,
  type WireStream,
} from "./firestore-wire.ts";
import { ListenedView, type Snapshot } from "./listened-view.ts";

let server: EmbeddedServer;
beforeAll(async () => {
  server = await startEmbeddedServer();
});
afterAll(() => server.close());

const run = process.pid;
const TARGET_ID = 7;
const ABORTED = 10;

/** Values are 0 to 9, so that documents come and go in every view. */
const queries: readonly { readonly name: string; readonly query: Plain }[] = [
  { name: "all", query: {} },
  {
    name: "a filter",
    query: {
      where: {
        fieldFilter: {
          field: { fieldPath: "n" },
          op: "GREATER_THAN",
          value: { integerValue: "4" },
        },
      },
    },
  },
  {
    name: "an order with a limit",
    query: {
      orderBy: [{ field: { fieldPath: "n" }, direction: "DESCENDING" }],
      limit: { value: 3 },
    },
  },
];

const servers = [
  { name: "embedded server", endpoint: () => server.endpoint },
  { name: "official emulator", endpoint: () => inject("firestoreEndpoint") },
];
/**
 * On the emulator, one of four runs of the limited listener was never told of the last writes, and
 * of twelve runs of the others four were not: those it may try again.
 */
const LEFT_OUT = "official emulator, an order with a limit";
const cases = servers
  .flatMap((one) =>
    queries.map((query) => ({ server: one.name, endpoint: one.endpoint, ...query })),
  )
  .filter(({ server, name }) => `${server}, ${name}` !== LEFT_OUT);
let tries = 0;

describe("a listener under concurrent writes moves forward in time only, and ends with what a query reads, also after its stream was cut", () => {
  const ofOurs = cases.filter(({ server }) => server === "embedded server");
  const ofOthers = cases.filter(({ server }) => server !== "embedded server");
  it.each(ofOurs)("$server, $name", { timeout: 60_000 }, judge);
  it.each(ofOthers)("$server, $name", { timeout: 60_000, retry: 5 }, judge);
});

async function judge({
  server: serverName,
  endpoint,
  name,
  query,
}: (typeof cases)[number]): Promise<void> {
  tries += 1;
  const projectId = `demo-listen-${run}-${tries}-${serverName}-${name}`.replaceAll(" ", "-");
  const judged = new JudgedListener(endpoint(), projectId, query);
  try {
    await judged.writeALot(createRng(`${name}/1`));
    const inBetween = await judged.lastViewAndQuery();
    expect(inBetween.view).toEqual(inBetween.query);
    judged.cut();
    await judged.writeALot(createRng(`${name}/2`));
    judged.resume();
    await judged.writeALot(createRng(`${name}/3`));
    const atTheEnd = await judged.lastViewAndQuery();
    expect(atTheEnd.view).toEqual(atTheEnd.query);
    expect(judged.refusals.filter(({ code }) => code !== ABORTED)).toEqual([]);
    const times = judged.snapshotTimes;
    expect(times.filter((time, index) => time < (times[index - 1] ?? time))).toEqual([]);
    // Less would say that the listener was hardly there.
    expect(times.length).toBeGreaterThan(10);
  } finally {
    judged.close();
  }
  expect(server.faults).toEqual([]);
}

class JudgedListener {
  readonly refusals: Answer[] = [];
  readonly #wire: FirestoreWire;
  readonly #database: string;
  readonly #query: Plain;
  #stream: WireStream | undefined;
  #view = new ListenedView();
  /** Of streams that were cut. */
  readonly #before: Snapshot[] = [];
  #error: Error | undefined;
  #woken: () => void = () => undefined;

  constructor(endpoint: string, projectId: string, query: Plain) {
    this.#wire = openGrpcWire(endpoint);
    this.#database = `projects/${projectId}/databases/(default)`;
    this.#query = { from: [{ collectionId: "c" }], ...query };
    this.#listen(undefined);
  }

  get #parent(): string {
    return `${this.#database}/documents`;
  }

  #listen(resumeToken: string | undefined): void {
    const view = this.#view;
    const stream = this.#wire.open("Listen", this.#database, (message) => {
      try {
        if (view === this.#view) view.take(message);
      } catch (error) {
        this.#error = error as Error;
      }
      this.#woken();
    });
    stream.send({
      database: this.#database,
      addTarget: {
        query: { parent: this.#parent, structuredQuery: this.#query },
        targetId: TARGET_ID,
        ...(resumeToken === undefined ? {} : { resumeToken }),
      },
    });
    this.#stream = stream;
  }

  /** Three writers at a time; single writes, batches and deletions. */
  async writeALot(rng: Rng): Promise<void> {
    const writers = [1, 2, 3].map(async (writer) => {
      const own = rng.fork(`writer ${writer}`);
      for (let count = 0; count < 25; count += 1) {
        const places = new Set(Array.from({ length: own.integer(1, 3) }, () => own.integer(1, 8)));
        const writes = [...places].map((place) => this.#write(own, place));
        const answer = await this.#wire.call("Commit", { database: this.#database, writes });
        if (answer.code !== 0) this.refusals.push(answer);
      }
    });
    await Promise.all(writers);
  }

  #write(rng: Rng, place: number): Plain {
    const name = `${this.#parent}/c/d${place}`;
    if (rng.chance(0.2)) return { delete: name };
    return { update: { name, fields: { n: { integerValue: String(rng.integer(0, 9)) } } } };
  }

  cut(): void {
    this.#before.push(...this.#view.snapshots);
    this.#stream?.cut();
  }

  resume(): void {
    const last = this.#before.at(-1);
    this.#view = new ListenedView(last);
    this.#listen(last?.resumeToken);
  }

  /** What the last snapshot shows, once it is what a query reads, or when that takes too long. */
  async lastViewAndQuery(): Promise<{
    readonly view: readonly string[];
    readonly query: readonly string[];
  }> {
    const answer = await this.#wire.call("RunQuery", {
      parent: this.#parent,
      structuredQuery: this.#query,
    });
    const expected = answer.messages.flatMap(({ document }) => {
      if (document === undefined) return [];
      const { name, fields } = document as { name: string; fields?: Plain };
      return [`${name} ${JSON.stringify(fields ?? {})}`];
    });
    const seen = (): readonly string[] =>
      [...(this.#view.snapshots.at(-1)?.documents ?? [])].map(([name, fields]) => `${name} ${fields}`); // prettier-ignore
    const endMs = performance.now() + 10_000;
    while (seen().toSorted().join() !== expected.toSorted().join() && performance.now() < endMs) {
      await new Promise<void>((resolve) => {
        this.#woken = resolve;
        setTimeout(resolve, 200);
      });
      if (this.#error !== undefined) throw this.#error;
    }
    return { view: seen().toSorted(), query: expected.toSorted() };
  }

  get snapshotTimes(): readonly bigint[] {
    return [...this.#before, ...this.#view.snapshots].map(({ micros }) => micros);
  }

  close(): void {
    this.#stream?.cut();
    this.#wire.close();
  }
}
