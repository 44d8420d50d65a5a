/**
 * The methods of google.firestore.v1.Firestore as functions of messages in protobuf's encoding, so that
 * gRPC and REST are two carriers of the same service. All throw FirestoreError for what is refused.
 */

/** A call in progress. */
export interface Call {
  /** Aborted when the client is gone or its deadline has passed: nobody waits for an answer. */
  readonly signal: AbortSignal;
}

type UnaryMethod = (request: Uint8Array, call: Call) => Promise<Uint8Array>;

/** The answers are made one by one as the client takes them. */
type ServerStreamMethod = (request: Uint8Array, call: Call) => AsyncIterable<Uint8Array>;

/** Both ways at once. It is over when the promise settles. */
type BidiMethod = (stream: BidiStream) => Promise<void>;

export interface BidiStream extends Call {
  /** What the client sends, one at a time; ends when the client has no more to say. */
  readonly requests: AsyncIterable<Uint8Array>;
  /** Resolves when the client has room for more; rejects when it is gone. */
  send(response: Uint8Array): Promise<void>;
}

export type Method =
  | { readonly kind: "unary"; readonly handle: UnaryMethod }
  | { readonly kind: "server-stream"; readonly handle: ServerStreamMethod }
  | { readonly kind: "bidi"; readonly handle: BidiMethod };

/** By the name in the proto: "Commit", "RunQuery", … */
export type Service = ReadonlyMap<string, Method>;
