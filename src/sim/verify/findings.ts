/** Examples of faults kept for the report; the count goes on. */
const EXAMPLES = 5;

/** How many things were looked at, and what was wrong with some of them. */
export class Findings {
  #checked = 0;
  #faults = 0;
  readonly #examples: string[] = [];

  saw(): void {
    this.#checked += 1;
  }

  fault(description: string): void {
    this.#faults += 1;
    if (this.#examples.length < EXAMPLES) this.#examples.push(description);
  }

  get checked(): number {
    return this.#checked;
  }

  get faults(): number {
    return this.#faults;
  }

  get examples(): readonly string[] {
    return this.#examples;
  }
}
