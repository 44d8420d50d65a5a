/** Thrown when the program itself is wrong. A run in which one is thrown is void. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

/**
 * States something that must hold whatever the input. For faults of the operator or of the
 * database use a UserError or a returned value instead.
 */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}
