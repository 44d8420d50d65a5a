/** How many keys are kept. Half of them, so 128, tell a median within 5 percentage points. */
const SIZE = 256;
/** How many places are weighed for a split. */
const CANDIDATES = 31;

export interface SplitPoint {
  readonly key: string;
  /** The part of the newer samples that lies before the key. */
  readonly leftShare: number;
}

/** The newest of the keys that were sampled from a range, in the order they were touched. */
export class KeySamples {
  #keys: string[] = [];
  #next = 0;

  get size(): number {
    return this.#keys.length;
  }

  get full(): boolean {
    return this.#keys.length === SIZE;
  }

  add(key: string): void {
    if (this.#keys.length < SIZE) this.#keys.push(key);
    else this.#keys[this.#next] = key;
    this.#next = (this.#next + 1) % SIZE;
  }

  /**
   * The place that divides the newer half of the touches most evenly, chosen among the keys of the
   * older half: what a splitter can know beforehand. Where keys only grow, every newer key lies
   * behind every older one, and the share is 0.
   */
  splitPoint(start: string): SplitPoint | undefined {
    const keys = this.inOrder();
    const middle = keys.length >> 1;
    const older = keys.slice(0, middle).sort(compare);
    const newer = keys.slice(middle).sort(compare);
    let best: SplitPoint | undefined;
    for (let step = 1; step <= CANDIDATES; step += 1) {
      const key = older[Math.floor((step * older.length) / (CANDIDATES + 1))];
      if (key === undefined || key <= start || key === best?.key) continue;
      const leftShare = countBefore(newer, key) / newer.length;
      if (best === undefined || imbalance(leftShare) < imbalance(best.leftShare)) {
        best = { key, leftShare };
      }
    }
    return best;
  }

  /** Gives those from the key on to the other. */
  divide(key: string, other: KeySamples): void {
    const keys = this.inOrder();
    this.#keys = keys.filter((sample) => sample < key);
    this.#next = this.#keys.length % SIZE;
    for (const sample of keys) {
      if (sample >= key) other.add(sample);
    }
  }

  clear(): void {
    this.#keys = [];
    this.#next = 0;
  }

  /** Oldest first. */
  inOrder(): readonly string[] {
    if (this.#keys.length < SIZE) return this.#keys.slice();
    return [...this.#keys.slice(this.#next), ...this.#keys.slice(0, this.#next)];
  }
}

function imbalance(share: number): number {
  return Math.abs(share - 0.5);
}

export function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** How many of the sorted keys come before the key. */
function countBefore(sorted: readonly string[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
