/** One commit as the server saw it. */
interface MeteredCommit {
  readonly atMs: number;
  readonly writes: number;
}

const SECOND_MS = 1000;

export interface WorstSecond {
  readonly writes: number;
  /** Start of that second, on the clock of the commits. */
  readonly atMs: number;
}

export interface WorstDocument {
  readonly path: string;
  readonly writesInOneSecond: number;
}

/**
 * Counts the writes of commits by their times: the most in any second (a sliding window, not whole
 * seconds of a calendar), and the most to one document.
 */
export class WriteMeter {
  readonly #commits: MeteredCommit[] = [];
  /** Commit times of each document within the last second of its own, oldest first. */
  readonly #recent = new Map<string, number[]>();
  #worstDocument: WorstDocument = { path: "", writesInOneSecond: 0 };
  #writes = 0;

  record(atMs: number, paths: readonly string[]): void {
    this.#commits.push({ atMs, writes: paths.length });
    this.#writes += paths.length;
    for (const path of paths) this.#recordDocument(atMs, path);
  }

  get writes(): number {
    return this.#writes;
  }

  get commits(): number {
    return this.#commits.length;
  }

  worstDocument(): WorstDocument {
    return this.#worstDocument;
  }

  worstSecond(): WorstSecond {
    const commits = [...this.#commits].sort((left, right) => left.atMs - right.atMs);
    let worst: WorstSecond = { writes: 0, atMs: commits[0]?.atMs ?? 0 };
    let inWindow = 0;
    let first = 0;
    for (const commit of commits) {
      inWindow += commit.writes;
      while ((commits[first]?.atMs ?? Infinity) <= commit.atMs - SECOND_MS) {
        inWindow -= commits[first]?.writes ?? 0;
        first += 1;
      }
      if (inWindow > worst.writes) worst = { writes: inWindow, atMs: commits[first]?.atMs ?? 0 };
    }
    return worst;
  }

  #recordDocument(atMs: number, path: string): void {
    const times = this.#recent.get(path) ?? [];
    const kept = times.filter((time) => time > atMs - SECOND_MS);
    kept.push(atMs);
    this.#recent.set(path, kept);
    if (kept.length > this.#worstDocument.writesInOneSecond) {
      this.#worstDocument = { path, writesInOneSecond: kept.length };
    }
  }
}
