/** Code units that fit a number exactly: 3 x 16 bits. */
const UNITS = 3;

/** The rest of a key behind its prefix. */
export interface KeyRest {
  /** All of it, made when it is asked for. */
  readonly key: string;
  /** A code unit of it without making it; NaN where it cannot tell. */
  unitAt?(index: number): number;
}

/** Nothing: the prefix is the whole key. */
export const WHOLE_KEY: KeyRest = { key: "" };

/**
 * Finds the range of a key among many, without putting prefix and rest together: by the three code
 * units behind what all starts have in common, as a number.
 */
export class StartFinder {
  readonly #common: string;
  readonly #numbers: Float64Array;
  /** The last prefix that agreed with what is common: the next key's is likely the same string. */
  #agreed: string | undefined;
  /** What is common beyond that prefix, for the rest to agree with. */
  #beyond = "";

  /** Sorted; the first is "". */
  constructor(starts: readonly string[]) {
    const [first = "", last = ""] = [starts[1], starts.at(-1)];
    let length = 0;
    while (length < first.length && first[length] === last[length]) length += 1;
    this.#common = first.slice(0, length);
    this.#numbers = Float64Array.from(starts, (start, index) =>
      index === 0 ? -1 : numberOf(start, length),
    );
  }

  /** The place of the last start that is not behind the key; -1: only comparing all of it can tell. */
  find(prefix: string, rest: KeyRest): number {
    if (prefix !== this.#agreed && !this.#agrees(prefix)) return -1;
    const beyond = this.#beyond;
    for (let index = 0; index < beyond.length; index += 1) {
      if (unitOf(rest, index) !== beyond.charCodeAt(index)) return -1;
    }
    return this.#search(this.#numberBehindCommon(prefix, rest));
  }

  #agrees(prefix: string): boolean {
    const common = this.#common;
    const isLonger = common.length > prefix.length;
    if (isLonger ? !common.startsWith(prefix) : !prefix.startsWith(common)) return false;
    this.#agreed = prefix;
    this.#beyond = isLonger ? common.slice(prefix.length) : "";
    return true;
  }

  /** NaN where the rest cannot tell. */
  #numberBehindCommon(prefix: string, rest: KeyRest): number {
    const at = this.#common.length - prefix.length;
    let number = 0;
    for (let index = at; index < at + UNITS; index += 1) {
      const unit = index < 0 ? prefix.charCodeAt(prefix.length + index) : unitOf(rest, index);
      number = number * 65_536 + unit;
    }
    return number;
  }

  #search(number: number): number {
    if (Number.isNaN(number)) return -1;
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
}

function unitOf(rest: KeyRest, index: number): number {
  return rest.unitAt === undefined ? rest.key.charCodeAt(index) : rest.unitAt(index);
}

/** Three code units from a place on; what is not there counts as 0. */
function numberOf(key: string, at: number): number {
  let number = 0;
  for (let index = at; index < at + UNITS; index += 1) {
    number = number * 65_536 + (index < key.length ? key.charCodeAt(index) : 0);
  }
  return number;
}
