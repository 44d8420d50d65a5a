import {
  ConnectionFault,
  ErrorCode,
  Flag,
  FrameType,
  HEAD_BYTES,
  LARGEST_WINDOW_BYTES,
  Setting,
  decodeSettings,
  encodeFrame,
  encodeRstStream,
  encodeSettingsAck,
  encodeWindowUpdate,
  payloadLengthAt,
} from "../http2/frame.ts";
import type { Frame } from "../http2/frame.ts";
import type { Handling } from "../http2/frame-splitter.ts";
import { headerBlockOf, requireStream } from "../http2/header-block.ts";
import { HpackDecoder } from "../http2/hpack-decoder.ts";
import type { Calls, Wires } from "./calls.ts";

/** Calls open at once on a connection. Google's client libraries open 100. */
export const STREAMS_MAX = 1000;

/** Handles what a client sends. */
export class ClientFrames {
  readonly hpack = new HpackDecoder();
  readonly #calls: Calls;
  readonly #wires: Wires;
  /** The decoder of the server's header blocks: the client says how large a table it keeps. */
  readonly #answersHpack: HpackDecoder;
  #lastStreamId = 0;
  /** Without a server, the gateway answers for the connection. */
  isOrphan = false;

  constructor(calls: Calls, wires: Wires, answersHpack: HpackDecoder) {
    this.#calls = calls;
    this.#wires = wires;
    this.#answersHpack = answersHpack;
  }

  get lastStreamId(): number {
    return this.#lastStreamId;
  }

  /** @throws ConnectionFault */
  handle(frame: Frame): Handling {
    switch (frame.type) {
      case FrameType.data:
        return this.#data(frame);
      case FrameType.headers:
        return this.#headers(frame);
      case FrameType.rstStream:
        return this.#reset(frame);
      case FrameType.settings:
        return this.#settings(frame);
      case FrameType.windowUpdate:
        return this.#windowUpdate(frame);
      case FrameType.ping:
        if (this.isOrphan && (frame.flags & Flag.ack) === 0) {
          const payload = frame.bytes.subarray(HEAD_BYTES);
          this.#wires.toClient(encodeFrame(FrameType.ping, Flag.ack, 0, payload));
        }
        return "pass";
      case FrameType.continuation:
      case FrameType.pushPromise:
        throw new ConnectionFault(ErrorCode.protocolError, "frame out of place");
      default:
        return "pass";
    }
  }

  #data(frame: Frame): Handling {
    requireStream(frame);
    const stream = this.#calls.streams.get(frame.streamId);
    if (stream === undefined || stream.isOver || this.#calls.ended.has(stream.id)) {
      return this.#lateData(frame);
    }
    const before = stream.keptBytes;
    const handling = stream.onData(frame);
    if (stream.isOver) return handling;
    this.#calls.account(stream, before);
    return handling;
  }

  /** For a call that the gateway has ended: the server must not see it, and the client is credited. */
  #lateData(frame: Frame): Handling {
    if (!this.#calls.ended.has(frame.streamId)) return "pass";
    const stream = this.#calls.streams.get(frame.streamId);
    if (stream !== undefined && (frame.flags & Flag.endStream) !== 0) stream.requestEnded = true;
    const length = payloadLengthAt(frame.bytes, 0);
    if (length > 0) this.#wires.toClient(encodeWindowUpdate(0, length));
    return "take";
  }

  #headers(frame: Frame): Handling {
    requireStream(frame);
    // Also for calls that are over or refused: each block changes the decoder's state.
    const fields = this.hpack.decode(headerBlockOf(frame));
    const endStream = (frame.flags & Flag.endStream) !== 0;
    const known = this.#calls.streams.get(frame.streamId);
    if (known !== undefined) {
      known.requestEnded = known.requestEnded || endStream;
      if (!known.hasWaiting) return "pass";
      // They cannot wait, for HPACK's sake, nor come before what does.
      this.#wires.toServer(frame.bytes);
      this.#calls.refuse(known, {
        code: "INTERNAL",
        message: "Trailers of a request cannot pass the gateway.",
      });
      return "take";
    }
    const isNew = frame.streamId % 2 === 1 && frame.streamId > this.#lastStreamId;
    if (!isNew) return "pass";
    this.#lastStreamId = frame.streamId;
    if (this.#calls.streams.size >= STREAMS_MAX) return this.#tooMany(frame);
    this.#calls.open(frame.streamId, fields, endStream);
    return "pass";
  }

  /** The server gets the block, for HPACK's state, and at once the end of the stream. */
  #tooMany(frame: Frame): Handling {
    this.#wires.toServer(frame.bytes);
    this.#wires.toServer(encodeRstStream(frame.streamId, ErrorCode.cancel));
    this.#calls.ended.add(frame.streamId);
    this.#wires.toClient(encodeRstStream(frame.streamId, ErrorCode.refusedStream));
    return "take";
  }

  #reset(frame: Frame): Handling {
    const stream = this.#calls.streams.get(frame.streamId);
    if (stream !== undefined) this.#calls.forget(stream);
    return this.#calls.ended.has(frame.streamId) ? "take" : "pass";
  }

  #settings(frame: Frame): Handling {
    if ((frame.flags & Flag.ack) !== 0) return "pass";
    for (const [id, value] of decodeSettings(frame.bytes)) {
      if (id === Setting.headerTableSize) this.#answersHpack.allowTableBytes(value);
      if (id === Setting.initialWindowSize) this.#setInitialWindow(value);
    }
    if (this.isOrphan) this.#wires.toClient(encodeSettingsAck());
    return "pass";
  }

  #setInitialWindow(bytes: number): void {
    if (bytes > LARGEST_WINDOW_BYTES) {
      throw new ConnectionFault(ErrorCode.flowControlError, "initial window too large");
    }
    this.#calls.writer.setInitialWindow(bytes);
  }

  #windowUpdate(frame: Frame): Handling {
    if (frame.bytes.length !== HEAD_BYTES + 4) {
      throw new ConnectionFault(ErrorCode.frameSizeError, "WINDOW_UPDATE of a wrong length");
    }
    const increment = frame.bytes.readUInt32BE(HEAD_BYTES) & LARGEST_WINDOW_BYTES;
    const { streamId } = frame;
    const forServer =
      streamId === 0
        ? this.#calls.writer.creditConnection(increment)
        : this.#creditStream(streamId, increment);
    // An increment of 0 is a fault, which the server tells the client of.
    if (forServer === increment) return "pass";
    if (forServer > 0) this.#wires.toServer(encodeWindowUpdate(streamId, forServer));
    return "take";
  }

  #creditStream(streamId: number, increment: number): number {
    const stream = this.#calls.streams.get(streamId);
    const forServer =
      stream === undefined ? increment : this.#calls.writer.creditStream(stream.flow, increment);
    return this.#calls.ended.has(streamId) ? 0 : forServer;
  }
}
