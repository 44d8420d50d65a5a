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

  /** The items from the first place on and before the second: none where that lies first. */
  between(start: (item: T) => boolean, end: (item: T) => boolean): Stretch<T> {
    return new Stretch(this.#chunks, this.#placeOf(start), this.#placeOf(end));
  }

  #placeOf(isBefore: (item: T) => boolean): Place {
    const chunk = this.#chunkAt(isBefore);
    const items = this.#chunks[chunk];
    return { chunk, index: items === undefined ? 0 : partitionPoint(items, isBefore) };
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

interface Place {
  readonly chunk: number;
  readonly index: number;
}

/** A part of a sorted list, as long as the list does not change. */
export class Stretch<T> {
  readonly #chunks: readonly (readonly T[])[];
  readonly #start: Place;
  readonly #end: Place;

  constructor(chunks: readonly (readonly T[])[], start: Place, end: Place) {
    this.#chunks = chunks;
    this.#start = start;
    this.#end = end;
  }

  get size(): number {
    let size = this.#end.index - this.#start.index;
    for (let at = this.#start.chunk; at < this.#end.chunk; at += 1) {
      size += (this.#chunks[at] as T[]).length;
    }
    return this.#start.chunk > this.#end.chunk ? 0 : Math.max(0, size);
  }

  /** Shows one item after the other until one is answered with false. */
  ascend(visit: (item: T) => boolean): void {
    for (let at = this.#start.chunk; at <= this.#end.chunk; at += 1) {
      const chunk = this.#chunks[at];
      if (chunk === undefined) return;
      const end = at === this.#end.chunk ? this.#end.index : chunk.length;
      for (let index = at === this.#start.chunk ? this.#start.index : 0; index < end; index += 1) {
        if (!visit(chunk[index] as T)) return;
      }
    }
  }

  /** The same, the last one first. */
  descend(visit: (item: T) => boolean): void {
    for (let at = this.#end.chunk; at >= this.#start.chunk; at -= 1) {
      const chunk = this.#chunks[at];
      if (chunk === undefined) continue;
      const first = at === this.#start.chunk ? this.#start.index : 0;
      const end = at === this.#end.chunk ? this.#end.index : chunk.length;
      for (let index = end - 1; index >= first; index -= 1) {
        if (!visit(chunk[index] as T)) return;
      }
    }
  }
}
