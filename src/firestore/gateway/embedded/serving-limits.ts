import { LIMITS } from "../../limits/limits.ts";

/**
 * What the server holds at most for clients that do not behave. Every one is far above what SDKs need,
 * and none is Firestore's own but the first.
 */
export interface ServingLimits {
  /** A request on the wire. Production's own limit. */
  readonly requestBytes: number;
  /** Of all requests in progress, arrived whole or in part, together. */
  readonly receivingBytes: number;
  /** Of all answers that clients have not taken, beside what Node and the system hold, together. */
  readonly sendingBytes: number;
  /** Calls in progress, of all connections. A half-open stream costs about 10 KB. */
  readonly openCalls: number;
  /** Calls in progress of one connection; SDKs put 100 on one and then open another. */
  readonly callsPerConnection: number;
  readonly connections: number;
  /** How long a call may wait for its first whole message. */
  readonly requestWaitMs: number;
  /** Changes that wait for a Listen stream's client to take them, beside first snapshots. */
  readonly queuedChanges: number;
  /** Targets of one Listen stream. */
  readonly targetsPerStream: number;
}

export const SERVING_LIMITS: ServingLimits = {
  requestBytes: LIMITS["request-size"].value,
  receivingBytes: 512 * 1024 * 1024,
  sendingBytes: 512 * 1024 * 1024,
  openCalls: 20_000,
  callsPerConnection: 1_000,
  connections: 10_000,
  // Production's default deadline of a call (firestore-facts 1.5).
  requestWaitMs: 60_000,
  queuedChanges: 50_000,
  targetsPerStream: 1_000,
};
