import type { KeyRange } from "./key-range.ts";
import type { KeySpace } from "./key-space.ts";
import { WHOLE_KEY } from "./start-finder.ts";

/** A row that is touched again and again: a document, or a place in an index. Handed out by the model. */
export type RowHandle = number;

/** Rows by handle, with the range that each was last found in. */
export class RowTable {
  readonly #keys: string[] = [];
  readonly #spaces: KeySpace[] = [];
  readonly #ranges: KeyRange[] = [];
  readonly #generations: number[] = [];
  readonly #free: RowHandle[] = [];

  open(space: KeySpace, key: string): RowHandle {
    const handle = this.#free.pop() ?? this.#keys.length;
    this.#keys[handle] = key;
    this.#spaces[handle] = space;
    this.#relocate(handle, space);
    return handle;
  }

  close(handle: RowHandle): void {
    this.#keys[handle] = "";
    this.#free.push(handle);
  }

  keyOf(handle: RowHandle): string {
    return this.#keys[handle] as string;
  }

  spaceOf(handle: RowHandle): KeySpace {
    return this.#spaces[handle] as KeySpace;
  }

  /** The range that the row's next operation loads, after everything that is due at this time. */
  touch(handle: RowHandle, nowMs: number, work: number): KeyRange {
    const space = this.#spaces[handle] as KeySpace;
    let range = this.#ranges[handle] as KeyRange;
    if (this.#generations[handle] !== space.generation) range = this.#relocate(handle, space);
    if (nowMs >= range.windowEndMs) {
      space.roll(range, nowMs);
      if (this.#generations[handle] !== space.generation) range = this.#relocate(handle, space);
    }
    const isStill = space.noteKey(range, this.#keys[handle] as string, WHOLE_KEY, nowMs, work);
    return isStill ? range : this.#relocate(handle, space);
  }

  #relocate(handle: RowHandle, space: KeySpace): KeyRange {
    const range = space.locate(this.#keys[handle] as string);
    this.#ranges[handle] = range;
    this.#generations[handle] = space.generation;
    return range;
  }
}
