import {
  connect,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
} from "node:http2";
import { framed } from "./grpc/message-parser.ts";
import { messageType, type MessageName } from "../../wire/protos.ts";

/** A gRPC client that can misbehave: frames, headers and reading are the test's to choose. */
export interface RawCall {
  readonly stream: ClientHttp2Stream;
  /** Messages that arrived. */
  readonly messages: Buffer[];
  /** Settles when the stream is closed, however. */
  readonly closed: Promise<Outcome>;
}

export interface Outcome {
  /** grpc-status; undefined when none came. */
  readonly status: number | undefined;
  readonly message: string;
  /** Whether the status came in headers of its own, after the initial ones. */
  readonly headersFirst: boolean;
  /** The headers that carried the status. */
  readonly trailers: IncomingHttpHeaders;
  readonly httpStatus: number | undefined;
  readonly messages: readonly Buffer[];
}

export function openSession(port: number): ClientHttp2Session {
  // Node gives up a call whose headers come while more than this (in MB) waits to be sent.
  const session = connect(`http://127.0.0.1:${port}`, { maxSessionMemory: 1000 });
  session.on("error", () => undefined);
  return session;
}

export function openCall(
  session: ClientHttp2Session,
  method: string,
  headers: IncomingHttpHeaders = {},
): RawCall {
  const stream = session.request({
    ":method": "POST",
    ":path": `/google.firestore.v1.Firestore/${method}`,
    "content-type": "application/grpc",
    te: "trailers",
    authorization: "Bearer owner",
    ...headers,
  });
  const messages: Buffer[] = [];
  let initial: IncomingHttpHeaders = {};
  let trailers: IncomingHttpHeaders | undefined;
  let rest = Buffer.alloc(0);
  stream.on("response", (received) => {
    initial = received;
  });
  stream.on("trailers", (received) => {
    trailers = received;
  });
  stream.on("data", (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 5 && rest.length >= 5 + rest.readUInt32BE(1)) {
      const end = 5 + rest.readUInt32BE(1);
      messages.push(rest.subarray(5, end));
      rest = rest.subarray(end);
    }
  });
  stream.on("error", () => undefined);
  // As SDKs do, it has nothing more to say once it has the status.
  stream.on("end", () => stream.end());
  const closed = new Promise<Outcome>((resolve) => {
    stream.on("close", () => {
      const source = trailers ?? initial;
      const status = source["grpc-status"];
      resolve({
        status: status === undefined ? undefined : Number(status),
        message: decodeURIComponent(String(source["grpc-message"] ?? "")),
        trailers: source,
        headersFirst: trailers !== undefined,
        httpStatus: initial[":status"] === undefined ? undefined : Number(initial[":status"]),
        messages,
      });
    });
  });
  return { stream, messages, closed };
}

/** One call from beginning to end. */
export function call(
  session: ClientHttp2Session,
  method: string,
  message: Uint8Array,
  headers: IncomingHttpHeaders = {},
): Promise<Outcome> {
  const { stream, closed } = openCall(session, method, headers);
  stream.end(framed(message));
  return closed;
}

export function encode(name: MessageName, object: Readonly<Record<string, unknown>>): Buffer {
  const type = messageType(name);
  return Buffer.from(type.encode(type.fromObject(object)).finish());
}

export function decode(name: MessageName, bytes: Uint8Array | undefined): Record<string, unknown> {
  const type = messageType(name);
  return type.toObject(type.decode(bytes ?? new Uint8Array()), { longs: String, enums: String });
}

/** Resolves when the condition holds; looks again whenever this process has had its turn. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise((resolve) => {
      setTimeout(resolve, 1);
    });
  }
}
