import { once } from "node:events";
import { connect } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  CLIENT_PREFACE,
  ErrorCode,
  Flag,
  FrameType,
  HEAD_BYTES,
  Setting,
  encodeFrame,
  encodeRstStream,
  encodeSettings,
  encodeWindowUpdate,
} from "../http2/frame.ts";
import { encodeHeaders, fieldValue } from "../http2/header-block.ts";
import { STREAMS_MAX } from "./client-frames.ts";
import {
  RawClient,
  dataFrame,
  grpcMessage,
  requestFields,
  requestHeaders,
} from "./testing/raw-client.ts";
import { startRelayWorld } from "./testing/relay-world.ts";
import type { RelayWorld } from "./testing/relay-world.ts";
import { reply } from "./testing/stub-upstream.ts";
import { WORD_POLICY_BYTES_MAX } from "./testing/word-policy.ts";

/** What no client should send. Whatever it is, others go on being served, and memory stays bounded. */
let world: RelayWorld;
beforeAll(async () => {
  world = await startRelayWorld();
});
afterAll(() => world.close());

/** What a well-behaved client gets. */
async function served(): Promise<readonly string[]> {
  const client = await RawClient.connect(world.port);
  const { messages } = await client.call(1, "/t/Unary", "pass");
  client.close();
  return messages;
}

describe("bytes", () => {
  test("random ones, as a connection's first or after the preface", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.uint8Array({ minLength: 3, maxLength: 400 }),
        async (isHttp2, bytes) => {
          const socket = connect({ host: "127.0.0.1", port: world.port });
          socket.on("error", () => undefined);
          socket.resume();
          if (isHttp2) socket.write(Buffer.concat([CLIENT_PREFACE, encodeSettings([])]));
          socket.end(bytes);
          await once(socket, "close");
        },
      ),
      { numRuns: 150 },
    );
    expect(await served()).toEqual(["ok pass"]);
  });

  test("frames with random heads and payloads on streams that are there and are not", async () => {
    const frame = fc
      .tuple(
        fc.integer({ min: 0, max: 12 }),
        fc.integer({ min: 0, max: 255 }),
        fc.integer({ min: 0, max: 9 }),
        fc.uint8Array({ maxLength: 60 }),
      )
      .map(([type, flags, streamId, payload]) => encodeFrame(type, flags, streamId, payload));
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { maxLength: 20 }), async (frames) => {
        const client = await RawClient.connect(world.port);
        client.send(
          requestHeaders(1, "/t/Unary"),
          requestHeaders(3, "/t/Bidi"),
          requestHeaders(5, "/t/Unpaired"),
        );
        client.send(...frames);
        client.socket.end();
        await client.until(() => client.closed);
      }),
      { numRuns: 200 },
    );
    expect(await served()).toEqual(["ok pass"]);
  });

  test("a connection cut in the middle of a frame", async () => {
    const whole = Buffer.concat([
      requestHeaders(1, "/t/Unary"),
      dataFrame(1, grpcMessage("pass"), true),
    ]);
    for (let length = 1; length < whole.length; length += 7) {
      const client = await RawClient.connect(world.port);
      client.send(whole.subarray(0, length));
      client.socket.end();
      await client.until(() => client.closed);
    }
    expect(await served()).toEqual(["ok pass"]);
    await expect.poll(() => world.stub.sessions.size).toBeLessThan(2);
  });
});

describe("half-open connections", () => {
  test("one that never says what it speaks is closed", async () => {
    const client = await RawClient.connectBare(world.port);
    client.send(Buffer.from("PR"));
    await expect.poll(() => world.clock.sleepersWithin(10_000) > 0).toBe(true);
    world.clock.advance(10_000);
    await client.until(() => client.closed);
  });

  test("one that stops within the preface is closed", async () => {
    const client = await RawClient.connectBare(world.port);
    client.send(CLIENT_PREFACE.subarray(0, 20));
    const before = world.stub.sessions.size;
    await expect.poll(() => world.clock.sleepersWithin(5_000) > 0).toBe(true);
    // The sweep looks every five seconds.
    for (let turn = 0; turn < 4 && !client.closed; turn += 1) {
      world.clock.advance(5_000);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await client.until(() => client.closed);
    expect(world.stub.sessions.size).toBeLessThanOrEqual(before);
  });

  test("a request that is never sent whole ends with DEADLINE_EXCEEDED", async () => {
    const client = await RawClient.connect(world.port);
    client.send(
      requestHeaders(1, "/t/Unary"),
      dataFrame(1, grpcMessage("pass").subarray(0, 7), false),
    );
    await client.call(3, "/t/Other", "pass");
    for (let turn = 0; turn < 14 && client.answer(1).ended === undefined; turn += 1) {
      world.clock.advance(5_000);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(fieldValue((await client.ended(1)).headers.at(-1) ?? [], "grpc-status")).toBe("4");
    client.close();
  });
});

describe("too much of it", () => {
  const faults = [
    {
      name: "a frame larger than was agreed on",
      frames: [
        Buffer.concat([Buffer.from([0x00, 0x40, 0x01, 0, 0, 0, 0, 0, 1]), Buffer.alloc(100)]),
      ],
      code: ErrorCode.frameSizeError,
    },
    {
      name: "CONTINUATION without end",
      frames: [
        encodeFrame(FrameType.headers, 0, 1, Buffer.alloc(1)),
        ...Array.from({ length: 100 }, () =>
          encodeFrame(FrameType.continuation, 0, 1, Buffer.alloc(0)),
        ),
      ],
      code: ErrorCode.enhanceYourCalm,
    },
    {
      name: "CONTINUATION of another stream",
      frames: [
        encodeFrame(FrameType.headers, 0, 1, Buffer.alloc(1)),
        encodeFrame(FrameType.continuation, 0, 3, Buffer.alloc(0)),
      ],
      code: ErrorCode.protocolError,
    },
    {
      name: "CONTINUATION out of place",
      frames: [encodeFrame(FrameType.continuation, 0, 1, Buffer.alloc(0))],
      code: ErrorCode.protocolError,
    },
    {
      name: "HEADERS on stream 0",
      frames: [encodeFrame(FrameType.headers, Flag.endHeaders, 0, Buffer.alloc(0))],
      code: ErrorCode.protocolError,
    },
    {
      name: "DATA on stream 0",
      frames: [dataFrame(0, Buffer.from("x"), false)],
      code: ErrorCode.protocolError,
    },
    {
      name: "padding longer than its frame",
      frames: [
        requestHeaders(1, "/t/Unary"),
        encodeFrame(FrameType.data, Flag.padded, 1, Buffer.from([9])),
      ],
      code: ErrorCode.protocolError,
    },
    {
      name: "an HPACK bomb",
      frames: [
        encodeFrame(FrameType.headers, Flag.endHeaders, 1, bombEntry()),
        encodeFrame(FrameType.headers, Flag.endHeaders, 3, Buffer.alloc(100, 0xbe)),
      ],
      code: ErrorCode.enhanceYourCalm,
    },
    {
      name: "an HPACK fault",
      frames: [
        encodeFrame(
          FrameType.headers,
          Flag.endHeaders,
          1,
          Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff]),
        ),
      ],
      code: ErrorCode.compressionError,
    },
    {
      name: "an initial window beyond 2^31 - 1",
      frames: [encodeSettings([[Setting.initialWindowSize, 0x8000_0000]])],
      code: ErrorCode.flowControlError,
    },
    {
      name: "SETTINGS of a wrong length",
      frames: [encodeFrame(FrameType.settings, 0, 0, Buffer.alloc(5))],
      code: ErrorCode.frameSizeError,
    },
    {
      name: "WINDOW_UPDATE of a wrong length",
      frames: [encodeFrame(FrameType.windowUpdate, 0, 0, Buffer.alloc(3))],
      code: ErrorCode.frameSizeError,
    },
    {
      name: "PUSH_PROMISE of a client",
      frames: [encodeFrame(FrameType.pushPromise, Flag.endHeaders, 1, Buffer.alloc(8))],
      code: ErrorCode.protocolError,
    },
  ];

  test.each(faults)("$name: GOAWAY says why", async ({ frames, code }) => {
    const client = await RawClient.connect(world.port);
    client.send(...frames);
    await client.until(() => client.goAway !== undefined || client.closed);
    expect(client.goAway?.code).toBe(code);
    await client.until(() => client.closed);
    expect(await served()).toEqual(["ok pass"]);
  });

  function bombEntry(): Buffer {
    const block = encodeHeaders(1, [["a", "x".repeat(3_900)]], false).subarray(HEAD_BYTES);
    block[0] = 0x40;
    return block;
  }

  test("10,000 half-open streams: those beyond the bound are refused, the others wait", async () => {
    const client = await RawClient.connect(world.port);
    const opened = 10_000;
    const headers = requestFields("/t/Unary");
    for (let index = 0; index < opened; index += 1) {
      client.send(encodeHeaders(index * 2 + 1, headers, false));
    }
    const last = opened * 2 - 1;
    await client.until(() => client.answer(last).ended !== undefined);
    const refused = [...client.answers.values()].filter(
      ({ ended }) => ended === ErrorCode.refusedStream,
    );
    expect(refused).toHaveLength(opened - STREAMS_MAX);
    client.close();
    expect(await served()).toEqual(["ok pass"]);
  });

  test("half-sent messages of many streams: memory is what was sent, and freed at the end", async () => {
    const memory = (): number => process.memoryUsage().arrayBuffers;
    const before = memory();
    const head = Buffer.alloc(5);
    head.writeUInt32BE(WORD_POLICY_BYTES_MAX, 1);
    const clients = await Promise.all([1, 2, 3, 4].map(() => RawClient.connect(world.port)));
    for (const client of clients) {
      for (let index = 0; index < 500; index += 1) {
        client.send(
          requestHeaders(index * 2 + 1, "/t/Unary"),
          dataFrame(index * 2 + 1, head, false),
        );
      }
      // On stream 1001: it is answered when all before it has been taken in.
      await client.call(1001, "/t/Unary", "pass");
    }
    // 2,000 messages of 100,000 declared bytes each would be 200 MB.
    expect(memory() - before).toBeLessThan(50_000_000);
    clients.forEach((client) => client.close());
    expect(await served()).toEqual(["ok pass"]);
  });

  test("one byte of a message a frame: no buffer for each", async () => {
    const client = await RawClient.connect(world.port);
    const message = grpcMessage(Buffer.alloc(20_000, "pass "));
    client.send(requestHeaders(1, "/t/Unary"));
    for (const byte of message) client.send(dataFrame(1, Buffer.from([byte]), false));
    client.send(dataFrame(1, Buffer.alloc(0), true));
    expect(fieldValue((await client.ended(1)).headers.at(-1) ?? [], "grpc-status")).toBe("0");
    client.close();
  });

  test("frames without end behind one that waits: the call is refused", async () => {
    const client = await RawClient.connect(world.port);
    client.send(requestHeaders(1, "/t/Unary"), dataFrame(1, grpcMessage("delay 1000000"), false));
    for (let index = 0; index < 1_100; index += 1)
      client.send(dataFrame(1, Buffer.alloc(0), false));
    const answer = await client.ended(1);
    expect(fieldValue(answer.headers.at(-1) ?? [], "grpc-status")).toBe("8");
    client.close();
  });

  test("open and reset, thousands of times: nothing stays", async () => {
    const client = await RawClient.connect(world.port);
    const asked = world.policy.asked.length;
    for (let id = 1; id < 10_000; id += 2) {
      client.send(
        requestHeaders(id, "/t/Unary"),
        dataFrame(id, grpcMessage("delay 60000"), true),
        encodeRstStream(id, ErrorCode.cancel),
      );
    }
    // Node's own server behind gives the connection up after some 1,000; the emulator does not.
    await expect.poll(() => world.policy.asked.length - asked).toBeGreaterThan(1_000);
    client.close();
    expect(await served()).toEqual(["ok pass"]);
    // Some are of connections that earlier tests have left to end by themselves.
    expect(world.clock.sleepersWithin(60_000)).toBeLessThan(100);
  });

  test("window updates without end and beyond the largest window do no harm", async () => {
    const client = await RawClient.connect(world.port);
    for (let index = 0; index < 5_000; index += 1) client.send(encodeWindowUpdate(0, 1));
    client.send(encodeWindowUpdate(0, 0x7fff_ffff), encodeWindowUpdate(7, 0x7fff_ffff));
    client.send(requestHeaders(9, "/t/Unary"), dataFrame(9, grpcMessage("swallow 10"), true));
    await client.until(() => client.closed || client.answer(9).ended !== undefined);
    client.close();
    expect(await served()).toEqual(["ok pass"]);
  });
});

describe("a client that reads nothing", () => {
  test("the server's answers are not read on without bound", async () => {
    const large = Buffer.alloc(1_000_000, "r");
    world.stub.behaviour = (call, message) => {
      if (message === undefined) reply(call, large, "0");
    };
    const client = await RawClient.connect(world.port, [[Setting.initialWindowSize, 0x7fff_ffff]]);
    client.send(encodeWindowUpdate(0, 0x7fff_ffff - 65_535));
    await client.call(1, "/t/Other", "pass");
    client.socket.pause();
    const before = process.memoryUsage().arrayBuffers;
    for (let id = 3; id < 403; id += 2) {
      client.send(requestHeaders(id, "/t/Unary"), dataFrame(id, grpcMessage("pass"), true));
    }
    // 200 MB want to come; they must stay with the server.
    await expect
      .poll(() => world.stub.calls.filter(({ messages }) => messages.length > 0).length)
      .toBeGreaterThan(20);
    await new Promise((resolve) => setTimeout(resolve, 300));
    // Node's server stops at some 10 MB of its own for a connection.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(60_000_000);
    client.close();
    world.stub.behaviour = (call, message) => {
      if (message === undefined) reply(call, "ok pass", "0");
    };
    expect(await served()).toEqual(["ok pass"]);
  });

  test("and asks on: it is not read from either", async () => {
    const client = await RawClient.connect(world.port);
    await client.call(1, "/t/Other", "pass");
    client.socket.pause();
    const before = world.policy.asked.length;
    let isFull = false;
    for (let id = 3; id < 400_000 && !isFull; id += 2) {
      isFull = !client.socket.write(
        Buffer.concat([
          requestHeaders(id, "/t/Unary"),
          dataFrame(id, grpcMessage("refuse ABORTED"), true),
        ]),
      );
      if (isFull) {
        isFull = await Promise.race([
          once(client.socket, "drain").then(() => false),
          new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 300)),
        ]);
      }
    }
    // The relay has stopped reading long before all was sent.
    expect(isFull).toBe(true);
    expect(world.policy.asked.length - before).toBeLessThan(150_000);
    client.close();
    expect(await served()).toEqual(["ok pass"]);
  });
});
