import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/**
 * What answers behind the gateway's port. The front (one port for everything) tells the protocols
 * apart by the first bytes of a connection, serves its own /plimsoll/ and /metrics paths, and hands
 * everything else on. Limits are the backend's to apply, by the Admission it was made with: one
 * backend relays bytes to another process, the other is the embedded engine.
 */
export interface Backend {
  /** "embedded" engine, or the "emulator" of another process. */
  readonly kind: "embedded" | "emulator";
  /** What it is, with version and place. */
  readonly description: string;
  /** A connection that speaks HTTP/2 with prior knowledge; nothing of it has been consumed. */
  acceptHttp2(socket: Socket): void;
  /** A request of HTTP/1.1 that is not the gateway's own. */
  handleHttp1(request: IncomingMessage, response: ServerResponse): void;
  /** Ends all connections and what was started for them. Safe to call more than once. */
  close(): Promise<void>;
}
