import {
  ConnectionFault,
  DEFAULT_FRAME_BYTES,
  ErrorCode,
  Flag,
  FrameType,
  HEAD_BYTES,
  encodeFrame,
  payloadLengthAt,
  unpaddedPayload,
} from "./frame.ts";
import type { Frame } from "./frame.ts";
import { STATIC_TABLE } from "./hpack-table.ts";
import type { HeaderField } from "./hpack-table.ts";

/** The header block of a HEADERS frame and its continuations. */
export function headerBlockOf(frame: Frame): Buffer {
  const firstLength = payloadLengthAt(frame.bytes, 0);
  const first = unpaddedPayload(frame, firstLength);
  let at = HEAD_BYTES + firstLength;
  if (at === frame.bytes.length) return first;
  const parts = [first];
  while (at < frame.bytes.length) {
    const start = at + HEAD_BYTES;
    const end = start + payloadLengthAt(frame.bytes, at);
    parts.push(frame.bytes.subarray(start, end));
    at = end;
  }
  return Buffer.concat(parts);
}

/**
 * A HEADERS frame, with continuations where one does not hold it. Its fields are literals without
 * indexing (RFC 7541, 6.2.2) and leave the receiver's dynamic table as it is: that is another
 * sender's.
 */
export function encodeHeaders(
  streamId: number,
  fields: readonly HeaderField[],
  endStream: boolean,
): Buffer {
  const block = Buffer.concat(fields.map(encodeField));
  const flags = endStream ? Flag.endStream : 0;
  if (block.length <= DEFAULT_FRAME_BYTES) {
    return encodeFrame(FrameType.headers, flags | Flag.endHeaders, streamId, block);
  }
  const frames: Buffer[] = [];
  for (let at = 0; at < block.length; at += DEFAULT_FRAME_BYTES) {
    const isLast = at + DEFAULT_FRAME_BYTES >= block.length;
    const type = at === 0 ? FrameType.headers : FrameType.continuation;
    const partFlags = (at === 0 ? flags : 0) | (isLast ? Flag.endHeaders : 0);
    frames.push(
      encodeFrame(type, partFlags, streamId, block.subarray(at, at + DEFAULT_FRAME_BYTES)),
    );
  }
  return Buffer.concat(frames);
}

const STATIC_INDEX = new Map(STATIC_TABLE.map((field, index) => [field.join("\n"), index + 1]));

function encodeField([name, value]: HeaderField): Buffer {
  const index = STATIC_INDEX.get(`${name}\n${value}`);
  if (index !== undefined) return Buffer.from([0x80 | index]);
  return Buffer.concat([Buffer.from([0]), encodeString(name), encodeString(value)]);
}

/** Without Huffman coding: RFC 7541, 5.2. */
function encodeString(text: string): Buffer {
  const bytes = Buffer.from(text, "latin1");
  return Buffer.concat([encodeLength(bytes.length), bytes]);
}

function encodeLength(length: number): Buffer {
  if (length < 0x7f) return Buffer.from([length]);
  const bytes = [0x7f];
  let rest = length - 0x7f;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}

/** The value of a field that may stand once. */
export function fieldValue(fields: readonly HeaderField[], name: string): string | undefined {
  return fields.find(([one]) => one === name)?.[1];
}

/** @throws ConnectionFault where HEADERS come on stream 0 */
export function requireStream(frame: Frame): void {
  if (frame.streamId === 0) {
    throw new ConnectionFault(ErrorCode.protocolError, "frame needs a stream");
  }
}
