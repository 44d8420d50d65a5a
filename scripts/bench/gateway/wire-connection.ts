import { connect } from "node:net";
import type { Socket } from "node:net";
import {
  CLIENT_PREFACE,
  DEFAULT_FRAME_BYTES,
  DEFAULT_WINDOW_BYTES,
  Flag,
  FrameType,
  HEAD_BYTES,
  Setting,
  decodeSettings,
  encodeFrame,
  encodeSettings,
  encodeSettingsAck,
  encodeWindowUpdate,
  payloadLengthAt,
} from "../../../src/firestore/gateway/http2/frame.ts";
import type { Frame } from "../../../src/firestore/gateway/http2/frame.ts";
import { FrameSplitter } from "../../../src/firestore/gateway/http2/frame-splitter.ts";
import { encodeHeaders } from "../../../src/firestore/gateway/http2/header-block.ts";
import type { HeaderField } from "../../../src/firestore/gateway/http2/hpack-table.ts";

const HEADERS: readonly HeaderField[] = [
  [":method", "POST"],
  [":scheme", "http"],
  [":path", "/google.firestore.v1.Firestore/Commit"],
  [":authority", "127.0.0.1"],
  ["te", "trailers"],
  ["content-type", "application/grpc"],
  ["authorization", "Bearer owner"],
];
const LARGE_WINDOW = 1 << 30;

/**
 * A gRPC client of one connection without gRPC: it costs some microseconds a call, so that what is
 * measured is the server. It knows just as much of HTTP/2 as a well-behaved server needs.
 */
export class WireConnection {
  readonly #socket: Socket;
  readonly #done: (startedAtMs: number, isOk: boolean) => void;
  /** When each open call was meant to start. */
  readonly #open = new Map<number, number>();
  readonly #queue: Buffer[] = [];
  #nextStreamId = 1;
  #window = DEFAULT_WINDOW_BYTES;
  #initialWindow = DEFAULT_WINDOW_BYTES;

  constructor(port: number, done: (startedAtMs: number, isOk: boolean) => void) {
    this.#done = done;
    this.#socket = connect({ host: "127.0.0.1", port, noDelay: true });
    const splitter = new FrameSplitter(
      (frame) => this.#handle(frame),
      () => undefined,
    );
    this.#socket.on("data", (chunk) => splitter.push(chunk));
    // What is open then has failed, and shows as such.
    this.#socket.on("error", () => undefined);
    this.#socket.on("close", () => this.#failAll());
    this.#socket.write(
      Buffer.concat([
        CLIENT_PREFACE,
        encodeSettings([[Setting.initialWindowSize, LARGE_WINDOW]]),
        encodeWindowUpdate(0, LARGE_WINDOW),
      ]),
    );
  }

  get openCalls(): number {
    return this.#open.size;
  }

  /** `message` has gRPC's head. */
  call(message: Buffer, startedAtMs: number): void {
    const id = this.#nextStreamId;
    this.#nextStreamId += 2;
    this.#open.set(id, startedAtMs);
    const parts = [encodeHeaders(id, HEADERS, false)];
    for (let at = 0; at < message.length; at += DEFAULT_FRAME_BYTES) {
      const part = message.subarray(at, at + DEFAULT_FRAME_BYTES);
      const flags = at + DEFAULT_FRAME_BYTES >= message.length ? Flag.endStream : 0;
      parts.push(encodeFrame(FrameType.data, flags, id, part));
    }
    this.#queue.push(...parts);
    this.#flush();
  }

  close(): void {
    this.#socket.destroy();
  }

  #failAll(): void {
    for (const startedAtMs of this.#open.values()) this.#done(startedAtMs, false);
    this.#open.clear();
  }

  /** In order, and only what the connection's window holds. */
  #flush(): void {
    const sent: Buffer[] = [];
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      const cost = next[3] === FrameType.data ? payloadLengthAt(next, 0) : 0;
      if (cost > this.#window) break;
      this.#window -= cost;
      sent.push(next);
      this.#queue.shift();
    }
    if (sent.length > 0) this.#socket.write(Buffer.concat(sent));
  }

  #handle(frame: Frame): "take" {
    const { type, flags, streamId, bytes } = frame;
    if (type === FrameType.settings && (flags & Flag.ack) === 0) {
      const initial = new Map(decodeSettings(bytes)).get(Setting.initialWindowSize);
      if (initial !== undefined) this.#initialWindow = initial;
      if (this.#initialWindow < DEFAULT_WINDOW_BYTES) throw new Error("window too small to bench");
      this.#socket.write(encodeSettingsAck());
    } else if (type === FrameType.ping && (flags & Flag.ack) === 0) {
      this.#socket.write(encodeFrame(type, Flag.ack, 0, bytes.subarray(HEAD_BYTES)));
    } else if (type === FrameType.windowUpdate && streamId === 0) {
      this.#window += bytes.readUInt32BE(HEAD_BYTES);
      this.#flush();
    } else if (type === FrameType.data && bytes.length > HEAD_BYTES) {
      this.#socket.write(encodeWindowUpdate(0, bytes.length - HEAD_BYTES));
    } else if (type === FrameType.goAway) throw new Error("the server has said GOAWAY");
    const ends = type === FrameType.rstStream || (flags & Flag.endStream) !== 0;
    if (ends && (type === FrameType.headers || type === FrameType.rstStream)) {
      const startedAtMs = this.#open.get(streamId);
      this.#open.delete(streamId);
      // An answer without a message is an error: trailers alone.
      if (startedAtMs !== undefined) this.#done(startedAtMs, this.#answered.delete(streamId));
    }
    if (type === FrameType.data) this.#answered.add(streamId);
    return "take";
  }

  readonly #answered = new Set<number>();
}
