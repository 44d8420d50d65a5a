/** One figure of a benchmark. `target` null: shown, not judged. */
export interface BenchRow {
  readonly name: string;
  readonly figure: number;
  readonly unit: string;
  readonly target: number | null;
  readonly met: boolean | null;
}
