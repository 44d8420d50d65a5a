/** A recorded market that cannot be used. The command line answers it with exit code 2. */
export class MarketFileError extends Error {
  override readonly name = "MarketFileError";
  /** What to do about it. */
  readonly hint: string;

  constructor(message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.hint = hint;
  }
}
