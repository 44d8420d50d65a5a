/** Lets at most `limit` holders through at a time; others queue in order. */
export class Gate {
  readonly #limit: number;
  #held = 0;
  readonly #queue: (() => void)[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  async enter(): Promise<void> {
    if (this.tryEnter()) return;
    // The leaver hands its place over, so #held stays as it is.
    await new Promise<void>((admit) => this.#queue.push(admit));
  }

  /** Enters when there is a place free. False: queue for it with `enter`. */
  tryEnter(): boolean {
    if (this.#held >= this.#limit) return false;
    this.#held += 1;
    return true;
  }

  leave(): void {
    const next = this.#queue.shift();
    if (next === undefined) this.#held -= 1;
    else next();
  }
}
