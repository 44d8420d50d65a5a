import type { Clock } from "../../std/clock.ts";
import type { Micros } from "./micros.ts";

/**
 * Gives out the database's times. A commit comes after every commit and every read before it, so
 * that what a read saw at its time stays true; it runs ahead of the clock only while the clock
 * stands still, by one microsecond a commit.
 */
export class CommitTimes {
  readonly #clock: Clock;
  #latest: Micros = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The time of the clock, and not before any time given out. Nothing else will be written at it. */
  forRead(): Micros {
    this.#latest = Math.max(this.#latest, this.now());
    return this.#latest;
  }

  /** The time that a commit would have now. It counts as given out when `commitAt` is told. */
  nextCommit(): Micros {
    return Math.max(this.#latest + 1, this.now());
  }

  commitAt(micros: Micros): void {
    this.#latest = Math.max(this.#latest, micros);
  }

  /** The clock's time. */
  now(): Micros {
    return Math.floor(this.#clock.wallMs() * 1000);
  }
}
