/**
 * The Huffman code of HPACK (RFC 7541, appendix B). The code is canonical: among codes of one length
 * the values ascend with the symbol, and shorter codes come first; so the lengths are the whole table.
 */

/** Lengths in bits of the codes of the symbols 0 to 255 and of the end-of-string symbol, 256. */
const LENGTHS: readonly number[] = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28,
  28, 28, 28, 28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5,
  6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
  7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6,
  7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23,
  23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22,
  22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22,
  23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27,
  27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25,
  24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
];

const END_OF_STRING = 256;
const LONGEST_CODE_BITS = 30;

/** By length: the first code of that length, and where its symbols begin in SYMBOLS. */
interface Row {
  readonly firstCode: number;
  readonly count: number;
  readonly firstSymbol: number;
}

const SYMBOLS = LENGTHS.map((_, symbol) => symbol).sort(
  (a, b) => (LENGTHS[a] ?? 0) - (LENGTHS[b] ?? 0) || a - b,
);
const ROWS = canonicalRows();

/** Codes of up to so many bits are looked up at once; all of ordinary headers are. */
const QUICK_BITS = 8;
/** By the next eight bits: length × 512 + symbol, or 0 for a code that is longer. */
const QUICK = quickTable();

/** The text, a character a byte; undefined for what is no Huffman code: RFC 7541, 5.2. */
export function decodeHuffman(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = "";
  let bits = 0;
  let bitCount = 0;
  let at = start;
  for (;;) {
    while (bitCount < 24 && at < end) {
      bits = (bits << 8) | (bytes[at] ?? 0);
      bitCount += 8;
      at += 1;
    }
    if (bitCount >= QUICK_BITS) {
      const quick = QUICK[(bits >>> (bitCount - QUICK_BITS)) & 0xff] ?? 0;
      if (quick !== 0) {
        text += String.fromCharCode(quick & 0x1ff);
        bitCount -= quick >>> 9;
        bits = keepLow(bits, bitCount);
        continue;
      }
    }
    const long = decodeLong(bytes, at, end, bits, bitCount);
    if (long === "end") return isPadding(bits, bitCount) ? text : undefined;
    if (long === undefined) return undefined;
    text += String.fromCharCode(long.symbol);
    ({ at, bits, bitCount } = long);
  }
}

interface LongCode {
  readonly symbol: number;
  readonly at: number;
  readonly bits: number;
  readonly bitCount: number;
}

/** Bit by bit, for long codes and the end. "end": no further symbol is in what is left. */
function decodeLong(
  bytes: Uint8Array,
  start: number,
  end: number,
  heldBits: number,
  heldCount: number,
): LongCode | "end" | undefined {
  let code = 0;
  let at = start;
  let bits = heldBits;
  let bitCount = heldCount;
  for (let length = 1; length <= LONGEST_CODE_BITS; length += 1) {
    if (bitCount === 0) {
      if (at >= end) return "end";
      bits = bytes[at] ?? 0;
      bitCount = 8;
      at += 1;
    }
    bitCount -= 1;
    code = code * 2 + ((bits >>> bitCount) & 1);
    bits = keepLow(bits, bitCount);
    const row = ROWS[length];
    if (row === undefined || code - row.firstCode >= row.count) continue;
    const symbol = SYMBOLS[row.firstSymbol + code - row.firstCode];
    return symbol === undefined || symbol === END_OF_STRING
      ? undefined
      : { symbol, at, bits, bitCount };
  }
  return undefined;
}

/** Fewer than eight bits, all ones. */
function isPadding(bits: number, bitCount: number): boolean {
  return bitCount < 8 && bits === (1 << bitCount) - 1;
}

function keepLow(bits: number, bitCount: number): number {
  return bitCount === 0 ? 0 : bits & (0xffff_ffff >>> (32 - bitCount));
}

function canonicalRows(): readonly (Row | undefined)[] {
  const rows: (Row | undefined)[] = [undefined];
  let code = 0;
  let firstSymbol = 0;
  for (let length = 1; length <= LONGEST_CODE_BITS; length += 1) {
    code *= 2;
    const count = LENGTHS.filter((one) => one === length).length;
    rows.push(count === 0 ? undefined : { firstCode: code, count, firstSymbol });
    code += count;
    firstSymbol += count;
  }
  return rows;
}

function quickTable(): Uint16Array {
  const table = new Uint16Array(1 << QUICK_BITS);
  for (let length = 1; length <= QUICK_BITS; length += 1) {
    const row = ROWS[length];
    if (row === undefined) continue;
    for (let index = 0; index < row.count; index += 1) {
      const spare = QUICK_BITS - length;
      const first = (row.firstCode + index) << spare;
      const symbol = SYMBOLS[row.firstSymbol + index] ?? 0;
      table.fill((length << 9) | symbol, first, first + (1 << spare));
    }
  }
  return table;
}
