import { once } from "node:events";
import { createServer } from "node:http2";
import type {
  Http2Server,
  IncomingHttpHeaders,
  ServerHttp2Session,
  ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import { MessageAssembler, encodeMessage } from "../../grpc/message-assembler.ts";

/** A call as the server behind sees it. */
export interface StubCall {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly messages: string[];
  readonly stream: ServerHttp2Stream;
  requestEnded: boolean;
  /** HTTP/2 error code with which the client, here the relay, ended it. */
  resetCode: number | undefined;
}

/** Told of each message, and at the end of the request (message undefined). */
export type StubBehaviour = (call: StubCall, message: string | undefined) => void;

/** Unary: the answer is "ok " and the message, once the request has ended. */
const ECHO: StubBehaviour = (call, message) => {
  if (message === undefined) reply(call, `ok ${call.messages.join("+").slice(0, 50)}`, "0");
};

export function begin({ stream }: StubCall): void {
  if (stream.headersSent) return;
  stream.respond(
    { ":status": 200, "content-type": "application/grpc", "x-server": "stub", "x-bin": "AQI=" },
    { waitForTrailers: true },
  );
}

export function say(call: StubCall, message: string | Buffer): void {
  begin(call);
  call.stream.write(encodeMessage(Buffer.from(message)));
}

export function end({ stream }: StubCall, status: string): void {
  stream.on("wantTrailers", () =>
    stream.sendTrailers({ "grpc-status": status, "x-trailer": ["one", "two"] }),
  );
  stream.end();
}

export function reply(call: StubCall, message: string | Buffer, status: string): void {
  say(call, message);
  end(call, status);
}

/** A gRPC server on node:http2 that does as it is told and remembers what it was asked. */
export class StubUpstream {
  readonly calls: StubCall[] = [];
  readonly sessions = new Set<ServerHttp2Session>();
  behaviour: StubBehaviour = ECHO;
  readonly #sockets = new Set<Socket>();
  readonly #server: Http2Server;

  private constructor(server: Http2Server) {
    this.#server = server;
    server.on("session", (session) => {
      this.sessions.add(session);
      session.on("close", () => this.sessions.delete(session));
      session.on("error", () => undefined);
    });
    server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
    server.on("sessionError", () => undefined);
    server.on("stream", (stream, headers) => this.#serve(stream, headers));
  }

  static async start(settings: Parameters<typeof createServer>[0] = {}): Promise<StubUpstream> {
    const server = createServer(settings);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new StubUpstream(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends all connections without a word. */
  kill(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.kill();
    await closed;
  }

  #serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const path = String(headers[":path"]);
    const call: StubCall = {
      path,
      headers,
      messages: [],
      stream,
      requestEnded: false,
      resetCode: undefined,
    };
    this.calls.push(call);
    const assembler = new MessageAssembler(16_777_216);
    // Calls of this path only show that what was sent before them has arrived.
    const behaviour: StubBehaviour = (...event) =>
      path === "/t/Other" ? ECHO(...event) : this.behaviour(...event);
    stream.on("error", () => undefined);
    stream.on("data", (chunk: Buffer) => {
      for (const { found } of assembler.feed(chunk)) {
        if (found.kind !== "message") continue;
        const text = found.bytes.toString("latin1");
        call.messages.push(text);
        behaviour(call, text);
      }
    });
    stream.on("end", () => {
      if (stream.destroyed || stream.rstCode !== 0) return;
      call.requestEnded = true;
      behaviour(call, undefined);
    });
    stream.on("close", () => {
      if (stream.rstCode !== 0) call.resetCode = stream.rstCode;
    });
  }
}
