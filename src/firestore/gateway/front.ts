import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import type { IncomingMessage, Server as HttpServer, ServerResponse } from "node:http";
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import type { Clock } from "../../std/clock.ts";
import type { Backend } from "./backend.ts";
import { CLIENT_PREFACE } from "./http2/frame.ts";

/** A connection that has not shown what it speaks by then is closed. */
const FIRST_BYTES_MS_MAX = 10_000;
/** Connections open at once. Node and the emulator behind manage some thousands. */
const CONNECTIONS_MAX = 4096;
/** Node's own default is 16 KiB; a token and a long query string fit. */
const HEADER_BYTES_MAX = 16_384;
const HEADERS_MS_MAX = 30_000;
/** A 10 MiB body at 100 KB/s. */
const REQUEST_MS_MAX = 120_000;
const KEEP_ALIVE_MS = 60_000;
/** A peer that is gone without a word is found out by TCP after some such periods. */
const TCP_KEEP_ALIVE_MS = 60_000;
/** So many first bytes tell the protocols apart. */
const SNIFFED_BYTES = 3;

export interface GatewayOptions {
  readonly clock: Clock;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly backend: Backend;
  /** Answers the gateway's own paths. False: it is none of them. */
  readonly handleOwn: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export interface Gateway {
  readonly host: string;
  readonly port: number;
  /** Ends all connections and the backend. Safe to call more than once. */
  close(): Promise<void>;
}

/** One port for everything. Rejects as node:net does when it cannot listen. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { backend, handleOwn } = options;
  const http = createOwnHttpServer((request, response) => {
    if (!handleOwn(request, response)) backend.handleHttp1(request, response);
  });
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.setKeepAlive(true, TCP_KEEP_ALIVE_MS);
    sniff(options.clock, socket, http, backend);
  });
  server.maxConnections = CONNECTIONS_MAX;
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    const isClosed = once(server, "close");
    server.close();
    await backend.close();
    http.closeAllConnections();
    http.close();
    for (const socket of sockets) socket.destroy();
    await isClosed;
  };
  return { host: options.host, port, close: () => (closed ??= close()) };
}

function createOwnHttpServer(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): HttpServer {
  const server = createHttpServer(
    {
      maxHeaderSize: HEADER_BYTES_MAX,
      headersTimeout: HEADERS_MS_MAX,
      requestTimeout: REQUEST_MS_MAX,
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
    handle,
  );
  // It is never told to listen, which is when it would begin to look for requests that take too long.
  server.emit("listening");
  return server;
}

/** HTTP/2 with prior knowledge begins with "PRI", which no method of HTTP/1.1 does. */
function sniff(clock: Clock, socket: Socket, http: HttpServer, backend: Backend): void {
  const decided = new AbortController();
  let seen: Buffer = Buffer.alloc(0);
  const onData = (chunk: Buffer): void => {
    seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk]);
    if (seen.length < SNIFFED_BYTES) return;
    done();
    socket.pause();
    socket.unshift(seen);
    const isHttp2 = CLIENT_PREFACE.subarray(0, SNIFFED_BYTES).equals(
      seen.subarray(0, SNIFFED_BYTES),
    );
    if (isHttp2) {
      // It takes up the socket by itself: flowing already, the first bytes could be lost.
      backend.acceptHttp2(socket);
      return;
    }
    http.emit("connection", socket);
    socket.resume();
  };
  const onError = (): void => void socket.destroy();
  const onClose = (): void => decided.abort();
  const done = (): void => {
    decided.abort();
    socket.removeListener("data", onData);
    socket.removeListener("close", onClose);
    socket.removeListener("error", onError);
  };
  socket.on("data", onData);
  socket.on("error", onError);
  socket.on("close", onClose);
  clock.sleep(FIRST_BYTES_MS_MAX, decided.signal).then(
    () => socket.destroy(),
    () => undefined, // The protocol is known, or the client is gone.
  );
}

async function listen(server: Server, { host, port }: GatewayOptions): Promise<void> {
  server.listen({ host, port });
  // Rejects when "error" comes first.
  await once(server, "listening");
}
