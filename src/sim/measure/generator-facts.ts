/** How it went for a load generator that is a program of its own. */
export interface GeneratorFacts {
  /** "k6 v2.2.0". */
  readonly name: string;
  readonly processes: number;
  /**
   * Processor time that they took in the phase, and the time over which it was looked at; null where
   * the system does not tell.
   */
  readonly processor: { readonly usedMs: number; readonly overMs: number } | null;
  /** Arrivals it was given, and those it told the end of. */
  readonly arrivals: number;
  readonly answered: number;
  /** What it did not do as it should, in sentences; empty when all went well. */
  readonly faults: readonly string[];
}
