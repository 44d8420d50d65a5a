/** gRPC's frame of a message: a byte for "compressed", four for the length, then the message. */
const MESSAGE_HEAD_BYTES = 5;

/** What a stretch of a stream's bytes completes. */
export interface Piece {
  /** Where the stretch ends, in the bytes just fed. */
  readonly end: number;
  readonly found:
    | { readonly kind: "message"; readonly compressed: boolean; readonly bytes: Buffer }
    /** Declared longer than is allowed; nothing more is read from this stream. */
    | { readonly kind: "too-large"; readonly declaredBytes: number };
}

/** Puts the messages of one direction of a stream together, however the bytes come cut. */
export class MessageAssembler {
  readonly #largestBytes: number;
  readonly #head = Buffer.alloc(MESSAGE_HEAD_BYTES);
  #headFilled = 0;
  #body: Buffer = Buffer.alloc(0);
  #bodyFilled = 0;
  #declaredBytes = 0;
  #dead = false;

  constructor(largestBytes: number) {
    this.#largestBytes = largestBytes;
  }

  /** Bytes kept until their message is whole. */
  get keptBytes(): number {
    return this.#headFilled + this.#bodyFilled;
  }

  /** Messages that these bytes complete, in order. Their bytes may be a view of `payload`. */
  feed(payload: Buffer): readonly Piece[] {
    const pieces: Piece[] = [];
    let at = 0;
    while (!this.#dead) {
      at = this.#fillHead(payload, at);
      if (this.#headFilled < MESSAGE_HEAD_BYTES) break;
      if (this.#declaredBytes > this.#largestBytes) {
        this.#dead = true;
        pieces.push({ end: at, found: { kind: "too-large", declaredBytes: this.#declaredBytes } });
        break;
      }
      const missing = this.#declaredBytes - this.#bodyFilled;
      if (payload.length - at < missing) {
        this.#keep(payload.subarray(at));
        break;
      }
      const bytes = this.#complete(payload.subarray(at, at + missing));
      at += missing;
      const compressed = this.#head[0] === 1;
      pieces.push({ end: at, found: { kind: "message", compressed, bytes } });
      this.#headFilled = 0;
    }
    return pieces;
  }

  #fillHead(payload: Buffer, start: number): number {
    if (this.#headFilled === MESSAGE_HEAD_BYTES) return start;
    const end = Math.min(payload.length, start + MESSAGE_HEAD_BYTES - this.#headFilled);
    payload.copy(this.#head, this.#headFilled, start, end);
    this.#headFilled += end - start;
    if (this.#headFilled === MESSAGE_HEAD_BYTES) this.#declaredBytes = this.#head.readUInt32BE(1);
    return end;
  }

  /** The store grows with what has come, not with what is declared. */
  #keep(bytes: Buffer): void {
    const filled = this.#bodyFilled + bytes.length;
    if (filled > this.#body.length) {
      const grown = Buffer.allocUnsafe(Math.min(this.#declaredBytes, Math.max(filled * 4, 1024)));
      this.#body.copy(grown, 0, 0, this.#bodyFilled);
      this.#body = grown;
    }
    bytes.copy(this.#body, this.#bodyFilled);
    this.#bodyFilled = filled;
  }

  #complete(last: Buffer): Buffer {
    if (this.#bodyFilled === 0) return last;
    this.#keep(last);
    const whole = this.#body.subarray(0, this.#bodyFilled);
    this.#body = Buffer.alloc(0);
    this.#bodyFilled = 0;
    return whole;
  }
}

export function encodeMessage(bytes: Uint8Array): Buffer {
  const message = Buffer.allocUnsafe(MESSAGE_HEAD_BYTES + bytes.length);
  message[0] = 0;
  message.writeUInt32BE(bytes.length, 1);
  message.set(bytes, MESSAGE_HEAD_BYTES);
  return message;
}
