import type { StatusCode } from "../../../firestore/data/status.ts";

/** What a call is answered with instead. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: Exclude<StatusCode, "OK">;

  constructor(code: Exclude<StatusCode, "OK">, message: string) {
    super(message);
    this.code = code;
  }
}
