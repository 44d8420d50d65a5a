import { constants } from "node:http2";
import type {
  ClientHttp2Session,
  ClientHttp2Stream,
  IncomingHttpHeaders,
  ServerHttp2Stream,
} from "node:http2";
import { BODY_BYTES_MAX } from "../../../firestore/gateway/read-body.ts";
import {
  encodeMessage,
  MessageAssembler,
} from "../../../firestore/gateway/grpc/message-assembler.ts";
import { RESPONSE_HEADERS, statusOfNumber } from "../../../firestore/gateway/grpc/status.ts";
import { ApiError } from "../access/api-error.ts";
import { appliedWrites, documentsIn } from "./answer-counts.ts";
import type { FirestoreCall } from "./firestore-calls.ts";
import { refusedTarget } from "./refused-target.ts";

const HEADERS = Object.fromEntries(RESPONSE_HEADERS);

/** The largest answer that is counted; a longer one passes uncounted. */
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;

/** One gRPC call on its way to the gateway behind and back. */
export class GrpcPass {
  readonly #call: FirestoreCall;
  readonly #client: ServerHttp2Stream;
  readonly #behind: ClientHttp2Session;
  readonly #refuse: (error: ApiError) => void;
  readonly #requests = new MessageAssembler(BODY_BYTES_MAX);
  readonly #answers = new MessageAssembler(ANSWER_BYTES_MAX);
  #isRefused = false;
  #applied: readonly boolean[] | undefined;

  constructor(
    call: FirestoreCall,
    behind: ClientHttp2Session,
    client: ServerHttp2Stream,
    refuse: (error: ApiError) => void,
  ) {
    this.#call = call;
    this.#behind = behind;
    this.#client = client;
    this.#refuse = refuse;
  }

  start(headers: IncomingHttpHeaders): void {
    const { authorization } = this.#call;
    const { authorization: _, ...others } = headers;
    const upstream = this.#behind.request({
      ...others,
      ...(authorization === undefined ? {} : { authorization }),
    });
    this.#watchAnswer(upstream);
    const client = this.#client;
    client.on("data", (chunk: Buffer) => this.#forward(upstream, chunk));
    client.on("end", () => {
      if (!this.#isRefused) upstream.end();
    });
    client.on("close", () => {
      this.#call.end("CANCELLED");
      upstream.close(constants.NGHTTP2_CANCEL);
    });
    upstream.on("drain", () => client.resume());
  }

  /** Every whole message is looked at before it goes on. */
  #forward(upstream: ClientHttp2Stream, chunk: Buffer): void {
    if (this.#isRefused) return;
    try {
      for (const { found } of this.#requests.feed(chunk)) {
        if (found.kind === "too-large") {
          throw new ApiError("INVALID_ARGUMENT", "Request payload size exceeds the limit.");
        }
        if (found.compressed) {
          throw new ApiError("UNIMPLEMENTED", "The rehearsal takes no compressed messages.");
        }
        if (this.#isAdmitted(found.bytes) && !upstream.write(encodeMessage(found.bytes))) {
          this.#client.pause();
        }
      }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#isRefused = true;
      this.#call.end(error.code);
      upstream.close(constants.NGHTTP2_CANCEL);
      this.#refuse(error);
    }
  }

  /** False: the client has been told why not. @throws ApiError where the call is over with it */
  #isAdmitted(message: Buffer): boolean {
    try {
      this.#call.admit(message);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError) || this.#call.method !== "Listen") throw error;
      const answer = refusedTarget(message, error);
      if (answer === undefined) throw error;
      const client = this.#client;
      if (!client.headersSent) client.respond(HEADERS, { waitForTrailers: true });
      client.write(encodeMessage(answer));
      return false;
    }
  }

  #watchAnswer(upstream: ClientHttp2Stream): void {
    const client = this.#client;
    let trailers: IncomingHttpHeaders = {};
    upstream.on("error", () => undefined);
    upstream.on("response", (fields) => {
      if (this.#isGone) return;
      const isAlone = fields["grpc-status"] !== undefined;
      if (isAlone) this.#ended(fields);
      if (client.headersSent) return;
      client.respond({ ...fields }, isAlone ? { endStream: true } : { waitForTrailers: true });
    });
    upstream.on("trailers", (fields) => {
      trailers = fields;
    });
    client.on("wantTrailers", () => {
      if (this.#isRefused) return;
      this.#ended(trailers);
      client.sendTrailers({ ...trailers });
    });
    upstream.on("data", (chunk: Buffer) => {
      if (this.#isGone) return;
      this.#count(chunk);
      if (!client.write(chunk)) upstream.pause();
    });
    client.on("drain", () => upstream.resume());
    upstream.on("end", () => {
      if (!this.#isGone) client.end();
    });
    upstream.on("close", () => {
      // The gateway behind broke off: so does the connection of the client.
      if (!this.#isGone && !client.writableEnded) client.close(constants.NGHTTP2_INTERNAL_ERROR);
    });
  }

  get #isGone(): boolean {
    return this.#isRefused || this.#client.destroyed;
  }

  #count(chunk: Buffer): void {
    const { method } = this.#call;
    for (const { found } of this.#answers.feed(chunk)) {
      if (found.kind !== "message") continue;
      this.#call.read(documentsIn(method, found.bytes));
      if (method === "BatchWrite") this.#applied = appliedWrites(found.bytes);
    }
  }

  #ended(trailers: IncomingHttpHeaders): void {
    this.#call.end(statusOfNumber(Number(trailers["grpc-status"] ?? 2)), this.#applied);
  }
}
