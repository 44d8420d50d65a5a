import {
  ConnectionFault,
  DEFAULT_FRAME_BYTES,
  ErrorCode,
  Flag,
  FrameType,
  HEAD_BYTES,
  payloadLengthAt,
  streamIdAt,
} from "./frame.ts";
import type { Frame } from "./frame.ts";

/** So many CONTINUATION frames a header block may have; Node and Java need none for gRPC's headers. */
const CONTINUATIONS_MAX = 16;

/** What becomes of a frame: it passes as it is, or the handler has taken it over. */
export type Handling = "pass" | "take";

/** The bytes in hand: those from `passFrom` to `offset`, the frame's start, may pass. */
interface Cut {
  readonly buffer: Buffer;
  passFrom: number;
  offset: number;
}
const NOTHING: Cut = { buffer: Buffer.alloc(0), passFrom: 0, offset: 0 };

/**
 * Cuts a byte stream into frames and passes on the bytes of those that the handler lets pass, in as
 * few pieces as they came in. A frame that arrives in parts waits for its end, and so does a header
 * block for its last continuation, so that nothing can come between them.
 */
export class FrameSplitter {
  /** The longest payload allowed, as the receiver has announced. */
  largestFrameBytes = DEFAULT_FRAME_BYTES;
  readonly #handle: (frame: Frame) => Handling;
  readonly #forward: (bytes: Buffer) => void;
  #cut: Cut = NOTHING;
  #parts: Buffer[] = [];
  #partsBytes = 0;
  /** From so many bytes on it is worth looking again. */
  #neededBytes = HEAD_BYTES;

  constructor(handle: (frame: Frame) => Handling, forward: (bytes: Buffer) => void) {
    this.#handle = handle;
    this.#forward = forward;
  }

  /** @throws ConnectionFault for what is no frame, or one too large */
  push(chunk: Buffer): void {
    if (this.#partsBytes === 0) {
      this.#split(chunk);
      return;
    }
    this.#parts.push(chunk);
    this.#partsBytes += chunk.length;
    if (this.#partsBytes < this.#neededBytes) return;
    const whole = Buffer.concat(this.#parts, this.#partsBytes);
    this.#parts = [];
    this.#partsBytes = 0;
    this.#split(whole);
  }

  /**
   * Passes on at once what has been let pass before the frame in hand, so that what the handler
   * writes by itself comes after it. Outside of a handler there is nothing left to pass on.
   */
  flush(): void {
    const { buffer, passFrom, offset } = this.#cut;
    if (offset <= passFrom) return;
    this.#cut.passFrom = offset;
    this.#forward(buffer.subarray(passFrom, offset));
  }

  #split(buffer: Buffer): void {
    const cut = { buffer, passFrom: 0, offset: 0 };
    this.#cut = cut;
    try {
      while (cut.offset < buffer.length) {
        const end = this.#endOfUnit(buffer, cut.offset);
        if (end > buffer.length) {
          this.#neededBytes = end - cut.offset;
          break;
        }
        if (this.#handle(frameAt(buffer, cut.offset, end)) === "take") {
          this.flush();
          cut.passFrom = end;
        }
        cut.offset = end;
      }
    } finally {
      this.flush();
      this.#cut = NOTHING;
    }
    if (cut.offset < buffer.length) {
      const rest = buffer.subarray(cut.offset);
      this.#parts.push(rest);
      this.#partsBytes = rest.length;
    }
  }

  /** Where the frame ends, or up to where at least the bytes must be there to tell. */
  #endOfUnit(buffer: Buffer, offset: number): number {
    let end = this.#endOfFrame(buffer, offset);
    if (end > buffer.length || buffer[offset + 3] !== FrameType.headers) return end;
    let flags = buffer[offset + 4] ?? 0;
    for (let continuations = 0; (flags & Flag.endHeaders) === 0; continuations += 1) {
      if (continuations === CONTINUATIONS_MAX) {
        throw new ConnectionFault(ErrorCode.enhanceYourCalm, "header block in too many parts");
      }
      const at = end;
      end = this.#endOfFrame(buffer, at);
      if (at + HEAD_BYTES > buffer.length) return end;
      const continues =
        buffer[at + 3] === FrameType.continuation &&
        streamIdAt(buffer, at) === streamIdAt(buffer, offset);
      if (!continues) {
        throw new ConnectionFault(ErrorCode.protocolError, "header block without its end");
      }
      if (end > buffer.length) return end;
      flags = buffer[at + 4] ?? 0;
    }
    return end;
  }

  #endOfFrame(buffer: Buffer, offset: number): number {
    if (offset + HEAD_BYTES > buffer.length) return offset + HEAD_BYTES;
    const length = payloadLengthAt(buffer, offset);
    if (length > this.largestFrameBytes) {
      throw new ConnectionFault(ErrorCode.frameSizeError, `frame of ${length} bytes`);
    }
    return offset + HEAD_BYTES + length;
  }
}

function frameAt(buffer: Buffer, start: number, end: number): Frame {
  return {
    type: buffer[start + 3] ?? 0,
    flags: buffer[start + 4] ?? 0,
    streamId: streamIdAt(buffer, start),
    bytes: buffer.subarray(start, end),
  };
}
