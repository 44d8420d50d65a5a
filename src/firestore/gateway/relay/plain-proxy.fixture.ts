import { connect, createServer } from "node:http2";
import type {
  ClientHttp2Session,
  ClientHttp2Stream,
  Http2Server,
  IncomingHttpHeaders,
  ServerHttp2Stream,
} from "node:http2";
import type { Clock } from "../../../std/clock.ts";
import type { Backend } from "../backend.ts";
import { MessageAssembler, encodeMessage } from "../grpc/message-assembler.ts";
import { RESPONSE_HEADERS, trailersOf } from "../grpc/status.ts";
import type { GrpcStatus } from "../grpc/status.ts";
import type { MethodShape, Policy, Ruling } from "../policy/policy.ts";
import { Http1Pass } from "./http1-pass.ts";
import type { Endpoint } from "./relay-connection.ts";

/**
 * The relay's oracle: the same policy on a plain proxy made of node:http2's server and client, message
 * by message. It is slow and simple, and knows nothing of frames.
 */
export function createPlainBackend(clock: Clock, endpoint: Endpoint, policy: Policy): Backend {
  const http1 = new Http1Pass(endpoint);
  const server: Http2Server = createServer();
  const upstreams = new Set<ClientHttp2Session>();
  server.on("session", (session) => {
    const upstream = connect(`http://${endpoint.host}:${endpoint.port}`);
    upstreams.add(upstream);
    upstream.on("error", () => session.destroy());
    upstream.on("close", () => session.destroy());
    session.on("error", () => undefined);
    session.on("close", () => upstream.destroy());
    session.on("stream", (stream, headers) => void proxy(clock, policy, upstream, stream, headers));
  });
  return {
    kind: "embedded",
    description: "plain proxy",
    acceptHttp2: (socket) => void server.emit("connection", socket),
    handleHttp1: (request, response) => http1.pass(request, response),
    close: () => {
      for (const upstream of upstreams) upstream.destroy();
      server.close();
      http1.close();
      return Promise.resolve();
    },
  };
}

async function proxy(
  clock: Clock,
  policy: Policy,
  session: ClientHttp2Session,
  client: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
): Promise<void> {
  const path = String(headers[":path"]);
  const shape = policy.shapeOf(path);
  client.on("error", () => undefined);
  let upstream = openUpstream(session, client, headers);
  const assembler = new MessageAssembler(policy.largestMessageBytes);
  try {
    // Leaving the loop must not destroy the stream: its answer is under way.
    const chunks = client.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    for await (const chunk of chunks) {
      if (shape === undefined) {
        upstream.stream.write(chunk);
        continue;
      }
      for (const { found } of assembler.feed(chunk)) {
        const ruling: Ruling =
          found.kind === "too-large"
            ? { kind: "refuse", delayMs: 0, status: policy.tooLarge(path, found.declaredBytes) }
            : policy.decide(path, found.bytes);
        if (ruling.delayMs > 0) await clock.sleep(ruling.delayMs);
        if (ruling.kind === "pass" && found.kind === "message") {
          upstream.stream.write(encodeMessage(found.bytes));
        } else if (ruling.kind === "answer") {
          respond(client);
          client.write(encodeMessage(ruling.message));
        } else if (ruling.kind === "refuse") {
          upstream.drop();
          refuse(client, shape, ruling.status);
          return;
        } else if (ruling.kind === "replace") {
          upstream.drop();
          if (ruling.forward === undefined) {
            answer(client, ruling.answer(undefined));
            return;
          }
          upstream = openUpstream(session, client, headers, ruling.answer);
          upstream.stream.write(encodeMessage(ruling.forward));
        }
      }
    }
    upstream.stream.end();
  } catch {
    upstream.drop(); // The client broke off.
  }
}

interface Upstream {
  readonly stream: ClientHttp2Stream;
  /** Ends it; nothing more of it goes to the client. */
  drop(): void;
}

function openUpstream(
  session: ClientHttp2Session,
  client: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  change?: (answer: Uint8Array) => Uint8Array,
): Upstream {
  const upstream = session.request({ ...headers });
  let dropped = false;
  let trailers: IncomingHttpHeaders = {};
  const assembler = new MessageAssembler(ANSWER_BYTES_MAX);
  const isDropped = (): boolean => dropped || client.destroyed;
  upstream.on("error", () => undefined);
  upstream.on("response", (fields) => {
    if (client.headersSent || isDropped()) return;
    const isTrailersOnly = fields["grpc-status"] !== undefined;
    client.respond({ ...fields }, isTrailersOnly ? { endStream: true } : { waitForTrailers: true });
  });
  upstream.on("trailers", (fields) => {
    trailers = fields;
  });
  client.on("wantTrailers", () => {
    if (!dropped) client.sendTrailers({ ...trailers });
  });
  upstream.on("data", (chunk: Buffer) => {
    if (isDropped()) return;
    if (change === undefined) {
      client.write(chunk);
      return;
    }
    for (const { found } of assembler.feed(chunk)) {
      if (found.kind === "message") client.write(encodeMessage(change(found.bytes)));
    }
  });
  upstream.on("end", () => {
    if (!isDropped()) client.end();
  });
  client.on("close", () => upstream.close(8));
  return {
    stream: upstream,
    drop: () => {
      dropped = true;
      upstream.close(8);
    },
  };
}

const ANSWER_BYTES_MAX = 64 * 1024 * 1024;

function respond(client: ServerHttp2Stream): void {
  if (client.headersSent) return;
  client.respond(Object.fromEntries(RESPONSE_HEADERS), { waitForTrailers: true });
}

function answer(client: ServerHttp2Stream, message: Uint8Array): void {
  respond(client);
  client.on("wantTrailers", () => client.sendTrailers({ "grpc-status": "0" }));
  client.end(encodeMessage(message));
}

/** Headers first on everything but unary calls, as the relay does it. */
function refuse(client: ServerHttp2Stream, shape: MethodShape, status: GrpcStatus): void {
  const trailers = Object.fromEntries(trailersOf(status));
  if (shape === "unary" && !client.headersSent) {
    client.respond({ ...Object.fromEntries(RESPONSE_HEADERS), ...trailers }, { endStream: true });
    return;
  }
  respond(client);
  client.on("wantTrailers", () => client.sendTrailers(trailers));
  client.end();
}
