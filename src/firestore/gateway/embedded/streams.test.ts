import type { ClientHttp2Session } from "node:http2";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  REAL_CLOCK,
  startEmbeddedServer,
  type EmbeddedServer,
} from "../../../../tests/contract/embedded-server.ts";
import type { Clock } from "../../../std/clock.ts";
import { framed } from "./grpc/message-parser.ts";
import {
  call,
  decode,
  encode,
  openCall,
  openSession,
  until,
  type RawCall,
} from "./raw-client.fixture.ts";

/** The two streams' protocols, message by message. The sequences are the official emulator's. */

const DATABASE = "projects/demo-streams/databases/(default)";
const ROOT = `${DATABASE}/documents`;
const write = (path: string, n = 1) => ({
  update: { name: `${ROOT}/${path}`, fields: { n: { integerValue: n } } },
});

let server: EmbeddedServer;
let session: ClientHttp2Session;
/** Resolves the sleeps of a heartbeat's length, which is how time passes for them. */
let beat: () => void = () => undefined;
beforeEach(async () => {
  const clock: Clock = {
    ...REAL_CLOCK,
    sleep: (durationMs, signal) =>
      durationMs === 45_000
        ? new Promise((resolve) => {
            beat = resolve;
            signal?.addEventListener("abort", () => resolve());
          })
        : REAL_CLOCK.sleep(durationMs, signal),
  };
  server = await startEmbeddedServer({ clock });
  session = openSession(server.port);
});
afterEach(async () => {
  session.destroy();
  await server.close();
});

const commit = async (...writes: readonly object[]) => {
  const { status } = await call(
    session,
    "Commit",
    encode("CommitRequest", { database: DATABASE, writes }),
  );
  expect(status).toBe(0);
};

interface Shown {
  readonly targetChange?: {
    targetChangeType: string;
    targetIds?: number[];
    readTime?: object;
    resumeToken?: Uint8Array;
    cause?: { code: number };
  };
  readonly documentChange?: { document: { name: string }; targetIds: number[] };
  readonly documentDelete?: { document: string; removedTargetIds: number[] };
  readonly documentRemove?: { document: string; removedTargetIds: number[] };
  readonly filter?: { targetId: number; count: number };
}

const relative = (name: string) => name.slice(ROOT.length + 1);

/** "ADD 1", "change things/a 1", …; SNAPSHOT is what says that all targets are consistent. */
function told(message: Buffer): string {
  const { targetChange, documentChange, documentDelete, documentRemove, filter } = decode(
    "ListenResponse",
    message,
  ) as Shown;
  if (documentChange)
    return `change ${relative(documentChange.document.name)} ${documentChange.targetIds.join()}`;
  if (documentDelete)
    return `delete ${relative(documentDelete.document)} ${documentDelete.removedTargetIds.join()}`;
  if (documentRemove)
    return `remove ${relative(documentRemove.document)} ${documentRemove.removedTargetIds.join()}`;
  if (filter) return `filter ${filter.count} ${filter.targetId}`;
  const { targetChangeType = "NO_CHANGE", targetIds, readTime, cause } = targetChange ?? {};
  if (targetIds) return `${targetChangeType}${cause ? `(${cause.code})` : ""} ${targetIds.join()}`;
  return readTime === undefined ? "heartbeat" : "SNAPSHOT";
}

class Listener {
  readonly #call: RawCall = openCall(session, "Listen");
  #seen = 0;

  add(targetId: number, target: object): void {
    this.#send({ addTarget: { targetId, ...target } });
  }

  remove(removeTarget: number): void {
    this.#send({ removeTarget });
  }

  end(): void {
    this.#call.stream.end();
  }

  /** So many messages more, in words. */
  async next(count: number): Promise<readonly string[]> {
    const { messages } = this.#call;
    await until(() => messages.length >= this.#seen + count);
    this.#seen += count;
    return messages.slice(this.#seen - count, this.#seen).map(told);
  }

  get lastToken(): Uint8Array | undefined {
    const last = this.#call.messages[this.#seen - 1];
    return (decode("ListenResponse", last) as Shown).targetChange?.resumeToken;
  }

  get outcome() {
    return this.#call.closed;
  }

  #send(request: object): void {
    this.#call.stream.write(framed(encode("ListenRequest", { database: DATABASE, ...request })));
  }
}

const things = (where?: object, rest?: object) => ({
  query: {
    parent: ROOT,
    structuredQuery: { from: [{ collectionId: "things" }], ...(where && { where }), ...rest },
  },
});
const below = (n: number) => ({
  fieldFilter: { field: { fieldPath: "n" }, op: "LESS_THAN", value: { integerValue: n } },
});
const documents = (...paths: readonly string[]) => ({
  documents: { documents: paths.map((path) => `${ROOT}/${path}`) },
});

describe("Listen", () => {
  it("tells a target's documents, then that it is current, then the snapshot", async () => {
    await commit(write("things/a"));
    const listener = new Listener();
    listener.add(2, things());
    expect(await listener.next(4)).toEqual(["ADD 2", "change things/a 2", "CURRENT 2", "SNAPSHOT"]);
    listener.add(4, documents("things/a", "things/none"));
    expect(await listener.next(5)).toEqual([
      "ADD 4",
      "change things/a 4",
      "delete things/none 4",
      "CURRENT 4",
      "SNAPSHOT",
    ]);
  });

  it("tells what one commit does to several targets in one snapshot", async () => {
    const listener = new Listener();
    listener.add(1, things(below(10)));
    listener.add(2, documents("things/a"));
    await listener.next(7);
    await commit(write("things/a", 1), write("things/b", 2));
    const first = await listener.next(4);
    expect([...first].sort()).toEqual([
      "SNAPSHOT",
      "change things/a 1",
      "change things/a 2",
      "change things/b 1",
    ]);
    expect(first.at(-1)).toBe("SNAPSHOT");
    // It leaves the query, and stays a document.
    await commit(write("things/a", 11));
    const second = await listener.next(3);
    expect([...second].sort()).toEqual(["SNAPSHOT", "change things/a 2", "remove things/a 1"]);
    await commit({ delete: `${ROOT}/things/b` });
    expect(await listener.next(2)).toEqual(["delete things/b 1", "SNAPSHOT"]);
  });

  it("ends one target and goes on with the others", async () => {
    const listener = new Listener();
    listener.add(1, things());
    listener.add(2, documents("things/a"));
    await listener.next(7);
    listener.remove(1);
    expect(await listener.next(1)).toEqual(["REMOVE 1"]);
    listener.remove(77);
    await commit(write("things/a"));
    expect(await listener.next(2)).toEqual(["change things/a 2", "SNAPSHOT"]);
  });

  it("ends by itself a target that was wanted once", async () => {
    const listener = new Listener();
    listener.add(3, { ...things(), once: true });
    expect(await listener.next(4)).toEqual(["ADD 3", "CURRENT 3", "SNAPSHOT", "REMOVE 3"]);
  });

  it("refuses a target that cannot be, and names the cause", async () => {
    const listener = new Listener();
    listener.add(1, things(undefined, { limit: { value: -1 } }));
    listener.add(
      2,
      things({ fieldFilter: { field: { fieldPath: "n" }, op: "IN", value: { integerValue: 1 } } }),
    );
    listener.add(3, documents("things"));
    listener.add(4, {});
    listener.add(5, things());
    const first = await listener.next(8);
    expect(first.filter((line) => line.startsWith("REMOVE"))).toEqual([
      "REMOVE(3) 1",
      "REMOVE(3) 2",
      "REMOVE(3) 3",
      "REMOVE(3) 4",
    ]);
    expect(first.filter((line) => line.endsWith(" 5"))).toEqual(["ADD 5", "CURRENT 5"]);
  });

  it("goes on after a token with what has changed since, and lets the client count", async () => {
    await commit(write("things/a"), write("things/b"), write("things/c"));
    const before = new Listener();
    before.add(1, things());
    await before.next(6);
    const resumeToken = before.lastToken;
    before.end();
    expect(await before.outcome).toMatchObject({ status: 0 });
    await commit(write("things/a", 5), { delete: `${ROOT}/things/b` });
    const after = new Listener();
    after.add(1, { ...things(), resumeToken });
    expect(await after.next(6)).toEqual([
      "ADD 1",
      "change things/a 1",
      "delete things/b 1",
      "filter 2 1",
      "CURRENT 1",
      "SNAPSHOT",
    ]);
  });

  it("begins anew where a token is not known", async () => {
    await commit(write("things/a"));
    const listener = new Listener();
    listener.add(1, { ...things(), resumeToken: Buffer.from("nobody's") });
    expect(await listener.next(5)).toEqual([
      "ADD 1",
      "RESET 1",
      "change things/a 1",
      "CURRENT 1",
      "SNAPSHOT",
    ]);
  });

  it("chooses an ID where the client leaves it, and replaces a target whose ID comes again", async () => {
    await commit(write("things/a"));
    const listener = new Listener();
    listener.add(0, things());
    const [added] = await listener.next(4);
    expect(added).toMatch(/^ADD [1-9]\d*$/);
    listener.add(8, things());
    await listener.next(4);
    listener.add(8, documents("things/z"));
    expect(await listener.next(4)).toEqual(["ADD 8", "delete things/z 8", "CURRENT 8", "SNAPSHOT"]);
  });

  it("is heard of even when nothing happens", async () => {
    const listener = new Listener();
    listener.add(1, documents("things/a"));
    await listener.next(4);
    beat();
    expect(await listener.next(1)).toEqual(["heartbeat"]);
  });

  it("tells of a clearing as of a beginning", async () => {
    await commit(write("things/a"));
    const listener = new Listener();
    listener.add(1, things());
    await listener.next(4);
    const cleared = await fetch(
      `http://127.0.0.1:${server.port}/emulator/v1/${DATABASE}/documents`,
      { method: "DELETE" },
    );
    expect(cleared.status).toBe(200);
    expect(await listener.next(3)).toEqual(["RESET 1", "CURRENT 1", "SNAPSHOT"]);
  });

  it("is for one database, and for requests that ask for something", async () => {
    const other = new Listener();
    other.add(1, things());
    await other.next(3);
    const { stream, closed } = openCall(session, "Listen");
    stream.write(framed(encode("ListenRequest", { database: DATABASE })));
    expect(await closed).toMatchObject({ status: 3 });
  });
});

describe("Write", () => {
  const open = () => {
    const { stream, messages, closed } = openCall(session, "Write");
    const send = async (request: Readonly<Record<string, unknown>>, count: number) => {
      stream.write(framed(encode("WriteRequest", request)));
      await until(() => messages.length === count);
      return decode("WriteResponse", messages[count - 1]);
    };
    return { stream, send, closed };
  };

  it("shakes hands, commits in order, and ends with a request that has no writes", async () => {
    const { send, closed } = open();
    const hello = await send({ database: DATABASE }, 1);
    expect(hello).toMatchObject({ streamId: expect.stringMatching(/./) as string });
    const { streamToken } = hello;
    const first = await send(
      { streamToken, writes: [write("things/a", 1), write("things/b", 2)] },
      2,
    );
    expect(first["writeResults"]).toHaveLength(2);
    expect(first["streamToken"]).not.toEqual(streamToken);
    const transform = { fieldPath: "n", increment: { integerValue: 4 } };
    const second = await send(
      { writes: [{ ...write("things/a", 3), updateTransforms: [transform] }] },
      3,
    );
    expect(second).toMatchObject({ writeResults: [{ transformResults: [{ integerValue: "7" }] }] });
    await send({}, 4);
    expect(await closed).toMatchObject({ status: 0 });
  });

  it("ends with the status of the first commit that is refused, and has done those before", async () => {
    const { stream, send, closed } = open();
    await send({ database: DATABASE }, 1);
    await send({ writes: [write("things/a")] }, 2);
    stream.write(
      framed(
        encode("WriteRequest", {
          writes: [{ ...write("things/none"), currentDocument: { exists: true } }],
        }),
      ),
    );
    stream.write(framed(encode("WriteRequest", { writes: [write("things/after")] })));
    expect(await closed).toMatchObject({ status: 5 });
    const get = (path: string) =>
      call(session, "GetDocument", encode("GetDocumentRequest", { name: `${ROOT}/${path}` }));
    expect(await get("things/a")).toMatchObject({ status: 0 });
    expect(await get("things/after")).toMatchObject({ status: 5 });
  });

  it("takes no writes before hands are shaken, nor a stream of no database", async () => {
    const early = open();
    early.stream.write(
      framed(encode("WriteRequest", { database: DATABASE, writes: [write("things/a")] })),
    );
    expect(await early.closed).toMatchObject({ status: 3 });
    const nowhere = open();
    nowhere.stream.write(framed(encode("WriteRequest", {})));
    expect(await nowhere.closed).toMatchObject({ status: 3 });
  });
});
