/** HTTP/2 frames as RFC 9113 has them: nine bytes of head, then the payload. */

export const CLIENT_PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

export const HEAD_BYTES = 9;
/** RFC 9113, 4.2: what every endpoint takes, and the most that may ever be agreed on. */
export const DEFAULT_FRAME_BYTES = 16_384;
export const LARGEST_FRAME_BYTES = 16_777_215;
/** RFC 9113, 6.9.2: of a connection and of each stream, until told otherwise. */
export const DEFAULT_WINDOW_BYTES = 65_535;
export const LARGEST_WINDOW_BYTES = 2_147_483_647;

export const FrameType = {
  data: 0,
  headers: 1,
  priority: 2,
  rstStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const Flag = {
  endStream: 0x1,
  ack: 0x1,
  endHeaders: 0x4,
  padded: 0x8,
  priority: 0x20,
} as const;

/** RFC 9113, 7. */
export const ErrorCode = {
  noError: 0,
  protocolError: 1,
  internalError: 2,
  flowControlError: 3,
  frameSizeError: 6,
  refusedStream: 7,
  cancel: 8,
  compressionError: 9,
  enhanceYourCalm: 11,
} as const;

export const Setting = {
  headerTableSize: 1,
  maxConcurrentStreams: 3,
  initialWindowSize: 4,
  maxFrameSize: 5,
} as const;

/** A whole frame; a header block's continuations are in the same piece. */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  /** Heads and payloads, as they came. */
  readonly bytes: Buffer;
}

/** A fault of the peer that ends the connection with a GOAWAY of this code. */
export class ConnectionFault extends Error {
  override readonly name = "ConnectionFault";
  readonly errorCode: number;

  constructor(errorCode: number, message: string) {
    super(message);
    this.errorCode = errorCode;
  }
}

export function encodeFrame(
  type: number,
  flags: number,
  streamId: number,
  payload: Uint8Array,
): Buffer {
  const frame = Buffer.allocUnsafe(HEAD_BYTES + payload.length);
  writeHead(frame, payload.length, type, flags, streamId);
  frame.set(payload, HEAD_BYTES);
  return frame;
}

/** DATA frames that every receiver takes, whatever the length. */
export function encodeData(streamId: number, payload: Buffer, endStream: boolean): Buffer {
  const flags = endStream ? Flag.endStream : 0;
  if (payload.length <= DEFAULT_FRAME_BYTES) {
    return encodeFrame(FrameType.data, flags, streamId, payload);
  }
  const frames: Buffer[] = [];
  for (let at = 0; at < payload.length; at += DEFAULT_FRAME_BYTES) {
    const isLast = at + DEFAULT_FRAME_BYTES >= payload.length;
    const part = payload.subarray(at, at + DEFAULT_FRAME_BYTES);
    frames.push(encodeFrame(FrameType.data, isLast ? flags : 0, streamId, part));
  }
  return Buffer.concat(frames);
}

export function encodeRstStream(streamId: number, errorCode: number): Buffer {
  const frame = Buffer.allocUnsafe(HEAD_BYTES + 4);
  writeHead(frame, 4, FrameType.rstStream, 0, streamId);
  frame.writeUInt32BE(errorCode, HEAD_BYTES);
  return frame;
}

export function encodeWindowUpdate(streamId: number, increment: number): Buffer {
  const frame = Buffer.allocUnsafe(HEAD_BYTES + 4);
  writeHead(frame, 4, FrameType.windowUpdate, 0, streamId);
  frame.writeUInt32BE(increment, HEAD_BYTES);
  return frame;
}

export function encodeGoAway(lastStreamId: number, errorCode: number, debug: string): Buffer {
  const payload = Buffer.alloc(8 + Buffer.byteLength(debug));
  payload.writeUInt32BE(lastStreamId, 0);
  payload.writeUInt32BE(errorCode, 4);
  payload.write(debug, 8);
  return encodeFrame(FrameType.goAway, 0, 0, payload);
}

export type Settings = readonly (readonly [id: number, value: number])[];

export function encodeSettings(settings: Settings): Buffer {
  const payload = Buffer.alloc(settings.length * 6);
  settings.forEach(([id, value], index) => {
    payload.writeUInt16BE(id, index * 6);
    payload.writeUInt32BE(value, index * 6 + 2);
  });
  return encodeFrame(FrameType.settings, 0, 0, payload);
}

export function encodeSettingsAck(): Buffer {
  return encodeFrame(FrameType.settings, Flag.ack, 0, Buffer.alloc(0));
}

/** Of a SETTINGS frame that is no acknowledgement. */
export function decodeSettings(frame: Buffer): Settings {
  const length = frame.length - HEAD_BYTES;
  if (length % 6 !== 0) {
    throw new ConnectionFault(ErrorCode.frameSizeError, `SETTINGS of ${length} bytes`);
  }
  return Array.from({ length: length / 6 }, (_, index) => {
    const at = HEAD_BYTES + index * 6;
    return [frame.readUInt16BE(at), frame.readUInt32BE(at + 2)] as const;
  });
}

/** The payload of a DATA frame, or the first part of a header block, without padding and priority. */
export function unpaddedPayload({ type, flags, bytes }: Frame, length: number): Buffer {
  let start = HEAD_BYTES;
  let end = HEAD_BYTES + length;
  if ((flags & Flag.padded) !== 0) {
    if (length < 1) throw new ConnectionFault(ErrorCode.frameSizeError, "padded frame too short");
    end -= bytes[start] ?? 0;
    start += 1;
  }
  if (type === FrameType.headers && (flags & Flag.priority) !== 0) start += 5;
  if (start > end) {
    throw new ConnectionFault(ErrorCode.protocolError, "padding longer than its frame");
  }
  return bytes.subarray(start, end);
}

/** Of a frame at this place in a buffer that holds its head. */
export function payloadLengthAt(buffer: Buffer, offset: number): number {
  return buffer.readUIntBE(offset, 3);
}

export function streamIdAt(buffer: Buffer, offset: number): number {
  return buffer.readUInt32BE(offset + 5) & 0x7fff_ffff;
}

function writeHead(
  frame: Buffer,
  length: number,
  type: number,
  flags: number,
  streamId: number,
): void {
  frame.writeUIntBE(length, 0, 3);
  frame[3] = type;
  frame[4] = flags;
  frame.writeUInt32BE(streamId, 5);
}
