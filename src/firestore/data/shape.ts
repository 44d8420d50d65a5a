import { utf8Length } from "./compare-strings.ts";
import type { FieldPath } from "./document.ts";

/** Shapes there may be. Maps whose names are data have no end of them, and do without. */
const MOST_SHAPES = 10_000;
/** Names that a shape may have: copies of larger maps gain nothing by it. */
const MOST_NAMES = 64;

let shapes = 0;

/** How a map becomes another with the fields of a second one set. */
export interface Merge {
  readonly shape: Shape;
  /** By the second one's slots, the slot that each goes to. */
  readonly slots: readonly number[];
}

/**
 * The names of a map's fields in their order, one object for all maps that have the same. It is
 * found name by name from the empty one.
 */
export class Shape {
  static readonly EMPTY = new Shape([]);

  readonly names: readonly string[];
  /** Each name as a path: the mask of an update that sets just these. */
  readonly paths: readonly FieldPath[];
  /** Code units of all the names. */
  readonly namesLength: number;
  /** What all the names weigh, each a string in UTF-8 and one byte more. */
  readonly namesBytes: number;
  readonly #slots = new Map<string, number>();
  readonly #longer = new Map<string, Shape>();
  readonly #merges = new Map<Shape, Merge | undefined>();

  private constructor(names: readonly string[]) {
    this.names = names;
    this.paths = names.map((name) => [name]);
    this.namesLength = names.reduce((sum, name) => sum + name.length, 0);
    this.namesBytes = names.reduce((sum, name) => sum + utf8Length(name) + 1, 0);
    for (const [slot, name] of names.entries()) this.#slots.set(name, slot);
  }

  slotOf(name: string): number | undefined {
    return this.#slots.get(name);
  }

  /** The shape with one name more, which it does not have yet; undefined: there are too many. */
  and(name: string): Shape | undefined {
    const known = this.#longer.get(name);
    if (known !== undefined) return known;
    if (shapes >= MOST_SHAPES || this.names.length >= MOST_NAMES) return undefined;
    shapes += 1;
    const longer = new Shape([...this.names, name]);
    this.#longer.set(name, longer);
    return longer;
  }

  /** What setting the other's fields makes of it; undefined: there would be too many shapes. */
  merge(other: Shape): Merge | undefined {
    const known = this.#merges.get(other);
    if (known !== undefined) return known;
    const merge = this.#newMerge(other);
    if (merge !== undefined) this.#merges.set(other, merge);
    return merge;
  }

  #newMerge({ names }: Shape): Merge | undefined {
    const shape = names.reduce<Shape | undefined>(
      (known, name) => (known?.slotOf(name) === undefined ? known?.and(name) : known),
      this,
    );
    return shape && { shape, slots: names.map((name) => shape.slotOf(name) ?? -1) };
  }
}
