/** So many are remembered: frames for a stream that has ended may be under way for a round trip. */
const KEPT = 1024;

/** The streams that the gateway has lately ended at the server's end. */
export class RecentStreams {
  readonly #ids = new Set<number>();

  add(id: number): void {
    this.#ids.add(id);
    if (this.#ids.size <= KEPT) return;
    for (const oldest of this.#ids) {
      this.#ids.delete(oldest);
      return;
    }
  }

  has(id: number): boolean {
    return this.#ids.has(id);
  }
}
