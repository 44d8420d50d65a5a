import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Clock } from "../../../std/clock.ts";
import type { Backend } from "../backend.ts";
import type { Policy } from "../policy/policy.ts";
import type { RelayContext } from "./calls.ts";
import { Http1Relay } from "./http1-relay.ts";
import { RelayConnection } from "./relay-connection.ts";
import type { Endpoint } from "./relay-connection.ts";
import type { RelayEvents } from "./relay-events.ts";
import { SideCalls } from "./side-calls.ts";

const SWEEP_PERIOD_MS = 5_000;

/** Of an answer that the gateway has to read whole. Firestore's are below the limit for requests. */
const ANSWER_BYTES_MAX = 16_777_216;

export interface RelayOptions {
  readonly clock: Clock;
  /** Where the server behind listens, in clear text. */
  readonly endpoint: Endpoint;
  /** What it is: "official Firestore emulator 1.19.9 (…)". */
  readonly description: string;
  readonly policy: Policy;
  readonly events: RelayEvents;
  /** Told of faults of ours, which end the connection they happen on and no more. */
  readonly onFault: (error: unknown) => void;
  /** Default: true. See RelayContext. */
  readonly headersFirst?: boolean;
}

/**
 * A backend that passes everything on to another process, the official emulator. Calls over HTTP/2
 * go frame by frame and unchanged but for what the policy decides; everything else end to end is
 * between the client and that process: headers, flow control, tokens, and so the security rules.
 */
export function createRelayBackend(options: RelayOptions): Backend {
  const { clock, endpoint, policy, events, onFault, headersFirst = true } = options;
  const authority = `${endpoint.host}:${endpoint.port}`;
  const side = new SideCalls(authority, ANSWER_BYTES_MAX);
  const memory = { keptBytes: 0 };
  const context: RelayContext = { policy, clock, events, onFault, side, memory, headersFirst };
  const http1 = new Http1Relay(context, endpoint);
  const connections = new Set<RelayConnection>();
  const closing = new AbortController();
  void sweepRegularly(clock, connections, closing.signal);
  return {
    kind: "emulator",
    description: options.description,
    acceptHttp2: (socket: Socket) => {
      const connection = new RelayConnection(context, socket, endpoint);
      connections.add(connection);
      void connection.closed.then(() => connections.delete(connection));
    },
    handleHttp1: (request: IncomingMessage, response: ServerResponse) =>
      http1.handle(request, response),
    close: async () => {
      closing.abort();
      const closed = [...connections].map((connection) => connection.closed);
      for (const connection of connections) connection.destroy();
      side.close();
      http1.close();
      await Promise.all(closed);
    },
  };
}

async function sweepRegularly(
  clock: Clock,
  connections: ReadonlySet<RelayConnection>,
  closing: AbortSignal,
): Promise<void> {
  for (;;) {
    const isClosing = await clock.sleep(SWEEP_PERIOD_MS, closing).then(
      () => false,
      () => true, // The sleep was cut short by `close`.
    );
    if (isClosing) return;
    for (const connection of connections) connection.sweep(clock.monotonicMs());
  }
}
