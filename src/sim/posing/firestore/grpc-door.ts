import { connect, createServer } from "node:http2";
import type {
  ClientHttp2Session,
  Http2Server,
  IncomingHttpHeaders,
  ServerHttp2Session,
  ServerHttp2Stream,
} from "node:http2";
import type { Socket } from "node:net";
import type { FirestoreError } from "../../../firestore/data/status.ts";
import { RESPONSE_HEADERS, trailersOf } from "../../../firestore/gateway/grpc/status.ts";
import {
  DECIDED_METHODS,
  FIRESTORE_METHODS,
  methodOf,
} from "../../../firestore/gateway/policy/firestore-methods.ts";
import { ApiError } from "../access/api-error.ts";
import type { FirestoreCalls } from "./firestore-calls.ts";
import { GrpcPass } from "./grpc-pass.ts";

/** As the embedded server's (src/firestore/gateway/embedded/serving-limits.ts). */
const CALLS_PER_CONNECTION = 1000;
const STREAM_WINDOW_BYTES = 1024 * 1024;

/** Where the gateway listens, on this machine. */
export interface Inner {
  readonly host: string;
  readonly port: number;
}

/** Firestore over gRPC: looks at who calls, and passes calls on to the gateway behind. */
export class GrpcDoor {
  readonly #server: Http2Server;
  readonly #calls: FirestoreCalls;
  readonly #inner: Inner;
  readonly #sessions = new Set<ServerHttp2Session>();

  constructor(calls: FirestoreCalls, inner: Inner) {
    this.#calls = calls;
    this.#inner = inner;
    this.#server = createServer({
      settings: {
        maxConcurrentStreams: CALLS_PER_CONNECTION,
        initialWindowSize: STREAM_WINDOW_BYTES,
      },
    });
    this.#server.on("session", (session) => this.#opened(session));
    // A connection that breaks, or was never HTTP/2, is the client's business.
    this.#server.on("sessionError", () => undefined);
  }

  accept(socket: Socket): void {
    socket.on("error", () => undefined);
    this.#server.emit("connection", socket);
  }

  close(): void {
    for (const session of this.#sessions) session.destroy();
    this.#server.close();
  }

  /** Each client's connection has one of its own behind it. */
  #opened(session: ServerHttp2Session): void {
    const { host, port } = this.#inner;
    const behind = connect(`http://${host}:${port}`);
    this.#sessions.add(session);
    behind.on("error", () => session.destroy());
    behind.on("close", () => session.destroy());
    session.on("error", () => undefined);
    session.on("close", () => {
      this.#sessions.delete(session);
      behind.destroy();
    });
    session.on("stream", (stream, headers) => this.#serve(session, behind, stream, headers));
  }

  #serve(
    session: ServerHttp2Session,
    behind: ClientHttp2Session,
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
  ): void {
    stream.on("error", () => undefined);
    const path = headers[":path"] ?? "";
    const method = methodOf(path);
    if (!FIRESTORE_METHODS.has(method)) {
      refuse(stream, method, new ApiError("UNIMPLEMENTED", `Method not found: ${path.slice(1)}`));
      return;
    }
    const fault = this.#calls.fault(method);
    if (fault === "drop") {
      session.destroy();
      return;
    }
    try {
      if (fault === "unavailable") {
        throw new ApiError("UNAVAILABLE", "The service is currently unavailable.");
      }
      const call = this.#calls.open(method, headers.authorization);
      new GrpcPass(call, behind, stream, (error) => refuse(stream, method, error)).start(headers);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#calls.refused(method, error.code);
      refuse(stream, method, error);
    }
  }
}

/** Ends a call with a status. Headers first on all but unary calls, as the gateway does it. */
function refuse(stream: ServerHttp2Stream, method: string, error: ApiError | FirestoreError): void {
  if (stream.destroyed || stream.closed) return;
  const trailers = Object.fromEntries(trailersOf(error));
  const headers = Object.fromEntries(RESPONSE_HEADERS);
  stream.resume(); // What the client still sends is thrown away, so that it gets to the answer.
  if (!stream.headersSent && DECIDED_METHODS.get(method) === "unary") {
    stream.respond({ ...headers, ...trailers }, { endStream: true });
    return;
  }
  if (!stream.headersSent) stream.respond(headers, { waitForTrailers: true });
  stream.removeAllListeners("wantTrailers");
  stream.on("wantTrailers", () => stream.sendTrailers(trailers));
  stream.end();
}
