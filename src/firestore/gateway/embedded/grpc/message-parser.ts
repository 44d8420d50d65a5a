import { FirestoreError } from "../../../data/status.ts";
import { PRODUCTION_ERRORS } from "../../../limits/production-errors.ts";
import type { ByteBudget } from "../byte-budget.ts";

/** One byte that says whether the message is compressed, four of its length, big-endian. */
const PREFIX_BYTES = 5;

/** The least that is allotted for a message that has arrived in part. */
const FIRST_CAPACITY_BYTES = 1024;

/**
 * Cuts the bytes of one call's stream into gRPC messages. What has arrived of a message is kept in
 * one buffer that grows by doubling, so that a client which sends single bytes costs no more than
 * one that does not.
 */
export class MessageParser {
  readonly #limitBytes: number;
  readonly #budget: ByteBudget;
  /** The part of a message that has arrived, in the first `#length` bytes. */
  #partial: Buffer = Buffer.alloc(0);
  #length = 0;
  /** Of the budget: capacity of `#partial`, and messages given out that are not yet done with. */
  #heldBytes = 0;

  constructor(limitBytes: number, budget: ByteBudget) {
    this.#limitBytes = limitBytes;
    this.#budget = budget;
  }

  /** The messages that are whole with this chunk; each is held until `done`. @throws FirestoreError */
  push(chunk: Buffer): readonly Buffer[] {
    const bytes = this.#length === 0 ? chunk : this.#append(chunk);
    const messages: Buffer[] = [];
    let start = 0;
    for (let end = this.#endOfMessage(bytes, 0); end <= bytes.length;) {
      messages.push(bytes.subarray(start + PREFIX_BYTES, end));
      start = end;
      end = this.#endOfMessage(bytes, start);
    }
    if (messages.length > 0 || this.#length === 0) this.#keep(bytes.subarray(start));
    for (const message of messages) this.#hold(message.length);
    return messages;
  }

  /** @throws FirestoreError INTERNAL when the stream ended in the middle of a message */
  end(): void {
    if (this.#length > 0) {
      throw new FirestoreError("INTERNAL", "Encountered end-of-stream mid-frame");
    }
  }

  /** A message is no longer in use. */
  done(message: Buffer): void {
    this.#release(Math.min(message.length, this.#heldBytes));
  }

  /** Forgets everything. */
  discard(): void {
    this.#release(this.#heldBytes);
    this.#partial = Buffer.alloc(0);
    this.#length = 0;
  }

  /** Where the message that begins at `start` ends; Infinity while its prefix has not arrived. */
  #endOfMessage(bytes: Buffer, start: number): number {
    if (bytes.length - start < PREFIX_BYTES) return Infinity;
    if (bytes[start] !== 0) {
      throw new FirestoreError(
        "UNIMPLEMENTED",
        "Compressed messages are not supported; send them with grpc-encoding identity.",
      );
    }
    const length = bytes.readUInt32BE(start + 1);
    if (length > this.#limitBytes) {
      const { code, text } = PRODUCTION_ERRORS["request-too-large"];
      throw new FirestoreError(code, text);
    }
    return start + PREFIX_BYTES + length;
  }

  /** Adds to the part that has arrived, and gives all of it. */
  #append(chunk: Buffer): Buffer {
    const length = this.#length + chunk.length;
    if (length > this.#partial.length) {
      const capacity = Math.max(length, 2 * this.#partial.length);
      this.#hold(capacity - this.#partial.length);
      const grown = Buffer.allocUnsafeSlow(capacity);
      this.#partial.copy(grown, 0, 0, this.#length);
      this.#partial = grown;
    }
    chunk.copy(this.#partial, this.#length);
    this.#length = length;
    return this.#partial.subarray(0, length);
  }

  /** Begins anew with the rest after whole messages, which may lie in the old buffer. */
  #keep(rest: Buffer): void {
    this.#release(this.#partial.length);
    this.#partial = Buffer.alloc(0);
    this.#length = rest.length;
    if (rest.length === 0) return;
    const capacity = Math.max(FIRST_CAPACITY_BYTES, rest.length);
    this.#hold(capacity);
    this.#partial = Buffer.allocUnsafeSlow(capacity);
    rest.copy(this.#partial);
  }

  #hold(bytes: number): void {
    this.#budget.hold(bytes);
    this.#heldBytes += bytes;
  }

  #release(bytes: number): void {
    this.#budget.release(bytes);
    this.#heldBytes -= bytes;
  }
}

/** The message with its prefix. */
export function framed(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + message.length);
  frame[0] = 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, PREFIX_BYTES);
  return frame;
}
