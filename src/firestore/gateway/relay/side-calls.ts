import { connect } from "node:http2";
import type { ClientHttp2Session, IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http2";
import { MessageAssembler, encodeMessage } from "../grpc/message-assembler.ts";
import { OK_STATUS, statusOfNumber } from "../grpc/status.ts";
import type { GrpcStatus } from "../grpc/status.ts";
import type { HeaderField } from "../http2/hpack-table.ts";

/** Headers that belong to one connection or one message, and not to the call. */
const NOT_COPIED = new Set(["content-length", "grpc-encoding", "te", "connection"]);

export type SideAnswer =
  | { readonly kind: "message"; readonly bytes: Buffer }
  | { readonly kind: "status"; readonly status: GrpcStatus };

/** Unary calls that the gateway makes by itself, all on one connection to the server behind. */
export class SideCalls {
  readonly #authority: string;
  readonly #largestAnswerBytes: number;
  #session: ClientHttp2Session | undefined;

  /** `authority` is host:port. */
  constructor(authority: string, largestAnswerBytes: number) {
    this.#authority = authority;
    this.#largestAnswerBytes = largestAnswerBytes;
  }

  /** Never rejects: what goes wrong is UNAVAILABLE. An abort cancels the call. */
  call(
    path: string,
    headers: readonly HeaderField[],
    message: Uint8Array,
    signal: AbortSignal,
  ): Promise<SideAnswer> {
    return new Promise((resolve) => {
      const fail = (message: string): void =>
        resolve({ kind: "status", status: { code: "UNAVAILABLE", message } });
      const stream = this.#open().request(copyHeaders(path, headers), { signal });
      const assembler = new MessageAssembler(this.#largestAnswerBytes);
      let bytes: Buffer | undefined;
      let trailers: IncomingHttpHeaders = {};
      stream.on("response", (fields) => {
        if (fields["grpc-status"] !== undefined) trailers = fields;
      });
      stream.on("trailers", (fields) => {
        trailers = fields;
      });
      stream.on("data", (chunk: Buffer) => {
        const found = assembler.feed(chunk)[0]?.found;
        if (found?.kind === "message") bytes = found.bytes;
      });
      stream.on("error", (error) => fail(`The server behind the gateway: ${error.message}`));
      stream.on("close", () => {
        const status = readStatus(trailers);
        if (status.code !== "OK") resolve({ kind: "status", status });
        else if (bytes !== undefined) resolve({ kind: "message", bytes });
        else fail("The server behind the gateway ended the call without an answer.");
      });
      stream.end(encodeMessage(message));
    });
  }

  close(): void {
    this.#session?.destroy();
    this.#session = undefined;
  }

  #open(): ClientHttp2Session {
    const current = this.#session;
    if (current !== undefined && !current.destroyed && !current.closed) return current;
    const session = connect(`http://${this.#authority}`);
    // Each call hears of it by its own stream.
    session.on("error", () => undefined);
    session.unref();
    this.#session = session;
    return session;
  }
}

function copyHeaders(path: string, headers: readonly HeaderField[]): OutgoingHttpHeaders {
  const copied: Record<string, string | string[]> = {};
  for (const [name, value] of headers) {
    if (name.startsWith(":") || NOT_COPIED.has(name)) continue;
    const before = copied[name];
    copied[name] = before === undefined ? value : [before, value].flat();
  }
  return { ...copied, ":method": "POST", ":path": path, te: "trailers" };
}

function readStatus(trailers: IncomingHttpHeaders): GrpcStatus {
  const number = Number(trailers["grpc-status"] ?? 0);
  if (number === 0) return OK_STATUS;
  const text = String(trailers["grpc-message"] ?? "");
  return { code: statusOfNumber(number), message: decodeStatusText(text) };
}

function decodeStatusText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // Not encoded as it should be: better as it is than not at all.
  }
}
