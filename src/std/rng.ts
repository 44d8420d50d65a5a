import { assert } from "./assert.ts";

/**
 * A seeded random stream. One stream serves one actor and one purpose: `fork(name)` gives a
 * stream that depends on this stream's seed and the name only, never on how many numbers were
 * drawn, so that adding an actor shifts nobody else's numbers.
 */
export interface Rng {
  /** A float in [0, 1) with 53 random bits. */
  next(): number;
  /** An integer in [minimum, maximum], both included. */
  integer(minimum: number, maximum: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** One of the values; the array must not be empty. */
  pick<T>(values: readonly T[]): T;
  /** A normally distributed number (mean 0, deviation 1). */
  normal(): number;
  /** An exponentially distributed number with the given mean. */
  exponential(mean: number): number;
  /** An independent stream, fixed by this stream's seed and the name. */
  fork(name: string): Rng;
}

/** `hash32` of plain data as eight hex digits: for names of what is the same when the data is. */
export function hashName(data: unknown): string {
  return hash32(JSON.stringify(data)).toString(16).padStart(8, "0");
}

/** FNV-1a over UTF-16 code units with a final avalanche: spreads names and seeds over 32 bits. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  const { length } = text;
  for (let index = 0; index < length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Opens the master stream of a run. */
export function createRng(seed: number | string): Rng {
  return new Xoshiro128(`plimsoll:${seed}`);
}

/** xoshiro128** by Blackman and Vigna (https://prng.di.unimi.it/xoshiro128starstar.c). */
class Xoshiro128 implements Rng {
  readonly #seed: string;
  #a: number;
  #b: number;
  #c: number;
  #d: number;
  #spareNormal: number | undefined;

  constructor(seed: string) {
    this.#seed = seed;
    this.#a = hash32(`${seed}/a`);
    this.#b = hash32(`${seed}/b`);
    this.#c = hash32(`${seed}/c`);
    this.#d = hash32(`${seed}/d`) | 1;
  }

  next(): number {
    return ((this.#next32() >>> 5) * 67_108_864 + (this.#next32() >>> 6)) / 9_007_199_254_740_992;
  }

  integer(minimum: number, maximum: number): number {
    assert(minimum <= maximum, `integer(${minimum}, ${maximum}): the range is empty`);
    return minimum + Math.floor(this.next() * (maximum - minimum + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(values: readonly T[]): T {
    assert(values.length > 0, "pick from an empty list");
    return values[Math.floor(this.next() * values.length)] as T;
  }

  /** Marsaglia's polar method. */
  normal(): number {
    const spare = this.#spareNormal;
    if (spare !== undefined) {
      this.#spareNormal = undefined;
      return spare;
    }
    for (;;) {
      const u = this.next() * 2 - 1;
      const v = this.next() * 2 - 1;
      const square = u * u + v * v;
      if (square > 0 && square < 1) {
        const factor = Math.sqrt((-2 * Math.log(square)) / square);
        this.#spareNormal = v * factor;
        return u * factor;
      }
    }
  }

  exponential(mean: number): number {
    return -mean * Math.log(1 - this.next());
  }

  fork(name: string): Rng {
    return new Xoshiro128(`${this.#seed}/${name}`);
  }

  #next32(): number {
    const result = Math.imul(rotateLeft(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotateLeft(this.#d, 11);
    return result;
  }
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
