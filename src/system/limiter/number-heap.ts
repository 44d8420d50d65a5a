/** A binary min-heap of numbers. */
export class NumberHeap {
  readonly #values: number[] = [];

  get size(): number {
    return this.#values.length;
  }

  /** The least value; Infinity when empty, so that it compares as "never". */
  peek(): number {
    return this.#values[0] ?? Number.POSITIVE_INFINITY;
  }

  push(value: number): void {
    const values = this.#values;
    let index = values.length;
    values.push(value);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = values[parent] as number;
      if (above <= value) break;
      values[index] = above;
      index = parent;
    }
    values[index] = value;
  }

  pop(): void {
    const values = this.#values;
    const moved = values.pop();
    if (moved === undefined || values.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= values.length) break;
      if ((values[child + 1] ?? Number.POSITIVE_INFINITY) < (values[child] as number)) child += 1;
      const below = values[child] as number;
      if (moved <= below) break;
      values[index] = below;
      index = child;
    }
    values[index] = moved;
  }
}
