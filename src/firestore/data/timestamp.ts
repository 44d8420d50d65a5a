/** A moment as Firestore keeps it: whole seconds since 1970 UTC and nanoseconds in [0, 1e9). */
export class Timestamp {
  readonly seconds: number;
  readonly nanos: number;

  constructor(seconds: number, nanos: number) {
    this.seconds = seconds;
    this.nanos = nanos;
  }

  static fromMillis(wallMs: number): Timestamp {
    const seconds = Math.floor(wallMs / 1000);
    return new Timestamp(seconds, Math.round((wallMs - seconds * 1000) * 1e6));
  }

  /** Negative when this is earlier, 0 when equal, positive when later. */
  compareTo(other: Timestamp): number {
    return this.seconds - other.seconds || this.nanos - other.nanos;
  }

  /** Milliseconds since 1970 UTC, with the part below a millisecond as a fraction. */
  toMillis(): number {
    return this.seconds * 1000 + this.nanos / 1e6;
  }
}
