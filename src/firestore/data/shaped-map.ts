import { Shape } from "./shape.ts";
import type { Value } from "./value.ts";

/**
 * A map that shares its names with all others of its shape. A copy costs a small array and no table,
 * which is what makes it worth while: every update of a document copies its fields.
 */
export class ShapedMap implements ReadonlyMap<string, Value> {
  readonly shape: Shape;
  /** The values, in the order of the shape's names. */
  readonly slots: readonly Value[];

  /** The map that these fields were last set in, and what that made of it. */
  #base: ShapedMap | undefined;
  #result: ShapedMap | undefined;

  /** What a reader has made of the fields, to be made once: plain data for a client, say. */
  reading: object | undefined;
  /** The last map on the way to this one that has a reading, as long as this one has none. */
  origin: ShapedMap | undefined;

  constructor(shape: Shape, slots: readonly Value[]) {
    this.shape = shape;
    this.slots = slots;
  }

  get size(): number {
    return this.slots.length;
  }

  get(name: string): Value | undefined {
    const slot = this.shape.slotOf(name);
    return slot === undefined ? undefined : this.slots[slot];
  }

  has(name: string): boolean {
    return this.shape.slotOf(name) !== undefined;
  }

  /**
   * This map with the fields of the other; undefined where that has no shape. The last answer is
   * kept: of one commit, the limits and the database ask the same.
   */
  with(fields: ShapedMap): ShapedMap | undefined {
    if (fields.#base === this) return fields.#result;
    const merge = this.shape.merge(fields.shape);
    if (merge === undefined) return undefined;
    const slots = this.slots.slice();
    for (let index = 0; index < fields.slots.length; index += 1) {
      slots[merge.slots[index] as number] = fields.slots[index] as Value;
    }
    const result = new ShapedMap(merge.shape, slots);
    result.origin = this.reading === undefined ? this.origin : this;
    fields.#base = this;
    fields.#result = result;
    return result;
  }

  forEach(visit: (value: Value, name: string, map: ReadonlyMap<string, Value>) => void): void {
    for (const [name, value] of this) visit(value, name, this);
  }

  *entries(): MapIterator<[string, Value]> {
    const { names } = this.shape;
    for (let slot = 0; slot < names.length; slot += 1) {
      yield [names[slot] as string, this.slots[slot] as Value];
    }
  }

  keys(): MapIterator<string> {
    return this.shape.names.values();
  }

  values(): MapIterator<Value> {
    return this.slots.values();
  }

  [Symbol.iterator](): MapIterator<[string, Value]> {
    return this.entries();
  }
}

/** The fields of an object as a map, its values turned by `turn`. */
export function mapOfObject<T>(
  object: { readonly [name: string]: T },
  turn: (value: T) => Value,
): ReadonlyMap<string, Value> {
  // Not for-in: V8 optimises that for one shape of objects, and here come many.
  const names = Object.keys(object);
  let shape: Shape | undefined = Shape.EMPTY;
  for (const name of names) shape = shape?.and(name);
  const slots = names.map((name) => turn(object[name] as T));
  if (shape !== undefined) return new ShapedMap(shape, slots);
  return new Map(names.map((name, slot) => [name, slots[slot] as Value]));
}

/** A map of one field. */
export function mapOfField(name: string, value: Value): ShapedMap | undefined {
  const shape = Shape.EMPTY.and(name);
  return shape && new ShapedMap(shape, [value]);
}
