/** What the command line writes to: process.stdout, process.stderr or a test's list. */
export interface TextStream {
  /** Whether a person watches: a terminal that can move its cursor. */
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}
