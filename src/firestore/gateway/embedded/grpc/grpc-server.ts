import {
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { Socket } from "node:net";
import { FirestoreError } from "../../../data/status.ts";
import type { Method, Service } from "../rpc.ts";
import { GrpcCall, type CallSurroundings } from "./grpc-call.ts";

const PATH = /^\/google\.firestore\.v1\.Firestore\/([A-Za-z]+)$/;

/** Never called: the server refuses the call itself. */
const UNKNOWN: Method = { kind: "unary", handle: () => Promise.resolve(new Uint8Array()) };

/** How often calls are looked through for those that wait too long, in the time they may wait. */
const SWEEPS_PER_WAIT = 12;

/** Given to Node, in MB: what one connection may have waiting to be sent. */
const SESSION_MEMORY_MB = 64;

/** A window as large as a request, so that large ones need no round trips; a stream's is smaller. */
const CONNECTION_WINDOW_BYTES = 16 * 1024 * 1024;
const STREAM_WINDOW_BYTES = 1024 * 1024;

/**
 * The service over gRPC: HTTP/2 by Node, gRPC's framing by GrpcCall. @grpc/grpc-js is not used, since
 * it hides what this server must decide: headers before errors, what is held for slow clients, and
 * when a message is too large (docs/gateway.md).
 */
export class GrpcServer {
  readonly #http2: Http2Server;
  readonly #service: Service;
  readonly #surroundings: CallSurroundings;
  readonly #sessions = new Set<ServerHttp2Session>();
  /** Calls that have not sent a whole message, oldest first, and since when. */
  readonly #waiting = new Map<GrpcCall, number>();
  readonly #closing = new AbortController();
  #openCalls = 0;

  constructor(service: Service, surroundings: CallSurroundings) {
    this.#service = service;
    this.#surroundings = surroundings;
    this.#http2 = createServer({
      maxSessionMemory: SESSION_MEMORY_MB,
      settings: {
        maxConcurrentStreams: surroundings.limits.callsPerConnection,
        initialWindowSize: STREAM_WINDOW_BYTES,
      },
    });
    this.#http2.on("session", (session) => this.#opened(session));
    this.#http2.on("stream", (stream, headers) => this.#serve(stream, headers));
    // A connection that breaks, or was never HTTP/2, is the client's business.
    this.#http2.on("sessionError", () => undefined);
    void this.#sweep();
  }

  accept(socket: Socket): void {
    if (
      this.#closing.signal.aborted ||
      this.#sessions.size >= this.#surroundings.limits.connections
    ) {
      socket.destroy();
      return;
    }
    socket.on("error", () => undefined);
    this.#http2.emit("connection", socket);
  }

  close(): void {
    this.#closing.abort(new FirestoreError("UNAVAILABLE", "The server is closing."));
    for (const session of this.#sessions) session.destroy();
    this.#http2.close();
  }

  #opened(session: ServerHttp2Session): void {
    this.#sessions.add(session);
    session.setLocalWindowSize(CONNECTION_WINDOW_BYTES);
    session.on("error", () => undefined);
    session.on("close", () => this.#sessions.delete(session));
  }

  #serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    stream.on("error", () => undefined);
    const type = headers["content-type"] ?? "";
    if (headers[":method"] !== "POST" || !type.startsWith("application/grpc")) {
      stream.respond({ ":status": 415 }, { endStream: true });
      return;
    }
    const name = PATH.exec(headers[":path"] ?? "")?.[1] ?? "";
    const call = new GrpcCall(stream, this.#service.get(name) ?? UNKNOWN, this.#surroundings);
    this.#openCalls += 1;
    this.#waiting.set(call, this.#surroundings.clock.monotonicMs());
    stream.once("close", () => {
      this.#openCalls -= 1;
      this.#waiting.delete(call);
    });
    call.start(headers);
    if (!this.#service.has(name)) {
      call.fail(
        new FirestoreError("UNIMPLEMENTED", `Method not found: ${headers[":path"]?.slice(1)}`),
      );
    } else if (this.#openCalls > this.#surroundings.limits.openCalls) {
      call.fail(new FirestoreError("RESOURCE_EXHAUSTED", "Too many calls at once."));
    }
  }

  async #sweep(): Promise<void> {
    const { clock, limits } = this.#surroundings;
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await clock.sleep(limits.requestWaitMs / SWEEPS_PER_WAIT, signal).catch(() => undefined);
      const since = clock.monotonicMs() - limits.requestWaitMs;
      for (const [call, openedMs] of this.#waiting) {
        if (call.hasRequest) this.#waiting.delete(call);
        else if (openedMs > since) break;
        else {
          this.#waiting.delete(call);
          call.fail(new FirestoreError("DEADLINE_EXCEEDED", "No whole request arrived in time."));
        }
      }
    }
  }
}
