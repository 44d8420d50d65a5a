/** One commit, by the time it is counted at. */
interface MeteredCommit {
  readonly atMs: number;
  readonly paths: readonly string[];
}

const SECOND_MS = 1000;

/**
 * Commits are told of when they have ended, which is not the order they were sent in. One that
 * took longer than this is counted a little late; every deadline in the service is shorter.
 */
const DISORDER_MS = 120_000;

/** Commits waiting to be brought into order at least, so that sorting them stays cheap. */
const WAITING_MIN = 4096;

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
 * seconds of a calendar), and the most to one document. Keeps the last minutes only, so a long run
 * needs no more memory than a short one. Ask for the worst once all is recorded.
 */
export class WriteMeter {
  #waiting: MeteredCommit[] = [];
  #waitingMax = WAITING_MIN;
  #newestMs = -Infinity;
  readonly #window = new SlidingSecond();
  #writes = 0;
  #commits = 0;

  record(atMs: number, paths: readonly string[]): void {
    this.#waiting.push({ atMs, paths });
    this.#writes += paths.length;
    this.#commits += 1;
    this.#newestMs = Math.max(this.#newestMs, atMs);
    if (this.#waiting.length > this.#waitingMax) this.#settle(this.#newestMs - DISORDER_MS);
  }

  get writes(): number {
    return this.#writes;
  }

  get commits(): number {
    return this.#commits;
  }

  worstDocument(): WorstDocument {
    this.#settle(Infinity);
    return this.#window.worstDocument;
  }

  worstSecond(): WorstSecond {
    this.#settle(Infinity);
    return this.#window.worstSecond;
  }

  /** Slides over the commits up to a time, before which no more are expected. */
  #settle(untilMs: number): void {
    this.#waiting.sort((left, right) => left.atMs - right.atMs);
    const first = this.#waiting.findIndex(({ atMs }) => atMs > untilMs);
    const settled = this.#waiting.splice(0, first === -1 ? this.#waiting.length : first);
    for (const commit of settled) this.#window.add(commit);
    this.#waitingMax = Math.max(WAITING_MIN, this.#waiting.length * 2);
  }
}

/** The commits of the second up to the last one, which come in order. */
class SlidingSecond {
  #commits: MeteredCommit[] = [];
  /** Position of the oldest commit within the second; what is before it has left. */
  #first = 0;
  #inWindow = 0;
  readonly #documents = new Map<string, number>();
  worstSecond: WorstSecond = { writes: 0, atMs: 0 };
  worstDocument: WorstDocument = { path: "", writesInOneSecond: 0 };

  add(commit: MeteredCommit): void {
    this.#leave(commit.atMs - SECOND_MS);
    this.#commits.push(commit);
    this.#inWindow += commit.paths.length;
    for (const path of commit.paths) this.#write(path);
    if (this.#inWindow > this.worstSecond.writes) {
      const atMs = this.#commits[this.#first]?.atMs ?? commit.atMs;
      this.worstSecond = { writes: this.#inWindow, atMs };
    }
  }

  #write(path: string): void {
    const writes = (this.#documents.get(path) ?? 0) + 1;
    this.#documents.set(path, writes);
    if (writes > this.worstDocument.writesInOneSecond) {
      this.worstDocument = { path, writesInOneSecond: writes };
    }
  }

  #leave(untilMs: number): void {
    for (
      let oldest = this.#commits[this.#first];
      oldest !== undefined && oldest.atMs <= untilMs;
      oldest = this.#commits[this.#first]
    ) {
      this.#first += 1;
      this.#inWindow -= oldest.paths.length;
      for (const path of oldest.paths) this.#unwrite(path);
    }
    if (this.#first < WAITING_MIN) return;
    this.#commits = this.#commits.slice(this.#first);
    this.#first = 0;
  }

  #unwrite(path: string): void {
    const writes = (this.#documents.get(path) ?? 0) - 1;
    if (writes > 0) this.#documents.set(path, writes);
    else this.#documents.delete(path);
  }
}
