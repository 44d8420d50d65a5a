import type { StatusCode } from "../../data/status.ts";

/** What a proxy tells of the calls that pass it. */
export interface RelayEvents {
  /** A call has begun. */
  called(path: string): void;
  /** A call has ended; `by`: whose answer it was. */
  answered(path: string, code: StatusCode, by: "gateway" | "server"): void;
}
