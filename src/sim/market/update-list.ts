/** Price updates in the order they were made up: when, and of which symbol. Grows as needed. */
export class UpdateList {
  #timesMs = new Uint32Array(1024);
  #symbolIndexes = new Uint16Array(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(timeMs: number, symbolIndex: number): void {
    if (this.#length === this.#timesMs.length) this.#grow();
    this.#timesMs[this.#length] = timeMs;
    this.#symbolIndexes[this.#length] = symbolIndex;
    this.#length += 1;
  }

  timeMsAt(index: number): number {
    return this.#timesMs[index] ?? 0;
  }

  symbolIndexAt(index: number): number {
    return this.#symbolIndexes[index] ?? 0;
  }

  /** Updates of all symbols in each whole second; the last second may be a part of one. */
  countsPerSecond(durationMs: number): readonly number[] {
    const counts = new Uint32Array(Math.ceil(durationMs / 1000));
    for (let index = 0; index < this.#length; index += 1) {
      const second = Math.floor(this.timeMsAt(index) / 1000);
      counts[second] = (counts[second] ?? 0) + 1;
    }
    return Array.from(counts);
  }

  #grow(): void {
    const timesMs = new Uint32Array(this.#timesMs.length * 2);
    const symbolIndexes = new Uint16Array(timesMs.length);
    timesMs.set(this.#timesMs);
    symbolIndexes.set(this.#symbolIndexes);
    this.#timesMs = timesMs;
    this.#symbolIndexes = symbolIndexes;
  }
}
