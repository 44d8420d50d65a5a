import { DocumentSecond, type WorstDocument } from "./document-second.ts";

/** One commit, by the time it is counted at. */
interface MeteredCommit {
  readonly atMs: number;
  readonly writes: number;
  readonly paths: readonly string[];
}

const NO_PATHS: readonly string[] = [];

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
  readonly #documents = new DocumentSecond();
  #writes = 0;
  #commits = 0;

  /** `paths`: what was written, one for each write, where the worst document is to be known. */
  record(atMs: number, writes: number, paths = NO_PATHS): void {
    this.#waiting.push({ atMs, writes, paths });
    this.#writes += writes;
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
    return this.#documents.worst;
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
    for (const commit of settled) {
      this.#window.add(commit);
      for (const path of commit.paths) this.#documents.write(path, commit.atMs);
    }
    this.#waitingMax = Math.max(WAITING_MIN, this.#waiting.length * 2);
  }
}

/** The commits of the second up to the last one, which come in order. */
class SlidingSecond {
  #commits: MeteredCommit[] = [];
  /** Position of the oldest commit within the second; what is before it has left. */
  #first = 0;
  #inWindow = 0;
  worstSecond: WorstSecond = { writes: 0, atMs: 0 };

  add(commit: MeteredCommit): void {
    this.#leave(commit.atMs - SECOND_MS);
    this.#commits.push(commit);
    this.#inWindow += commit.writes;
    if (this.#inWindow > this.worstSecond.writes) {
      const atMs = this.#commits[this.#first]?.atMs ?? commit.atMs;
      this.worstSecond = { writes: this.#inWindow, atMs };
    }
  }

  #leave(untilMs: number): void {
    for (
      let oldest = this.#commits[this.#first];
      oldest !== undefined && oldest.atMs <= untilMs;
      oldest = this.#commits[this.#first]
    ) {
      this.#first += 1;
      this.#inWindow -= oldest.writes;
    }
    if (this.#first < WAITING_MIN) return;
    this.#commits = this.#commits.slice(this.#first);
    this.#first = 0;
  }
}
