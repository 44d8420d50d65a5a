import type { GrpcStatus } from "../grpc/status.ts";

/**
 * Decides over the calls that pass a proxy. The proxies (the frame relay, and the plain one that
 * tests it) know gRPC's framing and nothing of Firestore; a policy knows Firestore and nothing of
 * connections.
 */
export interface Policy {
  /** Undefined: calls of this method pass untouched and unread. */
  shapeOf(path: string): MethodShape | undefined;
  /**
   * Asked once for each message that a client has sent whole, in order. Never throws: what it
   * cannot read passes, for the server behind to refuse in its own words.
   */
  decide(path: string, message: Uint8Array): Ruling;
  /** The longest message that is read; what is longer gets this status without being forwarded. */
  readonly largestMessageBytes: number;
  tooLarge(path: string, messageBytes: number): GrpcStatus;
}

export type MethodShape =
  /** One message, one answer. */
  | "unary"
  /** One message, many answers: an error comes after initial headers of its own. */
  | "server-stream"
  /** Messages both ways; each of the client's is decided by itself, and answered by one. */
  | "bidi"
  /** Messages both ways, not paired; one can be answered without being forwarded. */
  | "bidi-unpaired";

/** `delayMs`: how long the message is held first. */
export type Ruling =
  | { readonly kind: "pass"; readonly delayMs: number }
  | { readonly kind: "refuse"; readonly delayMs: number; readonly status: GrpcStatus }
  /** Answer with this message in the server's place; of a stream, it goes on. */
  | { readonly kind: "answer"; readonly delayMs: number; readonly message: Uint8Array }
  /** Forward another message in its place, if any, and make the answer from the server's. */
  | {
      readonly kind: "replace";
      readonly delayMs: number;
      readonly forward: Uint8Array | undefined;
      /** Gets the server's answer, or undefined where nothing was forwarded. */
      readonly answer: (answer: Uint8Array | undefined) => Uint8Array;
    };

export const PASS: Ruling = { kind: "pass", delayMs: 0 };
