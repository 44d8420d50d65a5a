/** Something that is to happen at a moment. */
export interface Scheduled<Event> {
  readonly atMs: number;
  /** Tells apart what is to happen at the same moment: first come, first served. */
  readonly order: number;
  /** undefined once it is cancelled. */
  event: Event | undefined;
}

/** Below this many it does not pay to clear out what was cancelled. */
const COMPACTED_FROM = 64;

/**
 * A binary heap of events: the earliest first, those of one moment in the order they came. What is
 * cancelled stays until it comes to the top, or until it is the larger part.
 */
export class EventHeap<Event> {
  #heap: Scheduled<Event>[] = [];
  #orders = 0;
  #cancelled = 0;

  /** Events that are still to happen. */
  get size(): number {
    return this.#heap.length - this.#cancelled;
  }

  push(atMs: number, event: Event): Scheduled<Event> {
    const scheduled = { atMs, order: this.#orders, event };
    this.#orders += 1;
    this.#heap.push(scheduled);
    this.#rise(this.#heap.length - 1);
    return scheduled;
  }

  /** Cancels an event that has not been popped. */
  cancel(scheduled: Scheduled<Event>): void {
    if (scheduled.event === undefined) return;
    scheduled.event = undefined;
    this.#cancelled += 1;
    if (this.#heap.length >= COMPACTED_FROM && this.#cancelled * 2 > this.#heap.length) {
      this.#compact();
    }
  }

  /** The next event; undefined when there is none. */
  peek(): Scheduled<Event> | undefined {
    for (;;) {
      const top = this.#heap[0];
      if (top === undefined || top.event !== undefined) return top;
      this.#removeTop();
      this.#cancelled -= 1;
    }
  }

  /** Takes out the next event; undefined when there is none. */
  pop(): Scheduled<Event> | undefined {
    const top = this.peek();
    if (top !== undefined) this.#removeTop();
    return top;
  }

  /** The events that are still to happen and are as asked for, in the order they came. */
  matching(is: (event: Event) => boolean): readonly Scheduled<Event>[] {
    return this.#heap
      .filter(({ event }) => event !== undefined && is(event))
      .sort((left, right) => left.order - right.order);
  }

  #removeTop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    this.#sink(0);
  }

  #compact(): void {
    this.#heap = this.#heap.filter(({ event }) => event !== undefined);
    this.#cancelled = 0;
    for (let index = (this.#heap.length >> 1) - 1; index >= 0; index -= 1) this.#sink(index);
  }

  #rise(from: number): void {
    const heap = this.#heap;
    const moved = heap[from] as Scheduled<Event>;
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] as Scheduled<Event>;
      if (isBefore(above, moved)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = moved;
  }

  #sink(from: number): void {
    const heap = this.#heap;
    const moved = heap[from] as Scheduled<Event>;
    let index = from;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      const right = heap[child + 1];
      if (right !== undefined && isBefore(right, heap[child] as Scheduled<Event>)) child += 1;
      const below = heap[child] as Scheduled<Event>;
      if (isBefore(moved, below)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = moved;
  }
}

function isBefore(left: Scheduled<unknown>, right: Scheduled<unknown>): boolean {
  return left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order);
}
