import type { StatusCode } from "../../data/status.ts";
import { statusOfNumber } from "../grpc/status.ts";
import {
  ConnectionFault,
  ErrorCode,
  Flag,
  FrameType,
  Setting,
  decodeSettings,
  encodeSettings,
  encodeWindowUpdate,
  payloadLengthAt,
  unpaddedPayload,
} from "../http2/frame.ts";
import type { Frame, Settings } from "../http2/frame.ts";
import type { FrameSplitter, Handling } from "../http2/frame-splitter.ts";
import { encodeHeaders, fieldValue, headerBlockOf, requireStream } from "../http2/header-block.ts";
import type { HpackDecoder } from "../http2/hpack-decoder.ts";
import type { HeaderField } from "../http2/hpack-table.ts";
import type { Calls, Wires } from "./calls.ts";
import { STREAMS_MAX } from "./client-frames.ts";
import type { RelayStream } from "./relay-stream.ts";

/** The server may announce a larger one; the relay's memory is bounded by this. */
const TABLE_BYTES_MAX = 65_536;

/**
 * Handles what the server behind sends. Its header blocks pass as they came as long as the client
 * sees every one, in order: HPACK's state is between those two. Once one had to be dropped or held
 * back, all that follow are written anew from what they say, without that state.
 */
export class ServerFrames {
  readonly #calls: Calls;
  readonly #wires: Wires;
  readonly #hpack: HpackDecoder;
  readonly #requestsHpack: HpackDecoder;
  readonly #requests: FrameSplitter;
  #settled = false;

  constructor(
    calls: Calls,
    wires: Wires,
    hpack: HpackDecoder,
    requestsHpack: HpackDecoder,
    requests: FrameSplitter,
  ) {
    this.#calls = calls;
    this.#wires = wires;
    this.#hpack = hpack;
    this.#requestsHpack = requestsHpack;
    this.#requests = requests;
  }

  /** Whether the server's first SETTINGS have gone to the client. */
  get settled(): boolean {
    return this.#settled;
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
        return this.#calls.ended.has(frame.streamId) ? "take" : "pass";
      case FrameType.pushPromise:
      case FrameType.continuation:
        throw new ConnectionFault(ErrorCode.protocolError, "frame of the server out of place");
      default:
        return "pass";
    }
  }

  #data(frame: Frame): Handling {
    const frameBytes = payloadLengthAt(frame.bytes, 0);
    if (this.#calls.ended.has(frame.streamId)) {
      if (frameBytes > 0) this.#wires.toServer(encodeWindowUpdate(0, frameBytes));
      return "take";
    }
    const stream = this.#calls.streams.get(frame.streamId);
    if (stream === undefined) return "pass";
    const endStream = (frame.flags & Flag.endStream) !== 0;
    const payload = unpaddedPayload(frame, frameBytes);
    const refusalIsDue = stream.countAnswers(payload);
    const handling = this.#passData(stream, frame, payload, frameBytes);
    // gRPC ends a call with trailers; without them the client makes UNKNOWN of it.
    if (endStream) this.#calls.endByServer(stream, "UNKNOWN");
    if (!refusalIsDue) return handling;
    if (handling === "pass") this.#wires.toClient(frame.bytes);
    stream.resume();
    return "take";
  }

  #passData(stream: RelayStream, frame: Frame, payload: Buffer, frameBytes: number): Handling {
    const { writer } = this.#calls;
    if (writer.passData(stream.flow, frameBytes) === "pass") return "pass";
    const padding = frameBytes - payload.length;
    if (padding > 0) {
      this.#wires.toServer(encodeWindowUpdate(0, padding));
      this.#wires.toServer(encodeWindowUpdate(stream.id, padding));
    }
    writer.sendData(stream.flow, payload, (frame.flags & Flag.endStream) !== 0, false);
    return "take";
  }

  #headers(frame: Frame): Handling {
    requireStream(frame);
    const fields = this.#hpack.decode(headerBlockOf(frame));
    const { writer, ended, streams } = this.#calls;
    if (ended.has(frame.streamId)) {
      writer.reencodeFromNow();
      return "take";
    }
    const endStream = (frame.flags & Flag.endStream) !== 0;
    const stream = streams.get(frame.streamId);
    if (stream === undefined) {
      if (!writer.reencodes) return "pass";
      this.#wires.toClient(encodeHeaders(frame.streamId, fields, endStream));
      return "take";
    }
    const handling = this.#passHeaders(stream, fields, endStream);
    if (endStream) this.#calls.endByServer(stream, statusIn(fields));
    return handling;
  }

  #passHeaders(stream: RelayStream, fields: readonly HeaderField[], endStream: boolean): Handling {
    const { writer } = this.#calls;
    const isFirst = fields[0]?.[0] === ":status";
    const isSecondFirst = isFirst && stream.ownHeaders;
    stream.responseStarted = true;
    if (isSecondFirst || stream.flow.waiting.length > 0) writer.reencodeFromNow();
    if (!writer.reencodes) return "pass";
    // The client has had headers of the gateway's: of the server's only trailers may follow.
    const left = isSecondFirst ? fields.filter(([name]) => name.startsWith("grpc-")) : fields;
    if (!isSecondFirst || endStream) writer.sendHeaders(stream.flow, left, endStream);
    return "take";
  }

  #reset(frame: Frame): Handling {
    if (this.#calls.ended.has(frame.streamId)) return "take";
    const stream = this.#calls.streams.get(frame.streamId);
    if (stream === undefined) return "pass";
    this.#wires.toClient(frame.bytes);
    stream.flow.waiting.length = 0;
    this.#calls.endByServer(stream, "CANCELLED");
    return "take";
  }

  /** Settings that bear on the relay's own memory are kept within its bounds. */
  #settings(frame: Frame): Handling {
    if ((frame.flags & Flag.ack) !== 0) return "pass";
    const settings = new Map(decodeSettings(frame.bytes));
    const largestFrame = settings.get(Setting.maxFrameSize);
    if (largestFrame !== undefined) this.#requests.largestFrameBytes = largestFrame;
    const tableBytes = settings.get(Setting.headerTableSize);
    if (tableBytes !== undefined) {
      settings.set(Setting.headerTableSize, Math.min(tableBytes, TABLE_BYTES_MAX));
      this.#requestsHpack.allowTableBytes(Math.min(tableBytes, TABLE_BYTES_MAX));
    }
    const streams = settings.get(Setting.maxConcurrentStreams);
    if (!this.#settled || streams !== undefined) {
      settings.set(Setting.maxConcurrentStreams, Math.min(streams ?? STREAMS_MAX, STREAMS_MAX));
    }
    this.#settled = true;
    const kept: Settings = [...settings];
    this.#wires.toClient(encodeSettings(kept));
    return "take";
  }
}

function statusIn(fields: readonly HeaderField[]): StatusCode {
  const number = fieldValue(fields, "grpc-status");
  return number === undefined ? "UNKNOWN" : statusOfNumber(Number(number));
}
