/** How the waits between tries grow. */
export interface BackOff {
  /** The longest first wait. */
  readonly baseMs: number;
  /** Each further wait is at most this many times the one before. */
  readonly factor: number;
  /** No wait is longer. */
  readonly capMs: number;
}

/**
 * How long to wait after so many failed tries: exponential with equal jitter, which is at least
 * half of the ceiling, so that those who failed together do not come back together and none comes
 * back at once. `draw` is a random number in [0, 1).
 */
export function equalJitterBackOffMs(backOff: BackOff, failures: number, draw: number): number {
  const ceilingMs = Math.min(backOff.capMs, backOff.baseMs * backOff.factor ** (failures - 1));
  return ceilingMs * (0.5 + draw / 2);
}
