import { compare } from "./key-samples.ts";

const KEPT_KEYS = 1024;
/** What is known of the keys is looked at anew when four times as many have been seen. */
const GROWTH = 4;
const FIRST_LOOK = 64;
/** All keys are kept at first, then one in eight until there are enough. */
const ALL_OF_THE_FIRST = 128;
const STRIDE = 8;

/** xorshift32, for sampling only: which key is taken must not fall in step with the traffic. */
export class SmallRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 1;
  }

  next(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return state >>> 0;
  }

  /** From 1 to twice the mean, less 1. */
  around(mean: number): number {
    return mean <= 1 ? 1 : 1 + (this.next() % (2 * mean - 1));
  }
}

/** An even sample of all keys that were ever touched. */
export class KeptKeys {
  readonly #random: SmallRandom;
  readonly #keys: string[] = [];
  #touches = 0;
  #untilNext = 1;
  #lookAt: number;

  /** `firstLook`: after so many touches it knows something for the first time. */
  constructor(random: SmallRandom, firstLook = FIRST_LOOK) {
    this.#random = random;
    this.#lookAt = firstLook;
  }

  get size(): number {
    return this.#keys.length;
  }

  /** Counts a touch; true: its key is to be kept. */
  isDue(): boolean {
    this.#untilNext -= 1;
    return this.#untilNext <= 0;
  }

  /** True whenever it has seen so many more that it knows something new. */
  keep(key: string): boolean {
    if (this.#keys.length < KEPT_KEYS) {
      this.#keys.push(key);
      this.#untilNext = this.#keys.length < ALL_OF_THE_FIRST ? 1 : STRIDE;
      this.#touches += this.#untilNext;
    } else {
      this.#keys[this.#random.next() % KEPT_KEYS] = key;
      this.#untilNext = this.#random.around(Math.floor(this.#touches / KEPT_KEYS));
      this.#touches += this.#untilNext;
    }
    if (this.#touches < this.#lookAt) return false;
    this.#lookAt = this.#touches * GROWTH;
    return true;
  }

  /** The keys at which so many even parts begin, but for the first. */
  quantiles(parts: number): readonly string[] {
    const sorted = this.#keys.toSorted(compare);
    return Array.from(
      { length: parts - 1 },
      (_, part) => sorted[Math.floor(((part + 1) * sorted.length) / parts)] as string,
    );
  }
}
