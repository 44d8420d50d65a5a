/** How many items a chunk may hold before it is cut in two. */
const CHUNK_SIZE_MAX = 512;

/**
 * Items in order, for lists of thousands that change all the time: chunks of a few hundred items, so
 * that an insertion moves only its chunk. `compare` must be a total order that never ties on two
 * different items. Places are given as predicates: `isBefore` is true for the items that lie before
 * the place and false from there on.
 */
export class SortedList<T> {
  readonly #compare: (left: T, right: T) => number;
  #chunks: T[][];
  #size: number;

  constructor(compare: (left: T, right: T) => number, items: Iterable<T> = []) {
    this.#compare = compare;
    const sorted = [...items].sort(compare);
    this.#size = sorted.length;
    this.#chunks = [];
    for (let start = 0; start < sorted.length; start += CHUNK_SIZE_MAX / 2) {
      this.#chunks.push(sorted.slice(start, start + CHUNK_SIZE_MAX / 2));
    }
  }

  get size(): number {
    return this.#size;
  }

  /** Whether an item ties with this one. */
  has(item: T): boolean {
    const isBefore = this.#isBefore(item);
    const chunk = this.#chunks[this.#chunkAt(isBefore)];
    const found = chunk?.[partitionPoint(chunk, isBefore)];
    return found !== undefined && this.#compare(found, item) === 0;
  }

  add(item: T): void {
    this.#size += 1;
    const at = Math.min(this.#chunkOf(item), this.#chunks.length - 1);
    const chunk = this.#chunks[at];
    if (chunk === undefined) {
      this.#chunks.push([item]);
      return;
    }
    chunk.splice(partitionPoint(chunk, this.#isBefore(item)), 0, item);
    if (chunk.length > CHUNK_SIZE_MAX) {
      this.#chunks.splice(at + 1, 0, chunk.splice(CHUNK_SIZE_MAX / 2));
    }
  }

  /** Takes out the item that ties with this one; false when there is none. */
  remove(item: T): boolean {
    const at = this.#chunkOf(item);
    const chunk = this.#chunks[at];
    if (chunk === undefined) return false;
    const index = partitionPoint(chunk, this.#isBefore(item));
    const found = chunk[index];
    if (found === undefined || this.#compare(found, item) !== 0) return false;
    chunk.splice(index, 1);
    if (chunk.length === 0) this.#chunks.splice(at, 1);
    this.#size -= 1;
    return true;
  }

  /** How many items lie before the place. */
  countBefore(isBefore: (item: T) => boolean): number {
    const at = this.#chunkAt(isBefore);
    let count = 0;
    for (let index = 0; index < at; index += 1) count += (this.#chunks[index] as T[]).length;
    const chunk = this.#chunks[at];
    return chunk === undefined ? count : count + partitionPoint(chunk, isBefore);
  }

  /** The items from the place on. The list must not change meanwhile. */
  *ascending(isBefore: (item: T) => boolean = () => false): Generator<T> {
    const start = this.#chunkAt(isBefore);
    for (let at = start; at < this.#chunks.length; at += 1) {
      const chunk = this.#chunks[at] as T[];
      const first = at === start ? partitionPoint(chunk, isBefore) : 0;
      for (let index = first; index < chunk.length; index += 1) yield chunk[index] as T;
    }
  }

  /** The items before the place, the last one first. The list must not change meanwhile. */
  *descending(isBefore: (item: T) => boolean = () => true): Generator<T> {
    const start = Math.min(this.#chunkAt(isBefore), this.#chunks.length - 1);
    for (let at = start; at >= 0; at -= 1) {
      const chunk = this.#chunks[at] as T[];
      const end = at === start ? partitionPoint(chunk, isBefore) : chunk.length;
      for (let index = end - 1; index >= 0; index -= 1) yield chunk[index] as T;
    }
  }

  #isBefore(item: T): (other: T) => boolean {
    return (other) => this.#compare(other, item) < 0;
  }

  #chunkOf(item: T): number {
    return this.#chunkAt(this.#isBefore(item));
  }

  /** The chunk in which the place is: the first whose last item does not lie before it. */
  #chunkAt(isBefore: (item: T) => boolean): number {
    return partitionPoint(this.#chunks, (chunk) => isBefore(chunk[chunk.length - 1] as T));
  }
}

function partitionPoint<T>(items: readonly T[], isBefore: (item: T) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(items[middle] as T)) low = middle + 1;
    else high = middle;
  }
  return low;
}
