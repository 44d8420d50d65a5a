/** Code units that fit a number exactly: 3 x 16 bits. */
const UNITS = 3;

/**
 * Finds the range of a key among many, without putting prefix and rest together: by the three code
 * units behind what all starts have in common, as a number.
 */
export class StartFinder {
  readonly #common: string;
  readonly #numbers: Float64Array;
  /** The last prefix that was found to begin with it: the next key's is likely the same string. */
  #sharing: string | undefined;

  /** Sorted; the first is "". */
  constructor(starts: readonly string[]) {
    const [first = "", last = ""] = [starts[1], starts.at(-1)];
    let length = 0;
    while (length < first.length && first[length] === last[length]) length += 1;
    this.#common = first.slice(0, length);
    this.#numbers = Float64Array.from(starts, (start, index) =>
      index === 0 ? -1 : unitsAt(start, "", length),
    );
  }

  /** The place of the last start that is not behind the key; -1: only comparing all of it can tell. */
  find(prefix: string, rest: string): number {
    if (prefix !== this.#sharing && !this.#begins(prefix, rest)) return -1;
    const number = unitsAt(prefix, rest, this.#common.length);
    const numbers = this.#numbers;
    let low = 0;
    let high = numbers.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((numbers[middle] as number) <= number) low = middle;
      else high = middle - 1;
    }
    return numbers[low] === number ? -1 : low;
  }

  #begins(prefix: string, rest: string): boolean {
    const common = this.#common;
    if (common.length > prefix.length) {
      return common.startsWith(prefix) && rest.startsWith(common.slice(prefix.length));
    }
    if (!prefix.startsWith(common)) return false;
    this.#sharing = prefix;
    return true;
  }
}

/** Three code units of prefix and rest from a place on; what is not there counts as 0. */
function unitsAt(prefix: string, rest: string, at: number): number {
  let number = 0;
  for (let index = at; index < at + UNITS; index += 1) {
    const unit =
      index < prefix.length ? prefix.charCodeAt(index) : rest.charCodeAt(index - prefix.length);
    number = number * 65_536 + (Number.isNaN(unit) ? 0 : unit);
  }
  return number;
}
