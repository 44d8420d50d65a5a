/** Tags of google.firestore.v1.Value that are passed over here. Two bytes where it has two. */
const BOOL = (1 << 3) | 0;
const INTEGER = (2 << 3) | 0;
const DOUBLE = (3 << 3) | 1;
const MAP = (6 << 3) | 2;
const ARRAY = (9 << 3) | 2;
const TIMESTAMP = (10 << 3) | 2;
const NULL = (11 << 3) | 0;
/** A string's, field 17: its low seven bits, then the rest. */
const STRING_LOW = 0x8a;
const STRING_HIGH = 0x01;

/** Fields 1 and 2 of length: an entry's key and value, a map's entries, an array's values. */
const FIRST = (1 << 3) | 2;
const SECOND = (2 << 3) | 2;

const LONGEST_VARINT = 10;
/** Maps and arrays in each other; beyond, `readValue` counts. */
const DEEPEST = 16;

/**
 * Passes over the fields of a document whose encoding is the plain one: what client libraries write,
 * with names and texts of ASCII alone. Everything else it does not judge but leaves to `readMapEntry`,
 * which accepts all that passes here; so what has passed here needs not be decoded to be known good.
 */
export class PlainFields {
  readonly #bytes: Uint8Array;
  position: number;

  constructor(bytes: Uint8Array, position: number) {
    this.#bytes = bytes;
    this.position = position;
  }

  /** An entry of a `map<string, Value>`, its length before it. False: it is not plain, or goes beyond the limit. */
  entry(limit: number, depth = 0): boolean {
    const bytes = this.#bytes;
    const end = this.#end(limit);
    if (end < 0 || bytes[this.position] !== FIRST) return false;
    this.position += 1;
    const nameEnd = this.#end(end);
    if (nameEnd < 0 || !this.#ascii(nameEnd)) return false;
    if (bytes[this.position] !== SECOND) return false;
    this.position += 1;
    return this.#end(end) === end && this.#value(end, depth);
  }

  /** A value that goes up to the end. */
  #value(end: number, depth: number): boolean {
    if (this.position >= end) return false;
    const tag = this.#bytes[this.position] as number;
    this.position += 1;
    switch (tag) {
      case STRING_LOW:
        return this.#string(end);
      case INTEGER:
        return this.#varint(end);
      case DOUBLE:
        this.position += 8;
        return this.position === end;
      case BOOL:
      case NULL:
        return this.#smallNumber(end);
      case TIMESTAMP:
        return this.#timestamp(end);
      case MAP:
        return this.#end(end) === end && this.#entries(end, depth + 1);
      case ARRAY:
        return this.#end(end) === end && this.#elements(end, depth + 1);
      default:
        return false;
    }
  }

  #entries(end: number, depth: number): boolean {
    if (depth > DEEPEST) return false;
    while (this.position < end) {
      if (this.#bytes[this.position] !== FIRST) return false;
      this.position += 1;
      if (!this.entry(end, depth)) return false;
    }
    return true;
  }

  #elements(end: number, depth: number): boolean {
    if (depth > DEEPEST) return false;
    while (this.position < end) {
      if (this.#bytes[this.position] !== FIRST) return false;
      this.position += 1;
      const elementEnd = this.#end(end);
      if (elementEnd < 0 || !this.#value(elementEnd, depth)) return false;
    }
    return true;
  }

  #string(end: number): boolean {
    if (this.#bytes[this.position] !== STRING_HIGH) return false;
    this.position += 1;
    return this.#end(end) === end && this.#ascii(end);
  }

  /** One that ends where the value does. */
  #varint(end: number): boolean {
    const bytes = this.#bytes;
    const last = end - 1;
    if (this.position > last || end - this.position > LONGEST_VARINT) return false;
    for (let index = this.position; index < last; index += 1) {
      if ((bytes[index] as number) < 0x80) return false;
    }
    this.position = end;
    return (bytes[last] as number) < 0x80;
  }

  #smallNumber(end: number): boolean {
    const byte = this.#bytes[this.position] as number;
    this.position += 1;
    return this.position === end && byte < 0x80;
  }

  /** Of this epoch, so that no more than the nanoseconds have to be in range: 34 bits of seconds. */
  #timestamp(end: number): boolean {
    if (this.#end(end) !== end) return false;
    const bytes = this.#bytes;
    if (bytes[this.position] === INTEGER - 8) {
      this.position += 1;
      if (this.#number(end, 5) < 0) return false;
    }
    if (this.position === end) return true;
    if (bytes[this.position] !== INTEGER) return false;
    this.position += 1;
    const nanos = this.#number(end, 5);
    return nanos >= 0 && nanos <= 999_999_999 && this.position === end;
  }

  /** A varint of so many bytes at most; -1: it is none. */
  #number(end: number, longest: number): number {
    let value = 0;
    let factor = 1;
    for (let count = 0; count < longest && this.position < end; count += 1) {
      const byte = this.#bytes[this.position] as number;
      this.position += 1;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
    return -1;
  }

  /** Reads a length; returns where so many bytes end, -1: not before the limit. */
  #end(limit: number): number {
    const first = this.#bytes[this.position] as number;
    let length = first;
    if (first < 0x80) this.position += 1;
    else length = this.#number(limit, 4);
    const end = this.position + length;
    return length >= 0 && end <= limit ? end : -1;
  }

  #ascii(end: number): boolean {
    const bytes = this.#bytes;
    let { position } = this;
    while (position < end && (bytes[position] as number) < 0x80) position += 1;
    this.position = position;
    return position === end;
  }
}
