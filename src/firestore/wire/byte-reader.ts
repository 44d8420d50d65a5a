import { isUtf8 } from "node:buffer";
import { WireError } from "./wire-error.ts";

/** The low three bits of a tag (https://protobuf.dev/programming-guides/encoding/#structure). */
const VARINT = 0;
const FIXED64 = 1;
export const LENGTH_DELIMITED = 2;
const START_GROUP = 3;
const END_GROUP = 4;
const FIXED32 = 5;

/** Groups in groups that an unknown field may hold: protobuf's own limit for messages in messages. */
const DEEPEST_GROUP = 100;

/** Below this many bytes, a loop makes a string faster than a call into Node does. */
const SHORT_TEXT_BYTES = 20;

/** Names up to this length are remembered, in so many places (a power of two) for all readers. */
const LONGEST_NAME_BYTES = 40;
const NAME_SLOTS = 2048;
const names: (string | undefined)[] = Array.from({ length: NAME_SLOTS });

/**
 * Reads protobuf's encoding from bytes, never beyond `limit`. Everything that is not there, or not as
 * it must be, throws a WireError. A message inside the message is read between `enter` and `leave`:
 *
 *     const outer = reader.enter();
 *     while (reader.position < reader.limit) switch (reader.tag()) { … default: reader.skip(tag); }
 *     reader.leave(outer);
 */
export class ByteReader {
  readonly bytes: Buffer;
  readonly #view: DataView;
  position = 0;
  limit: number;

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.limit = bytes.length;
  }

  /** Reads a length and narrows the limit to so many bytes. Returns the limit to leave with. */
  enter(): number {
    const length = this.uint32();
    const outer = this.limit;
    if (length > outer - this.position) throw this.#cutShort();
    this.limit = this.position + length;
    return outer;
  }

  leave(outer: number): void {
    this.limit = outer;
  }

  /** Field number times eight plus wire type. */
  tag(): number {
    const tag = this.uint32();
    if (tag < 8) throw new WireError(`Invalid message: field number 0 at byte ${this.position}.`);
    return tag;
  }

  /** A varint's low 32 bits, unsigned. Ten bytes are read at most, as any varint has. */
  uint32(): number {
    const { bytes, limit } = this;
    let { position } = this;
    if (position >= limit) throw this.#cutShort();
    let byte = bytes[position++] as number;
    let value = byte & 0x7f;
    for (let shift = 7; byte >= 0x80; shift += 7) {
      if (position >= limit) throw this.#cutShort();
      if (shift >= 70)
        throw new WireError(`Invalid message: a varint too long at byte ${position}.`);
      byte = bytes[position++] as number;
      if (shift < 32) value |= (byte & 0x7f) << shift;
    }
    this.position = position;
    return value >>> 0;
  }

  int32(): number {
    return this.uint32() | 0;
  }

  bool(): boolean {
    const { low, high } = this.#varint64();
    return low !== 0 || high !== 0;
  }

  int64(): bigint {
    const { low, high } = this.#varint64();
    // Exact as a double below 2^53; bigints are put together from two halves only beyond.
    if (high >= -0x20_0000 && high < 0x20_0000) return BigInt(high * 4_294_967_296 + low);
    return (BigInt(high) << 32n) | BigInt(low);
  }

  /** An int64 that is known to be small: seconds, counts. Exact below 2^53. */
  int64AsNumber(): number {
    const { low, high } = this.#varint64();
    return high * 4_294_967_296 + low;
  }

  double(): number {
    if (this.limit - this.position < 8) throw this.#cutShort();
    const value = this.#view.getFloat64(this.position, true);
    this.position += 8;
    return value;
  }

  /** Valid UTF-8, as proto3 requires. */
  string(): string {
    const outer = this.enter();
    const start = this.position;
    const end = this.limit;
    this.limit = outer;
    this.position = end;
    return end - start < SHORT_TEXT_BYTES ? this.#shortText(start, end) : this.#text(start, end);
  }

  /** A string that comes again and again, as names of fields do: the same one is given each time. */
  name(): string {
    const outer = this.enter();
    const start = this.position;
    const end = this.limit;
    this.limit = outer;
    this.position = end;
    const length = end - start;
    if (length === 0 || length > LONGEST_NAME_BYTES) return this.#text(start, end);
    const { bytes } = this;
    const hash =
      (bytes[start] as number) * 31 +
      (bytes[start + (length >> 1)] as number) * 7 +
      (bytes[end - 1] as number) * 131 +
      length * 1009;
    const slot = hash & (NAME_SLOTS - 1);
    const known = names[slot];
    if (known !== undefined && this.#spells(known, start, length)) return known;
    const text = this.#text(start, end);
    // Only plain ASCII has a character for each byte.
    if (text.length === length) names[slot] = text;
    return text;
  }

  #spells(known: string, start: number, length: number): boolean {
    if (known.length !== length) return false;
    const { bytes } = this;
    for (let index = 0; index < length; index += 1) {
      if (known.charCodeAt(index) !== bytes[start + index]) return false;
    }
    return true;
  }

  /** A copy: what is kept must not keep the whole message. */
  blob(): Uint8Array {
    const outer = this.enter();
    const copy = new Uint8Array(this.bytes.subarray(this.position, this.limit));
    this.position = this.limit;
    this.limit = outer;
    return copy;
  }

  /** Passes over a field that the reader does not know. */
  skip(tag: number, depth = 0): void {
    switch (tag & 7) {
      case VARINT:
        this.#varint64();
        break;
      case FIXED64:
        this.#advance(8);
        break;
      case LENGTH_DELIMITED:
        this.#advance(this.uint32());
        break;
      case START_GROUP:
        this.#skipGroup(tag, depth);
        break;
      case FIXED32:
        this.#advance(4);
        break;
      default:
        throw new WireError(`Invalid message: wire type ${tag & 7} at byte ${this.position}.`);
    }
  }

  #skipGroup(start: number, depth: number): void {
    if (depth >= DEEPEST_GROUP) throw new WireError("Invalid message: groups nested too deep.");
    for (let tag = this.tag(); tag !== start - START_GROUP + END_GROUP; tag = this.tag()) {
      this.skip(tag, depth + 1);
    }
  }

  #advance(length: number): void {
    if (length > this.limit - this.position) throw this.#cutShort();
    this.position += length;
  }

  /** `low` is unsigned, `high` signed. Returned in one object that is overwritten by the next call. */
  readonly #halves = { low: 0, high: 0 };
  #varint64(): { readonly low: number; readonly high: number } {
    const halves = this.#halves;
    let low = 0;
    let high = 0;
    for (let shift = 0; ; shift += 7) {
      if (this.position >= this.limit) throw this.#cutShort();
      if (shift >= 70)
        throw new WireError(`Invalid message: a varint too long at byte ${this.position}.`);
      const byte = this.bytes[this.position++] as number;
      const part = byte & 0x7f;
      if (shift < 28) low |= part << shift;
      else if (shift === 28) {
        low |= part << 28;
        high = part >>> 4;
      } else high |= part << (shift - 32);
      if (byte < 0x80) break;
    }
    halves.low = low >>> 0;
    halves.high = high | 0;
    return halves;
  }

  #shortText(start: number, end: number): string {
    const { bytes } = this;
    let text = "";
    for (let index = start; index < end; index += 1) {
      const byte = bytes[index] as number;
      if (byte >= 0x80) return this.#text(start, end);
      text += String.fromCharCode(byte);
    }
    return text;
  }

  #text(start: number, end: number): string {
    const text = this.bytes.toString("utf8", start, end);
    // What is not UTF-8 decodes to U+FFFD, which may also stand there by right.
    if (text.includes("\uFFFD") && !isUtf8(this.bytes.subarray(start, end))) {
      throw new WireError(`Invalid message: a string at byte ${start} is not valid UTF-8.`);
    }
    return text;
  }

  #cutShort(): WireError {
    return new WireError(
      `Invalid message: it ends, or a part of it ends, in the middle of a field (byte ${this.position}).`,
    );
  }
}

/**
 * Reads a message with its length before it. `read` is given each field's tag and reads the field,
 * or answers false for one that it does not know.
 */
export function readFields(reader: ByteReader, read: (tag: number) => boolean): void {
  const outer = reader.enter();
  readRemainingFields(reader, read);
  reader.leave(outer);
}

/** The same for a message that goes up to the reader's limit: a whole request. */
export function readRemainingFields(reader: ByteReader, read: (tag: number) => boolean): void {
  while (reader.position < reader.limit) {
    const tag = reader.tag();
    if (!read(tag)) reader.skip(tag);
  }
}
