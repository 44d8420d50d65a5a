import type { IncomingMessage, ServerResponse } from "node:http";
import { FirestoreError } from "../../../data/status.ts";
import type { Engine } from "../../../engine/engine.ts";
import { PRODUCTION_ERRORS } from "../../../limits/production-errors.ts";
import { transcode, type TranscodedRequest } from "../../../wire/rest/transcode.ts";
import { sendRestError } from "../../rest-error.ts";
import type { CallSurroundings } from "../grpc/grpc-call.ts";
import type { Service } from "../rpc.ts";
import { answerEmulatorRequest } from "./emulator-endpoints.ts";
import { RefusedError } from "../service/refused-error.ts";
import { allowOrigin, errorBody, sendJson } from "./json-response.ts";

/** JSON writes a message with more bytes than protobuf, by about this factor at most for bytes. */
const JSON_FACTOR = 2;

const WEB_CHANNEL = /^\/google\.firestore\.v1\.Firestore\/(Listen|Write)\/channel/;

/** The service over HTTP/1.1 and JSON, and the emulator's endpoints that set-ups of tests call. */
export class RestServer {
  readonly #service: Service;
  readonly #engine: Engine;
  readonly #surroundings: CallSurroundings;

  constructor(service: Service, engine: Engine, surroundings: CallSurroundings) {
    this.#service = service;
    this.#engine = engine;
    this.#surroundings = surroundings;
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    response.on("error", () => undefined);
    request.on("error", () => undefined);
    this.#answer(request, response).catch((error: unknown) => this.#fail(response, error, false));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    allowOrigin(request, response);
    const { method: httpMethod = "GET", url = "/" } = request;
    if (httpMethod === "OPTIONS") {
      response.writeHead(200).end();
      return;
    }
    if (WEB_CHANNEL.test(url)) {
      throw new FirestoreError(
        "UNIMPLEMENTED",
        "Browsers speak WebChannel, which the embedded engine does not serve. Put the gateway in front of the official emulator (--backend emulator), or use an SDK that speaks gRPC or REST.",
      );
    }
    const body = await this.#read(request);
    if (answerEmulatorRequest(this.#engine, { httpMethod, url, body }, response)) return;
    const transcoded = transcode({ httpMethod, url, body });
    if (transcoded === undefined) {
      response.writeHead(404, { "content-type": "text/plain" }).end("Not Found\n");
      return;
    }
    await this.#call(transcoded, response);
  }

  /** @throws FirestoreError for a body too large, or when all bodies together are */
  async #read(request: IncomingMessage): Promise<string> {
    const { limits, receiving } = this.#surroundings;
    const chunks: Buffer[] = [];
    let length = 0;
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) {
        receiving.hold(chunk.length);
        length += chunk.length;
        if (length > limits.requestBytes * JSON_FACTOR) {
          const { code, text } = PRODUCTION_ERRORS["request-too-large"];
          throw new FirestoreError(code, text);
        }
        chunks.push(chunk);
      }
      return Buffer.concat(chunks).toString();
    } finally {
      receiving.release(length);
    }
  }

  async #call(transcoded: TranscodedRequest, response: ServerResponse): Promise<void> {
    const method = this.#service.get(transcoded.rpc);
    if (method === undefined || method.kind === "bidi") {
      throw new FirestoreError("UNIMPLEMENTED", `Method not found: ${transcoded.rpc}`);
    }
    const abort = new AbortController();
    response.on("close", () =>
      abort.abort(new FirestoreError("CANCELLED", "The client cancelled the call.")),
    );
    if (transcoded.bytes.length > this.#surroundings.limits.requestBytes) {
      const { code, text } = PRODUCTION_ERRORS["request-too-large"];
      throw new FirestoreError(code, text);
    }
    if (method.kind === "unary") {
      const message = await method.handle(transcoded.bytes, abort);
      sendJson(response, 200, transcoded.toJson(message));
      return;
    }
    try {
      await this.#sendArray(
        response,
        method.handle(transcoded.bytes, abort),
        transcoded,
        abort.signal,
      );
    } catch (error) {
      this.#fail(response, error, true);
    }
  }

  async #sendArray(
    response: ServerResponse,
    messages: AsyncIterable<Uint8Array>,
    { toJson }: TranscodedRequest,
    signal: AbortSignal,
  ): Promise<void> {
    const { sending } = this.#surroundings;
    let count = 0;
    for await (const message of messages) {
      signal.throwIfAborted();
      const json = JSON.stringify(toJson(message));
      sending.hold(json.length);
      try {
        if (count === 0) {
          response.writeHead(200, { "content-type": "application/json; charset=UTF-8" });
        }
        if (!response.write(`${count === 0 ? "[" : ","}${json}`)) await drained(response, signal);
      } finally {
        sending.release(json.length);
      }
      count += 1;
    }
    if (count === 0) sendJson(response, 200, []);
    else response.end("]");
  }

  /** Ends the answer with the error; `streams`: as the last element of an array, as production does. */
  #fail(response: ServerResponse, error: unknown, streams: boolean): void {
    if (response.destroyed || response.writableEnded) return;
    if (!(error instanceof FirestoreError)) this.#surroundings.onFault(error);
    const known =
      error instanceof FirestoreError ? error : new FirestoreError("INTERNAL", "Internal error.");
    if (response.headersSent) response.end(`,${JSON.stringify(errorBody(known))}]`);
    else {
      sendRestError(response, known instanceof RefusedError ? known.status : known, {
        asList: streams,
      });
    }
  }
}

function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      response.off("drain", onDrain);
      reject(signal.reason as Error);
    };
    const onDrain = () => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    };
    response.once("drain", onDrain);
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
