import { request as httpRequest } from "node:http";
import type { ClientHttp2Session } from "node:http2";
import { connect as connectTcp, type Socket } from "node:net";
import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { assert } from "../../../std/assert.ts";
import { createRng } from "../../../std/rng.ts";
import {
  startEmbeddedServer,
  type EmbeddedServer,
} from "../../../../tests/contract/embedded-server.ts";
import { framed } from "./grpc/message-parser.ts";
import { call, decode, encode, openCall, openSession, until } from "./raw-client.fixture.ts";

const DATABASE = "projects/demo-hostile/databases/(default)";
const name = (path: string) => `${DATABASE}/documents/${path}`;
const write = (path: string, text = "x") => ({
  update: { name: name(path), fields: { text: { stringValue: text } } },
});
const commitOf = (...writes: readonly object[]) =>
  encode("CommitRequest", { database: DATABASE, writes });
const allThings = encode("RunQueryRequest", {
  parent: `${DATABASE}/documents`,
  structuredQuery: { from: [{ collectionId: "things" }] },
});

const listenToThings = encode("ListenRequest", {
  database: DATABASE,
  addTarget: {
    targetId: 1,
    query: {
      parent: `${DATABASE}/documents`,
      structuredQuery: { from: [{ collectionId: "things" }] },
    },
  },
});

const METHODS = [
  "GetDocument",
  "ListDocuments",
  "CreateDocument",
  "UpdateDocument",
  "DeleteDocument",
  "BatchGetDocuments",
  "BeginTransaction",
  "Commit",
  "Rollback",
  "RunQuery",
  "RunAggregationQuery",
  "PartitionQuery",
  "Write",
  "Listen",
  "ListCollectionIds",
  "BatchWrite",
  "ExecutePipeline",
];

let server: EmbeddedServer;
const open: (ClientHttp2Session | Socket)[] = [];
const session = (): ClientHttp2Session => {
  const opened = openSession(server.port);
  open.push(opened);
  return opened;
};
afterEach(async () => {
  for (const one of open.splice(0)) one.destroy();
  await server.close();
  // Whatever a client does is its fault and none of the server's.
  assert(server.faults.length === 0, `the server's own faults: ${inspect(server.faults)}`);
});

/** What the server says to somebody else who asks for something sensible. */
async function statusForOthers(): Promise<number | undefined> {
  return (await call(session(), "Commit", commitOf(write("alive/a")))).status;
}

describe("a client that sends nonsense", () => {
  it("is answered with a status by every method, whatever the bytes", async () => {
    server = await startEmbeddedServer();
    const rng = createRng("nonsense");
    const client = session();
    const good = [
      commitOf(write("things/a")),
      allThings,
      encode("ListenRequest", { database: DATABASE }),
    ];
    for (const method of METHODS) {
      for (let round = 0; round < 40; round += 1) {
        const bytes =
          round % 2 === 0
            ? Buffer.from(Array.from({ length: rng.integer(0, 60) }, () => rng.integer(0, 255)))
            : Buffer.from(rng.pick(good));
        if (round % 2 === 1) bytes[rng.integer(0, bytes.length - 1)] = rng.integer(0, 255);
        const { status } = await call(client, method, bytes);
        // Served, or refused as not understood, not found or not implemented; never a fault.
        expect([0, 3, 5, 12], `${method} ${bytes.toString("hex")}`).toContain(status);
      }
    }
    expect(await statusForOthers()).toBe(0);
  });

  it("loses its connection for bytes that are no HTTP/2, and nobody else does", async () => {
    server = await startEmbeddedServer();
    const rng = createRng("bytes");
    const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    for (let round = 0; round < 60; round += 1) {
      const socket = connectTcp(server.port, "127.0.0.1");
      open.push(socket);
      socket.on("error", () => undefined);
      const noise = Buffer.from(
        Array.from({ length: rng.integer(1, 400) }, () => rng.integer(0, 255)),
      );
      const start =
        round % 3 === 0 ? "" : preface.slice(0, round % 3 === 1 ? rng.integer(1, 23) : 24);
      socket.end(Buffer.concat([Buffer.from(start), noise]));
      socket.resume();
      await new Promise((resolve) => {
        socket.on("close", resolve);
      });
    }
    expect(await statusForOthers()).toBe(0);
  });

  it.each([
    ["a message cut short", Buffer.from([0, 0, 0, 0, 9, 1]), 13, /mid-frame/],
    ["a prefix cut short", Buffer.from([0, 0]), 13, /mid-frame/],
    ["no message", Buffer.alloc(0), 13, /without a request/],
    [
      "two messages",
      Buffer.concat([framed(Buffer.alloc(0)), framed(Buffer.alloc(0))]),
      13,
      /Too many/,
    ],
    ["a compressed message", Buffer.from([1, 0, 0, 0, 1, 5]), 12, /ompressed/],
  ])("gets its status for %s", async (_, bytes, status, message) => {
    server = await startEmbeddedServer();
    const { stream, closed } = openCall(session(), "Commit");
    stream.end(bytes);
    const outcome = await closed;
    expect(outcome.status).toBe(status);
    expect(outcome.message).toMatch(message);
  });

  it("is told of methods, types of content and deadlines that are none", async () => {
    server = await startEmbeddedServer();
    const client = session();
    expect((await call(client, "Foo", Buffer.alloc(0))).status).toBe(12);
    const text = await call(client, "Commit", Buffer.alloc(0), { "content-type": "text/plain" });
    expect(text.httpStatus).toBe(415);
    expect((await call(client, "Commit", commitOf(), { "grpc-timeout": "soon" })).status).toBe(13);
    expect((await call(client, "Commit", commitOf(), { "grpc-timeout": "99999999H" })).status).toBe(
      0,
    );
  });
});

describe("a client that sends too much", () => {
  it("may send 10 MiB, and is refused by the prefix of more, before it has sent it", async () => {
    server = await startEmbeddedServer();
    const client = session();
    const texts = Array.from({ length: 10 }, (_, index) =>
      write(`big/d${index}`, "x".repeat(1_000_000)),
    );
    expect((await call(client, "Commit", commitOf(...texts))).status).toBe(0);
    const { stream, closed } = openCall(client, "Commit");
    const prefix = Buffer.from([0, 0, 0, 0, 0]);
    prefix.writeUInt32BE(10_485_761, 1);
    stream.write(prefix);
    const { status, message } = await closed;
    expect(status).toBe(3);
    expect(message).toBe("Request payload size exceeds the limit: 10485760 bytes.");
    expect(await statusForOthers()).toBe(0);
  });

  it("gets its status when it goes on sending, and so do those after it", async () => {
    server = await startEmbeddedServer();
    const client = session();
    for (let round = 0; round < 5; round += 1) {
      expect((await call(client, "Commit", Buffer.alloc(11_000_000, 1))).status).toBe(3);
    }
    expect((await call(client, "Commit", commitOf(write("a/b")))).status).toBe(0);
  });

  it("is read whole when it sends single bytes", async () => {
    server = await startEmbeddedServer();
    const { stream, closed } = openCall(session(), "Commit");
    for (const byte of framed(commitOf(write("a/b", "some text"))))
      stream.write(Buffer.from([byte]));
    stream.end();
    expect((await closed).status).toBe(0);
  });

  it("cannot make the server hold more than its limit for requests in progress", async () => {
    server = await startEmbeddedServer({ limits: { receivingBytes: 3_000_000 } });
    const client = session();
    const half = (bytes: number) => {
      const opened = openCall(client, "Commit");
      const prefix = Buffer.from([0, 0, 0, 0, 0]);
      prefix.writeUInt32BE(bytes * 2, 1);
      opened.stream.write(prefix);
      opened.stream.write(Buffer.alloc(bytes));
      return opened;
    };
    const halves = Array.from({ length: 8 }, () => half(700_000));
    const refused = await Promise.any(halves.map(({ closed }) => closed));
    expect(refused.status).toBe(8);
    // What was held is given back with the connection.
    client.destroy();
    await Promise.all(halves.map(({ closed }) => closed));
    const text = "x".repeat(900_000);
    await expect
      .poll(async () => (await call(session(), "Commit", commitOf(write("a/b", text)))).status)
      .toBe(0);
  });
});

describe("a client that leaves calls half-open", () => {
  it("may do so ten thousand times, while others are served, and not more often", async () => {
    server = await startEmbeddedServer({ limits: { openCalls: 9_500 } });
    const calls = Array.from({ length: 10 }, () => session()).flatMap((client) =>
      Array.from({ length: 1000 }, (_, index) => {
        const opened = openCall(client, METHODS[index % METHODS.length] ?? "Commit");
        // Some say how long their message is, and send none of it.
        if (index % 3 === 0) opened.stream.write(Buffer.from([0, 0, 0, 255, 0]));
        return opened;
      }),
    );
    const refused = new Map<number | undefined, number>();
    for (const { closed } of calls) {
      void closed.then(({ status }) => refused.set(status, (refused.get(status) ?? 0) + 1));
    }
    await until(() => (refused.get(8) ?? 0) >= 500);
    expect([...refused]).toEqual([[8, 500]]);
    open.splice(0).forEach((one) => one.destroy());
    await until(() => [...refused.values()].reduce((sum, count) => sum + count, 0) === 10_000);
    await expect
      .poll(async () => (await call(session(), "Commit", commitOf(write("a/b")))).status)
      .toBe(0);
  });

  it("is told when its message has not come in time", async () => {
    server = await startEmbeddedServer({ limits: { requestWaitMs: 60 } });
    const client = session();
    const { status, message } = await openCall(client, "Commit").closed;
    expect(status).toBe(4);
    expect(message).toMatch(/arrived in time/);
    // A stream that has spoken may be silent for as long as it likes.
    const listen = openCall(client, "Listen");
    listen.stream.write(
      framed(
        encode("ListenRequest", {
          database: DATABASE,
          addTarget: { targetId: 1, documents: { documents: [name("a/b")] } },
        }),
      ),
    );
    await openCall(client, "Commit").closed;
    await openCall(client, "Commit").closed;
    expect(listen.stream.closed).toBe(false);
  });

  it("is refused connections beyond the limit", async () => {
    server = await startEmbeddedServer({ limits: { connections: 2 } });
    const [first, second, third] = [session(), session(), session()];
    expect((await call(first, "Commit", commitOf())).status).toBe(0);
    expect((await call(second, "Commit", commitOf())).status).toBe(0);
    await until(() => third.destroyed);
    first.destroy();
    await expect.poll(async () => (await call(session(), "Commit", commitOf())).status).toBe(0);
  });
});

describe("a client that reads slowly", () => {
  const seed = async (client: ClientHttp2Session, count: number, bytes: number) => {
    for (let index = 0; index < count; index += 1) {
      const { status } = await call(
        client,
        "Commit",
        commitOf(write(`things/d${index}`, "x".repeat(bytes))),
      );
      expect(status).toBe(0);
    }
  };

  it("gets a query's whole result when it reads at last, and holds up nobody", async () => {
    server = await startEmbeddedServer();
    await seed(session(), 40, 900_000);
    const slow = openCall(session(), "RunQuery");
    slow.stream.pause();
    slow.stream.end(framed(allThings));
    expect(await statusForOthers()).toBe(0);
    slow.stream.resume();
    const { status, messages } = await slow.closed;
    expect(status).toBe(0);
    expect(messages).toHaveLength(40);
  });

  it("gets its status when too much waits for all such clients, and those that read are served", async () => {
    server = await startEmbeddedServer({ limits: { sendingBytes: 5_000_000 } });
    await seed(session(), 10, 900_000);
    const client = session();
    const slow = Array.from({ length: 10 }, () => {
      const opened = openCall(client, "RunQuery");
      opened.stream.pause();
      opened.stream.end(framed(allThings));
      return opened;
    });
    expect(await statusForOthers()).toBe(0);
    for (const { stream } of slow) stream.resume();
    const statuses = (await Promise.all(slow.map(({ closed }) => closed))).map(
      ({ status }) => status,
    );
    expect(statuses).toContain(8);
    expect(statuses).toContain(0);
    expect(statuses.every((status) => status === 0 || status === 8)).toBe(true);
  });

  it("loses its Listen stream with RESOURCE_EXHAUSTED when too many changes wait for it", async () => {
    server = await startEmbeddedServer({ limits: { queuedChanges: 200 } });
    const listening = session();
    const { stream, closed, messages } = openCall(listening, "Listen");
    stream.write(framed(listenToThings));
    await until(() => messages.length >= 3);
    stream.pause();
    await seed(session(), 400, 20_000);
    stream.resume();
    const { status, message } = await closed;
    expect(status).toBe(8);
    expect(message).toMatch(/more slowly/);
    expect(await statusForOthers()).toBe(0);
  });

  it("is sent a first snapshot of any size", async () => {
    server = await startEmbeddedServer({ limits: { queuedChanges: 50 } });
    const client = session();
    await seed(client, 300, 1000);
    const { stream, messages } = openCall(client, "Listen");
    stream.write(framed(listenToThings));
    await until(() => messages.length === 303);
    expect(decode("ListenResponse", messages.at(-2))).toMatchObject({
      targetChange: { targetChangeType: "CURRENT" },
    });
  });
});

describe("a client of REST that misbehaves", () => {
  const post = (path: string, body: string | Buffer): Promise<{ status: number; text: string }> =>
    new Promise((resolve, reject) => {
      const sent = httpRequest(
        { port: server.port, host: "127.0.0.1", path, method: "POST" },
        (response) => {
          let text = "";
          response.setEncoding("utf8");
          response.on("data", (chunk: string) => {
            text += chunk;
          });
          response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
        },
      );
      sent.on("error", reject);
      sent.end(body);
    });
  const root = `/v1/${DATABASE}/documents`;

  it.each([
    ["no JSON", "{not json", 400],
    ["an array", "[]", 400],
    ["a body of bytes", Buffer.from([0xff, 0xfe, 0x00]), 400],
    ["a field that is none", '{"wrotes": []}', 400],
    ["a value of the wrong kind", '{"writes": {"a": 1}}', 400],
    ["a write of the wrong kind", '{"writes": [7]}', 400],
    ["JSON without end", `{"writes":${"[".repeat(200_000)}`, 400],
    [
      "values nested without end",
      `{"writes":[{"update":{"name":"${DATABASE}/documents/a/b","fields":{"x":${'{"arrayValue":{"values":['.repeat(3000)}${"]}}".repeat(3000)}}}}]}`,
      400,
    ],
    [
      "a field called __proto__",
      `{"writes":[{"update":{"name":"${DATABASE}/documents/a/b","fields":{"__proto__":{"nullValue":null}}}}]}`,
      400,
    ],
  ])("is told so, for %s", async (_, body, status) => {
    server = await startEmbeddedServer();
    const answer = await post(`${root}:commit`, body);
    expect(answer.status, answer.text).toBe(status);
    expect(JSON.parse(answer.text)).toMatchObject({
      error: { code: status, status: "INVALID_ARGUMENT" },
    });
  });

  it("is answered for paths and percent-encodings that are none", async () => {
    server = await startEmbeddedServer();
    expect((await post("/v1/nothing", "{}")).status).toBe(404);
    expect((await post(`${root}/things/%zz/more`, "{}")).status).toBe(400);
    expect((await post("/google.firestore.v1.Firestore/Listen/channel?VER=8", "")).status).toBe(
      501,
    );
  });

  it("is refused a body beyond the limit", async () => {
    server = await startEmbeddedServer();
    const answer = await post(`${root}:commit`, Buffer.alloc(22_000_000, 0x20));
    expect(answer.status).toBe(400);
    expect(answer.text).toContain("Request payload size exceeds the limit");
  });
});
