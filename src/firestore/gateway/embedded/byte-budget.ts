import { FirestoreError } from "../../data/status.ts";

/** Bytes that the server holds for its clients, of all calls together. */
export class ByteBudget {
  readonly #limitBytes: number;
  readonly #refusal: string;
  #heldBytes = 0;

  /** `refusal` is what a client is told whose bytes would be too many. */
  constructor(limitBytes: number, refusal: string) {
    this.#limitBytes = limitBytes;
    this.#refusal = refusal;
  }

  /** @throws FirestoreError RESOURCE_EXHAUSTED */
  hold(bytes: number): void {
    if (this.#heldBytes + bytes > this.#limitBytes) {
      throw new FirestoreError("RESOURCE_EXHAUSTED", this.#refusal);
    }
    this.#heldBytes += bytes;
  }

  release(bytes: number): void {
    this.#heldBytes -= bytes;
  }
}
