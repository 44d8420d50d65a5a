import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { encodeMessage, MessageAssembler } from "../../grpc/message-assembler.ts";
import {
  CLIENT_PREFACE,
  Flag,
  FrameType,
  HEAD_BYTES,
  LARGEST_FRAME_BYTES,
  encodeFrame,
  encodeSettings,
  encodeSettingsAck,
} from "../../http2/frame.ts";
import type { Frame, Settings } from "../../http2/frame.ts";
import { FrameSplitter } from "../../http2/frame-splitter.ts";
import { encodeHeaders, headerBlockOf } from "../../http2/header-block.ts";
import { HpackDecoder } from "../../http2/hpack-decoder.ts";
import type { HeaderField } from "../../http2/hpack-table.ts";

/** What has come back on a stream. */
export interface RawAnswer {
  /** A list for each HEADERS frame. */
  readonly headers: (readonly HeaderField[])[];
  readonly messages: string[];
  dataBytes: number;
  /** "end" by END_STREAM, or the code of a RST_STREAM. */
  ended: "end" | number | undefined;
  resets: number[];
}

/** An HTTP/2 client that sends whatever frames a test likes, and decodes what comes as a client must. */
export class RawClient {
  readonly socket: Socket;
  readonly answers = new Map<number, RawAnswer>();
  readonly frames: Frame[] = [];
  /** The sum of WINDOW_UPDATEs by stream. */
  readonly credited = new Map<number, number>();
  goAway: { readonly code: number; readonly text: string } | undefined;
  closed = false;
  /** Acknowledges SETTINGS and credits nothing. */
  readonly #hpack = new HpackDecoder();
  readonly #assemblers = new Map<number, MessageAssembler>();
  readonly #waiting: (() => void)[] = [];

  private constructor(socket: Socket) {
    this.socket = socket;
    const splitter = new FrameSplitter(
      (frame) => this.#take(frame),
      () => undefined,
    );
    splitter.largestFrameBytes = LARGEST_FRAME_BYTES;
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => splitter.push(chunk));
    socket.on("close", () => {
      this.closed = true;
      this.#wake();
    });
  }

  static async connect(port: number, settings: Settings = []): Promise<RawClient> {
    const client = await RawClient.connectBare(port);
    client.send(CLIENT_PREFACE, encodeSettings(settings));
    return client;
  }

  /** Without a preface. */
  static async connectBare(port: number): Promise<RawClient> {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true });
    await once(socket, "connect");
    return new RawClient(socket);
  }

  send(...parts: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(parts));
  }

  /** Resolves when it holds; a test that never sees it runs into its time limit. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** A whole call of one message. */
  async call(streamId: number, path: string, message: string | Buffer): Promise<RawAnswer> {
    this.send(requestHeaders(streamId, path), dataFrame(streamId, grpcMessage(message), true));
    return this.ended(streamId);
  }

  async ended(streamId: number): Promise<RawAnswer> {
    await this.until(() => this.answers.get(streamId)?.ended !== undefined || this.closed);
    return this.answer(streamId);
  }

  answer(streamId: number): RawAnswer {
    const known = this.answers.get(streamId);
    if (known !== undefined) return known;
    const answer: RawAnswer = {
      headers: [],
      messages: [],
      dataBytes: 0,
      ended: undefined,
      resets: [],
    };
    this.answers.set(streamId, answer);
    return answer;
  }

  close(): void {
    this.socket.destroy();
  }

  #take(frame: Frame): "take" {
    this.frames.push(frame);
    const { type, flags, streamId, bytes } = frame;
    const payload = bytes.subarray(HEAD_BYTES);
    if (type === FrameType.settings && (flags & Flag.ack) === 0) this.send(encodeSettingsAck());
    if (type === FrameType.headers) {
      this.answer(streamId).headers.push(this.#hpack.decode(headerBlockOf(frame)));
    }
    if (type === FrameType.data) this.#takeData(streamId, payload);
    if (type === FrameType.rstStream) {
      this.answer(streamId).resets.push(payload.readUInt32BE(0));
      this.answer(streamId).ended ??= payload.readUInt32BE(0);
    }
    if (type === FrameType.goAway) {
      this.goAway = { code: payload.readUInt32BE(4), text: payload.toString("latin1", 8) };
    }
    if (type === FrameType.windowUpdate) {
      this.credited.set(streamId, (this.credited.get(streamId) ?? 0) + payload.readUInt32BE(0));
    }
    const ends = type === FrameType.data || type === FrameType.headers;
    if (ends && (flags & Flag.endStream) !== 0) this.answer(streamId).ended ??= "end";
    this.#wake();
    return "take";
  }

  #takeData(streamId: number, payload: Buffer): void {
    const assembler = this.#assemblers.get(streamId) ?? new MessageAssembler(LARGEST_FRAME_BYTES);
    this.#assemblers.set(streamId, assembler);
    this.answer(streamId).dataBytes += payload.length;
    for (const { found } of assembler.feed(payload)) {
      if (found.kind === "message") this.answer(streamId).messages.push(found.bytes.toString());
    }
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

export function requestFields(path: string, ...more: readonly HeaderField[]): HeaderField[] {
  return [
    [":method", "POST"],
    [":scheme", "http"],
    [":path", path],
    [":authority", "test"],
    ["te", "trailers"],
    ["content-type", "application/grpc"],
    ...more,
  ];
}

export function requestHeaders(
  streamId: number,
  path: string,
  ...more: readonly HeaderField[]
): Buffer {
  return encodeHeaders(streamId, requestFields(path, ...more), false);
}

export function grpcMessage(message: string | Buffer): Buffer {
  return encodeMessage(Buffer.from(message));
}

export function dataFrame(streamId: number, payload: Buffer, endStream: boolean): Buffer {
  return encodeFrame(FrameType.data, endStream ? Flag.endStream : 0, streamId, payload);
}
