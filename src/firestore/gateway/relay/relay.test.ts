import { once } from "node:events";
import { connect } from "node:http2";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import type { ClientHttp2Session } from "node:http2";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  CLIENT_PREFACE,
  ErrorCode,
  Flag,
  FrameType,
  HEAD_BYTES,
  Setting,
  encodeFrame,
  encodeGoAway,
  encodeRstStream,
  encodeSettings,
  encodeWindowUpdate,
} from "../http2/frame.ts";
import { FrameSplitter } from "../http2/frame-splitter.ts";
import { encodeHeaders, fieldValue } from "../http2/header-block.ts";
import {
  RawClient,
  dataFrame,
  grpcMessage,
  requestFields,
  requestHeaders,
} from "./testing/raw-client.ts";
import type { RawAnswer } from "./testing/raw-client.ts";
import { startRelayWorld } from "./testing/relay-world.ts";
import type { RelayWorld } from "./testing/relay-world.ts";
import { begin, end, reply, say } from "./testing/stub-upstream.ts";
import { WORD_POLICY_BYTES_MAX } from "./testing/word-policy.ts";

let world: RelayWorld;
let client: RawClient;
beforeEach(async () => {
  world = await startRelayWorld();
  client = await RawClient.connect(world.port);
});
afterEach(async () => {
  client.close();
  await world.close();
});

const status = (answer: RawAnswer): string | undefined =>
  fieldValue(answer.headers.at(-1) ?? [], "grpc-status");
const refused = [
  ["grpc-status", "10"],
  ["grpc-message", "100%25 refused: see https://e.x/a?b=c %C3%A9"],
  ["x-why", "because"],
];
/** Lets frames that are on their way arrive: an answer to a call of its own comes after them. */
async function settle(through: RawClient, streamId: number): Promise<void> {
  await through.call(streamId, "/t/Other", "settled");
}

describe("what passes", () => {
  test("headers, message and trailers, binary and repeated ones too, are the server's", async () => {
    const answer = await client.call(1, "/t/Unary", "pass one");
    expect(answer).toMatchObject({ messages: ["ok pass one"], ended: "end" });
    const [first = [], last = []] = answer.headers;
    expect(fieldValue(first, "x-bin")).toBe("AQI=");
    expect(last.filter(([name]) => name === "x-trailer").map(([, value]) => value)).toEqual([
      "one",
      "two",
    ]);
    expect(world.answered).toEqual(["/t/Unary OK server"]);
  });

  test("a method that is not decided over is not read", async () => {
    await client.call(1, "/t/Other", "refuse ABORTED");
    expect(world.policy.asked).toEqual([]);
    expect(world.stub.calls[0]?.messages).toEqual(["refuse ABORTED"]);
  });

  test("every cut of the bytes gives the same: one at a time", async () => {
    const bytes = Buffer.concat([
      requestHeaders(1, "/t/Unary"),
      dataFrame(1, grpcMessage("delay 5 long enough"), true),
    ]);
    for (const byte of bytes) client.send(Buffer.from([byte]));
    await client.until(() => world.policy.asked.length === 1);
    expect(world.policy.asked).toEqual(["/t/Unary delay 5 long enough"]);
    world.clock.advance(5);
    expect(await client.ended(1)).toMatchObject({ messages: ["ok delay 5 long enough"] });
  });

  test("padding, priority, continuations, table sizes, unknown frames, messages in many frames", async () => {
    const block = encodeHeaders(1, requestFields("/t/Unary"), false).subarray(HEAD_BYTES);
    const priority = Buffer.from([0, 0, 0, 0, 15]);
    // A table size update comes first in a block (RFC 7541, 4.2): 0, then 4096.
    const resize = Buffer.from([0x20, 0x3f, 0xe1, 0x1f]);
    const padded = (parts: readonly Buffer[], pad: number): Buffer =>
      Buffer.concat([Buffer.from([pad]), ...parts, Buffer.alloc(pad)]);
    const message = grpcMessage("pass in parts");
    client.send(
      encodeFrame(0x7a, 0, 0, Buffer.from("unknown")),
      encodeFrame(FrameType.priority, 0, 1, priority),
      encodeFrame(
        FrameType.headers,
        Flag.padded | Flag.priority,
        1,
        padded([priority, resize, block.subarray(0, 7)], 3),
      ),
      encodeFrame(FrameType.continuation, 0, 1, block.subarray(7, 7)),
      encodeFrame(FrameType.continuation, Flag.endHeaders, 1, block.subarray(7)),
      dataFrame(1, message.subarray(0, 3), false),
      encodeFrame(FrameType.data, Flag.padded, 1, padded([message.subarray(3, 9)], 200)),
      encodeFrame(FrameType.data, Flag.padded, 1, padded([message.subarray(9)], 0)),
      encodeFrame(FrameType.data, Flag.endStream, 1, Buffer.alloc(0)),
    );
    expect(await client.ended(1)).toMatchObject({ messages: ["ok pass in parts"] });
    expect(world.policy.asked).toEqual(["/t/Unary pass in parts"]);
  });

  test("a compressed message is read for the decision and passes as it is", async () => {
    const head = (bytes: Buffer): Buffer => {
      const message = grpcMessage(bytes);
      message[0] = 1;
      return message;
    };
    const encoding = ["grpc-encoding", "gzip"] as const;
    client.send(requestHeaders(1, "/t/Unary", encoding));
    client.send(dataFrame(1, head(gzipSync("refuse ABORTED")), true));
    expect(status(await client.ended(1))).toBe("10");
    // What cannot be unpacked, and what unpacks to too much, is for the server to refuse.
    client.send(requestHeaders(3, "/t/Unary", encoding));
    client.send(dataFrame(3, head(Buffer.from("no gzip")), true));
    client.send(requestHeaders(5, "/t/Unary", encoding));
    client.send(dataFrame(5, head(gzipSync(Buffer.alloc(WORD_POLICY_BYTES_MAX + 1))), true));
    expect(status(await client.ended(3))).toBe("0");
    expect(status(await client.ended(5))).toBe("0");
    expect(world.policy.asked).toHaveLength(1);
  });
});

describe("delays", () => {
  test("the server sees no end of the request before the time has come", async () => {
    client.send(requestHeaders(1, "/t/Unary"), dataFrame(1, grpcMessage("delay 40"), true));
    await settle(client, 3);
    expect(world.stub.calls.find(({ path }) => path === "/t/Unary")).toMatchObject({
      messages: [],
      requestEnded: false,
    });
    world.clock.advance(39);
    await settle(client, 5);
    expect(client.answer(1).ended).toBeUndefined();
    world.clock.advance(1);
    expect(await client.ended(1)).toMatchObject({ messages: ["ok delay 40"] });
  });

  test("a client that gives up meanwhile: the server never gets the message", async () => {
    client.send(requestHeaders(1, "/t/Unary"), dataFrame(1, grpcMessage("delay 40"), true));
    await settle(client, 3);
    client.send(encodeRstStream(1, ErrorCode.cancel));
    await settle(client, 5);
    world.clock.advance(100);
    await settle(client, 7);
    const call = world.stub.calls.find(({ path }) => path === "/t/Unary");
    expect(call).toMatchObject({ messages: [], resetCode: ErrorCode.cancel });
    expect(world.clock.sleepersWithin(1000)).toBe(0);
  });

  test("messages of a stream keep their order behind one that waits", async () => {
    world.stub.behaviour = (call, message) => {
      if (message === undefined) end(call, "0");
      else say(call, `got ${message}`);
    };
    const messages = ["pass a", "delay 10", "pass b", "delay 5", "pass c"].map((text) =>
      grpcMessage(text),
    );
    client.send(requestHeaders(1, "/t/Bidi"), dataFrame(1, Buffer.concat(messages), true));
    await client.until(() => client.answer(1).messages.length === 1);
    world.clock.advance(10);
    await client.until(() => client.answer(1).messages.length === 3);
    world.clock.advance(5);
    const answer = await client.ended(1);
    expect(answer.messages.map((text) => text.slice(4))).toEqual([
      "pass a",
      "delay 10",
      "pass b",
      "delay 5",
      "pass c",
    ]);
  });
});

describe("refusals", () => {
  test("unary: the status comes alone, the message percent-encoded where it must be", async () => {
    const answer = await client.call(1, "/t/Unary", "refuse ABORTED");
    expect(answer.headers).toEqual([
      [[":status", "200"], ["content-type", "application/grpc"], ...refused],
    ]);
    await settle(client, 3);
    expect(world.stub.calls[0]).toMatchObject({ messages: [], resetCode: ErrorCode.cancel });
    expect(world.answered).toContain("/t/Unary ABORTED gateway");
  });

  test("streaming: headers of its own come first", async () => {
    const { headers } = await client.call(1, "/t/Stream", "refuse ABORTED");
    expect(headers).toEqual([
      [
        [":status", "200"],
        ["content-type", "application/grpc"],
      ],
      refused,
    ]);
  });

  test("streaming, as a setting: the status alone, as the emulator does it", async () => {
    const other = await startRelayWorld({ headersFirst: false });
    const its = await RawClient.connect(other.port);
    expect((await its.call(1, "/t/Stream", "refuse ABORTED")).headers).toHaveLength(1);
    its.close();
    await other.close();
  });

  test("after a delay", async () => {
    client.send(
      requestHeaders(1, "/t/Unary"),
      dataFrame(1, grpcMessage("refuse ABORTED 30"), true),
    );
    await settle(client, 3);
    expect(client.answer(1).ended).toBeUndefined();
    world.clock.advance(30);
    expect(status(await client.ended(1))).toBe("10");
  });

  test("with several frames after the message: all are credited, none reaches the server", async () => {
    client.send(
      requestHeaders(1, "/t/Unary"),
      dataFrame(1, grpcMessage("refuse ABORTED 30"), false),
      dataFrame(1, Buffer.from("trailing bytes"), false),
      dataFrame(1, Buffer.alloc(0), true),
    );
    await settle(client, 3);
    world.clock.advance(30);
    expect(status(await client.ended(1))).toBe("10");
    await settle(client, 5);
    expect(client.credited.get(0)).toBe(grpcMessage("refuse ABORTED 30").length + 14);
    expect(world.stub.calls[0]?.messages).toEqual([]);
  });

  test("before the client has sent all: it is told to stop, and what comes late is credited", async () => {
    client.send(requestHeaders(1, "/t/Unary"), dataFrame(1, grpcMessage("refuse ABORTED"), false));
    const answer = await client.ended(1);
    await client.until(() => answer.resets.length === 1);
    expect(answer.resets).toEqual([ErrorCode.noError]);
    const before = client.credited.get(0) ?? 0;
    client.send(dataFrame(1, Buffer.alloc(1000), true));
    await client.until(() => (client.credited.get(0) ?? 0) >= before + 1000);
  });

  test("a request declared too large is refused at its first five bytes", async () => {
    const head = Buffer.alloc(5);
    head.writeUInt32BE(WORD_POLICY_BYTES_MAX + 1, 1);
    client.send(requestHeaders(1, "/t/Unary"), dataFrame(1, head, false));
    const answer = await client.ended(1);
    expect(fieldValue(answer.headers[0] ?? [], "grpc-message")).toBe("100001 bytes are too many");
    expect(world.policy.asked).toEqual([]);
  });

  test("a Write stream is refused after the answers to what came before", async () => {
    const replies: (() => void)[] = [];
    world.stub.behaviour = (call, message) => {
      if (message !== undefined) replies.push(() => say(call, `done ${message}`));
    };
    const messages = ["pass a", "pass b", "refuse ABORTED", "pass c"].map((one) =>
      grpcMessage(one),
    );
    client.send(requestHeaders(1, "/t/Bidi"), dataFrame(1, Buffer.concat(messages), false));
    await client.until(() => world.policy.asked.length === 4);
    await settle(client, 3);
    replies.shift()?.();
    await client.until(() => client.answer(1).messages.length === 1);
    expect(client.answer(1).ended).toBeUndefined();
    replies.shift()?.();
    const answer = await client.ended(1);
    expect(answer.messages).toEqual(["done pass a", "done pass b"]);
    expect(status(answer)).toBe("10");
    expect(replies).toEqual([]);
  });

  test("many large ones leave the connection's window whole", async () => {
    const large = Buffer.concat([Buffer.from("refuse ABORTED "), Buffer.alloc(30_000, "x")]);
    let streamId = 1;
    for (; streamId < 101; streamId += 2) {
      const message = grpcMessage(large);
      client.send(
        requestHeaders(streamId, "/t/Unary"),
        dataFrame(streamId, message.subarray(0, 16_000), false),
        dataFrame(streamId, message.subarray(16_000), true),
      );
      await client.ended(streamId);
    }
    await settle(client, streamId);
    const sent = 50 * (large.length + 5) + grpcMessage("settled").length;
    // Node's server credits a window when half of it is used, so what is missing is less than that.
    const missing = (): number => sent - (client.credited.get(0) ?? 0);
    await client.until(() => missing() < 40_000);
    expect(missing()).toBeGreaterThanOrEqual(0);
  });
});

describe("answers in the server's place", () => {
  test("one message of a stream is answered here and the stream goes on", async () => {
    world.stub.behaviour = (call, message) => {
      if (message === undefined) end(call, "0");
      else say(call, `got ${message}`);
    };
    client.send(requestHeaders(1, "/t/Unpaired"), dataFrame(1, grpcMessage("answer here"), false));
    await client.until(() => client.answer(1).messages.length === 1);
    client.send(dataFrame(1, grpcMessage("pass on"), true));
    const answer = await client.ended(1);
    expect(answer.messages).toEqual(["here", "got pass on"]);
    // The server's initial headers came second, and are not seen.
    expect(answer.headers).toHaveLength(2);
    expect(status(answer)).toBe("0");
    // From then on, header blocks are written anew: later calls must still be understood.
    expect(
      fieldValue((await client.call(3, "/t/Unary", "pass")).headers[0] ?? [], "x-server"),
    ).toBe("stub");
    expect(world.stub.calls[0]?.messages).toEqual(["pass on"]);
  });

  test("it may be cut anywhere, and the bytes are credited on stream and connection", async () => {
    const message = grpcMessage("answer here");
    client.send(requestHeaders(1, "/t/Unpaired"));
    for (const byte of message) client.send(dataFrame(1, Buffer.from([byte]), false));
    await client.until(() => client.answer(1).messages.length === 1);
    await client.until(() => client.credited.get(1) === message.length);
    expect(client.credited.get(0)).toBe(message.length);
  });

  test("replace: the server gets another message, the client an answer made of the server's", async () => {
    const answer = await client.call(1, "/t/Unary", "replace other");
    expect(answer.messages).toEqual(["[ok other]"]);
    expect(status(answer)).toBe("0");
    expect(world.stub.calls.map(({ messages }) => messages)).toEqual([[], ["other"]]);
  });

  test("replace with nothing forwarded; the server's error is the client's", async () => {
    expect(await client.call(1, "/t/Unary", "swallow 3")).toMatchObject({ messages: ["sss"] });
    world.stub.behaviour = (call, message) => {
      if (message === undefined) end((begin(call), call), "7");
    };
    expect(status(await client.call(3, "/t/Unary", "replace x"))).toBe("7");
  });

  test("own answers wait for the client's windows, and the server's data for both", async () => {
    const tight = await RawClient.connect(world.port, [[Setting.initialWindowSize, 10]]);
    tight.send(requestHeaders(1, "/t/Unary"), dataFrame(1, grpcMessage("swallow 95"), true));
    await tight.until(() => tight.answer(1).dataBytes === 10);
    tight.send(encodeWindowUpdate(1, 50));
    await tight.until(() => tight.answer(1).dataBytes === 60);
    expect(tight.answer(1).ended).toBeUndefined();
    tight.send(encodeWindowUpdate(1, 40));
    expect(await tight.ended(1)).toMatchObject({ dataBytes: 100, messages: ["s".repeat(95)] });
    tight.close();
  });

  test("own bytes and the server's never exceed the connection's window together", async () => {
    // The window of 65,535 bytes is never credited until the end.
    const wide = await RawClient.connect(world.port, [[Setting.initialWindowSize, 1_000_000]]);
    await wide.call(1, "/t/Unary", "swallow 50000");
    world.stub.behaviour = (call, message) => {
      if (message === undefined) reply(call, Buffer.alloc(60_000, "t"), "0");
    };
    wide.send(requestHeaders(3, "/t/Unary"), dataFrame(3, grpcMessage("pass"), true));
    await wide.until(() => wide.answer(3).dataBytes === 65_535 - 50_005);
    await settleWithoutWindow(wide);
    expect(wide.answer(3).dataBytes).toBe(65_535 - 50_005);
    wide.send(encodeWindowUpdate(0, 65_535));
    await wide.until(() => wide.answer(3).dataBytes === 60_005);
    expect(status(await wide.ended(3))).toBe("0");
    wide.close();
  });

  /** A PING goes to the server and back, after whatever it has sent. */
  async function settleWithoutWindow(through: RawClient): Promise<void> {
    through.send(encodeFrame(FrameType.ping, 0, 0, Buffer.from("12345678")));
    const isPong = (): boolean =>
      through.frames.some(({ type, flags }) => type === FrameType.ping && flags === Flag.ack);
    await through.until(isPong);
  }
});

describe("header blocks that cross a refusal", () => {
  test("the server answers while its call is being refused: HPACK's state stays right", async () => {
    // A literal that both ends add to their tables, and then the index of that entry.
    const literal = Buffer.concat([
      Buffer.from([0x88, 0x40, 7]),
      Buffer.from("x-early"),
      Buffer.from([3]),
      Buffer.from("yes"),
    ]);
    const indexed = Buffer.from([0x88, 0xbe]);
    const upstream = createServer((socket) => {
      const splitter = new FrameSplitter(
        ({ type, flags, streamId }) => {
          if (type === FrameType.rstStream) {
            socket.write(encodeFrame(FrameType.headers, Flag.endHeaders, streamId, literal));
            socket.write(dataFrame(streamId, Buffer.from("dropped"), false));
          }
          const isWhole = type === FrameType.data && (flags & Flag.endStream) !== 0;
          if (isWhole && streamId > 1) {
            const ending = Flag.endHeaders | Flag.endStream;
            socket.write(encodeFrame(FrameType.headers, ending, streamId, indexed));
          }
          return "take";
        },
        () => undefined,
      );
      socket.on("error", () => undefined);
      socket.write(encodeSettings([]));
      let skip = CLIENT_PREFACE.length;
      socket.on("data", (chunk) => {
        const from = Math.min(skip, chunk.length);
        skip -= from;
        splitter.push(chunk.subarray(from));
      });
    });
    upstream.listen(0, "127.0.0.1");
    await once(upstream, "listening");
    const other = await startRelayWorld({ upstreamPort: (upstream.address() as AddressInfo).port });
    const its = await RawClient.connect(other.port);
    expect(status(await its.call(1, "/t/Unary", "refuse ABORTED"))).toBe("10");
    for (const streamId of [3, 5]) {
      expect((await its.call(streamId, "/t/Unary", "pass")).headers).toEqual([
        [
          [":status", "200"],
          ["x-early", "yes"],
        ],
      ]);
    }
    expect(its.answer(1)).toMatchObject({ dataBytes: 0 });
    its.close();
    await other.close();
    upstream.close();
  });
});

describe("ends of connections", () => {
  test("GOAWAY of the server passes; calls under way go on", async () => {
    const held: (() => void)[] = [];
    world.stub.behaviour = (call, message) => {
      if (message === undefined) held.push(() => reply(call, "still", "0"));
    };
    client.send(requestHeaders(1, "/t/Unary"), dataFrame(1, grpcMessage("pass"), true));
    await client.until(() => world.policy.asked.length === 1);
    await expect.poll(() => held.length).toBe(1);
    for (const session of world.stub.sessions) session.goaway(0);
    await client.until(() => client.goAway !== undefined);
    held[0]?.();
    expect(await client.ended(1)).toMatchObject({ messages: ["still"] });
  });

  test("the server dies: open calls are UNAVAILABLE, the front goes on", async () => {
    world.stub.behaviour = (call) => begin(call);
    client.send(requestHeaders(1, "/t/Unary"), dataFrame(1, grpcMessage("pass"), true));
    client.send(requestHeaders(3, "/t/Unary"), dataFrame(3, grpcMessage("delay 100"), true));
    await client.until(() => client.answer(1).headers.length === 1);
    world.stub.kill();
    expect(status(await client.ended(1))).toBe("14");
    expect(status(await client.ended(3))).toBe("14");
    world.stub.behaviour = (call, message) => {
      if (message === undefined) reply(call, "again", "0");
    };
    const other = await RawClient.connect(world.port);
    expect(await other.call(1, "/t/Unary", "pass")).toMatchObject({ messages: ["again"] });
    other.close();
  });

  test("no server at all: a status, not a broken connection", async () => {
    await world.stub.stop();
    const orphan = await RawClient.connect(world.port);
    const answer = await orphan.call(1, "/t/Other", "pass");
    expect(status(answer)).toBe("14");
    expect(fieldValue(answer.headers.at(-1) ?? [], "grpc-message")).toMatch(
      /^The server behind the gateway, 127\.0\.0\.1:\d+, is gone: /,
    );
    world.clock.advance(1_000);
    await orphan.until(() => orphan.closed);
    expect(orphan.goAway?.code).toBe(ErrorCode.noError);
  });

  test("the client dies: the server's end is closed, nothing stays", async () => {
    client.send(requestHeaders(1, "/t/Unary"), dataFrame(1, grpcMessage("delay 500"), true));
    await client.until(() => world.policy.asked.length === 1);
    client.close();
    await expect.poll(() => world.stub.sessions.size).toBe(0);
    expect(world.clock.sleepersWithin(1_000)).toBe(0);
  });

  test("GOAWAY of the client passes", async () => {
    client.send(encodeGoAway(0, 0, "bye"));
    expect(await client.call(1, "/t/Unary", "pass")).toMatchObject({ ended: "end" });
  });
});

describe("through node:http2", () => {
  let session: ClientHttp2Session;
  beforeEach(() => {
    session = connect(`http://127.0.0.1:${world.port}`);
  });
  afterEach(() => session.destroy());

  test("large answers, refusals and own answers mixed on one connection", async () => {
    world.stub.behaviour = (call, message) => {
      if (message === undefined) reply(call, Buffer.alloc(300_000, "z"), "0");
    };
    const texts = Array.from(
      { length: 60 },
      (_, index) => ["pass", "refuse ABORTED", "swallow 20000", "replace x"][index % 4] ?? "",
    );
    const results = await Promise.all(
      texts.map(async (text) => {
        const stream = session.request({ ":method": "POST", ":path": "/t/Unary" });
        let bytes = 0;
        stream.on("data", (chunk: Buffer) => (bytes += chunk.length));
        let trailers: Record<string, unknown> = {};
        stream.on("trailers", (fields: Record<string, unknown>) => (trailers = fields));
        stream.on("response", (fields: Record<string, unknown>) => {
          if (fields["grpc-status"] !== undefined) trailers = fields;
        });
        stream.end(grpcMessage(text));
        await once(stream, "close");
        return `${text.split(" ")[0]} ${bytes} ${String(trailers["grpc-status"])}`;
      }),
    );
    const expected = ["pass 300005 0", "refuse 0 10", "swallow 20005 0", "replace 300007 0"];
    expect(results).toEqual(texts.map((_, index) => expected[index % 4]));
  });
});
