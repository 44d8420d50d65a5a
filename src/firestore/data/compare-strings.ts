/**
 * Orders strings by their UTF-8 bytes, which is the order of code points, not that of UTF-16 code
 * units: U+1F600 comes after U+FFFD. Negative when `left` comes first.
 */
export function compareStrings(left: string, right: string): number {
  if (left === right) return 0;
  const shorter = Math.min(left.length, right.length);
  for (let index = 0; index < shorter; index += 1) {
    const one = left.charCodeAt(index);
    const other = right.charCodeAt(index);
    if (one !== other) return codePointRank(one) - codePointRank(other);
  }
  return left.length - right.length;
}

/** Moves surrogates, which stand for the highest code points, above all other code units. */
function codePointRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** A string whose code units order as the UTF-8 bytes of this one do. */
export function orderedByCodeUnits(text: string): string {
  if (!/[\ud800-\uffff]/.test(text)) return text;
  let ranked = "";
  for (let index = 0; index < text.length; index += 1) {
    ranked += String.fromCharCode(codePointRank(text.charCodeAt(index)));
  }
  return ranked;
}

/** How many bytes the string has in UTF-8. A lone surrogate counts as U+FFFD, as encoders write it. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    if (unit < 0x800) {
      bytes += 1;
    } else if (isPair(unit, text.charCodeAt(index + 1))) {
      bytes += 2;
      index += 1;
    } else {
      bytes += 2;
    }
  }
  return bytes;
}

function isPair(unit: number, next: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00 && next >= 0xdc00 && next < 0xe000;
}
