import { ConnectionFault, ErrorCode } from "./frame.ts";
import { DynamicTable, fieldBytes } from "./hpack-table.ts";
import type { HeaderField } from "./hpack-table.ts";
import { decodeHuffman } from "./huffman.ts";

/** RFC 9113, 6.5.2: until told otherwise. */
const DEFAULT_TABLE_BYTES = 4096;
/** Some eight times what gRPC servers take; a list beyond it is an attack, or a mistake. */
const LIST_BYTES_MAX = 65_536;

/** The decoding half of HPACK (RFC 7541) for one direction of one connection. */
export class HpackDecoder {
  readonly #table = new DynamicTable(DEFAULT_TABLE_BYTES);
  #allowedTableBytes = DEFAULT_TABLE_BYTES;
  #block: Buffer = Buffer.alloc(0);
  #position = 0;

  /** What the receiver's SETTINGS_HEADER_TABLE_SIZE lets the sender use. */
  allowTableBytes(bytes: number): void {
    // A sender may go on with the larger size until it has seen the smaller; the receiver is the
    // judge of that, and this decoder only follows what the sender says that it does.
    this.#allowedTableBytes = Math.max(this.#allowedTableBytes, bytes);
  }

  /** @throws ConnectionFault: after it, the connection cannot go on */
  decode(block: Buffer): readonly HeaderField[] {
    this.#block = block;
    this.#position = 0;
    const fields: HeaderField[] = [];
    let listBytes = 0;
    while (this.#position < block.length) {
      const field = this.#field(fields.length === 0);
      if (field === undefined) continue;
      listBytes += fieldBytes(field);
      if (listBytes > LIST_BYTES_MAX) {
        throw new ConnectionFault(ErrorCode.enhanceYourCalm, "header list too large");
      }
      fields.push(field);
    }
    return fields;
  }

  /** Bytes of the dynamic table, by HPACK's own count. */
  get tableBytes(): number {
    return this.#table.bytes;
  }

  /** RFC 7541, 6: the first bits tell the kind. Undefined after a change of the table's size. */
  #field(atStart: boolean): HeaderField | undefined {
    const first = this.#block[this.#position] ?? 0;
    if ((first & 0x80) !== 0) return this.#indexed(this.#integer(0x7f));
    if ((first & 0x40) !== 0) {
      const field = this.#literal(0x3f);
      this.#table.add(field);
      return field;
    }
    if ((first & 0x20) === 0) return this.#literal(0x0f);
    const tableBytes = this.#integer(0x1f);
    if (!atStart || tableBytes > this.#allowedTableBytes) throw fault("table size update");
    this.#table.resize(tableBytes);
    return undefined;
  }

  #indexed(index: number): HeaderField {
    const field = index === 0 ? undefined : this.#table.at(index);
    if (field === undefined) throw fault(`index ${index}`);
    return field;
  }

  #literal(mask: number): HeaderField {
    const index = this.#integer(mask);
    const name = index === 0 ? this.#string() : this.#indexed(index)[0];
    return [name, this.#string()];
  }

  /** RFC 7541, 5.1, of at most 28 bits beyond the prefix: no honest one comes near. */
  #integer(mask: number): number {
    const block = this.#block;
    let value = (block[this.#position] ?? 0) & mask;
    this.#position += 1;
    if (value < mask) return value;
    for (let shift = 0; shift <= 21; shift += 7) {
      const byte = block[this.#position];
      if (byte === undefined) throw fault("integer cut short");
      this.#position += 1;
      value += (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw fault("integer too long");
  }

  #string(): string {
    const isHuffman = ((this.#block[this.#position] ?? 0) & 0x80) !== 0;
    if (this.#position >= this.#block.length) throw fault("string cut short");
    const length = this.#integer(0x7f);
    const start = this.#position;
    const end = start + length;
    if (end > this.#block.length) throw fault("string cut short");
    this.#position = end;
    if (!isHuffman) return this.#block.toString("latin1", start, end);
    const text = decodeHuffman(this.#block, start, end);
    if (text === undefined) throw fault("Huffman code");
    return text;
  }
}

function fault(what: string): ConnectionFault {
  return new ConnectionFault(ErrorCode.compressionError, `HPACK: bad ${what}`);
}
