import type { IncomingMessage, ServerResponse } from "node:http";
import { FirestoreError } from "../../data/status.ts";
import { transcode } from "../../wire/rest/transcode.ts";
import type { TranscodedRequest } from "../../wire/rest/transcode.ts";
import type { GrpcStatus } from "../grpc/status.ts";
import type { HeaderField } from "../http2/hpack-table.ts";
import { methodOf, pathOf } from "../policy/firestore-methods.ts";
import type { Ruling } from "../policy/policy.ts";
import { BODY_BYTES_MAX, readBody } from "../read-body.ts";
import { sendRestError } from "../rest-error.ts";
import type { RelayContext } from "./calls.ts";
import { Http1Pass } from "./http1-pass.ts";
import type { Endpoint } from "./relay-connection.ts";

/** The REST API's resources; WebChannel, the emulator's own paths and the like are elsewhere. */
const REST_PATH = /^\/v1\/projects\/[^/]+\/databases\/[^/]+\/documents/;

/**
 * The REST API over HTTP/1.1 in front of the server behind: what would be decided over on gRPC is
 * decided over here, by the same policy; all else passes.
 */
export class Http1Relay {
  readonly #context: RelayContext;
  readonly #pass: Http1Pass;

  constructor(context: RelayContext, endpoint: Endpoint) {
    this.#context = context;
    this.#pass = new Http1Pass(endpoint);
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    if (!REST_PATH.test(request.url ?? "") || request.method === "OPTIONS") {
      this.#pass.pass(request, response);
      return;
    }
    this.#judge(request, response).catch((error: unknown) => {
      this.#context.onFault(error);
      response.destroy();
    });
  }

  close(): void {
    this.#pass.close();
  }

  async #judge(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    if (body === "gone") return;
    if (body === "too-large") {
      const status = this.#context.policy.tooLarge(request.url ?? "", BODY_BYTES_MAX + 1);
      this.#refuse(request, response, status, undefined);
      return;
    }
    const call = read(request, body);
    const { policy } = this.#context;
    if (call === undefined || policy.shapeOf(pathOf(call.rpc)) === undefined) {
      this.#pass.pass(request, response, body);
      return;
    }
    this.#context.events.called(pathOf(call.rpc));
    const ruling = this.#rule(call);
    if (ruling.delayMs > 0 && !(await this.#wait(response, ruling.delayMs))) return;
    await this.#apply(ruling, call, request, response, body);
  }

  #rule({ rpc, bytes }: TranscodedRequest): Ruling {
    const { policy } = this.#context;
    const path = pathOf(rpc);
    if (bytes.length <= policy.largestMessageBytes) return policy.decide(path, bytes);
    return { kind: "refuse", delayMs: 0, status: policy.tooLarge(path, bytes.length) };
  }

  /** Resolves false where the client has gone away meanwhile. */
  async #wait(response: ServerResponse, delayMs: number): Promise<boolean> {
    const gone = new AbortController();
    const onClose = (): void => gone.abort();
    response.once("close", onClose);
    const isThere = await this.#context.clock.sleep(delayMs, gone.signal).then(
      () => true,
      () => false, // Cut short: nobody waits for the answer.
    );
    response.removeListener("close", onClose);
    return isThere;
  }

  async #apply(
    ruling: Ruling,
    call: TranscodedRequest,
    request: IncomingMessage,
    response: ServerResponse,
    body: Buffer,
  ): Promise<void> {
    switch (ruling.kind) {
      case "pass":
      case "answer": // Of streams that both sides write to, which REST does not have.
        this.#pass.pass(request, response, body);
        break;
      case "refuse":
        this.#refuse(request, response, ruling.status, call);
        break;
      case "replace":
        await this.#replace(ruling, call, request, response);
        break;
    }
  }

  async #replace(
    { forward, answer }: Ruling & { kind: "replace" },
    call: TranscodedRequest,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    let got: Uint8Array | undefined;
    if (forward !== undefined) {
      const gone = new AbortController();
      response.once("close", () => gone.abort());
      const { authorization } = request.headers;
      const headers: readonly HeaderField[] = [
        ["content-type", "application/grpc"],
        ...(authorization === undefined ? [] : [["authorization", authorization] as const]),
      ];
      const reply = await this.#context.side.call(pathOf(call.rpc), headers, forward, gone.signal);
      if (reply.kind === "status") {
        this.#refuse(request, response, reply.status, call);
        return;
      }
      got = reply.bytes;
    }
    const text = JSON.stringify(call.toJson(answer(got)), null, 2);
    this.#context.events.answered(pathOf(call.rpc), "OK", "gateway");
    const { origin } = request.headers;
    response.writeHead(200, {
      "content-type": "application/json; charset=UTF-8",
      "content-length": Buffer.byteLength(text),
      ...(origin === undefined ? {} : { "access-control-allow-origin": origin }),
    });
    response.end(text);
  }

  #refuse(
    request: IncomingMessage,
    response: ServerResponse,
    status: GrpcStatus,
    call: TranscodedRequest | undefined,
  ): void {
    const path = call === undefined ? methodOf(request.url ?? "") : pathOf(call.rpc);
    this.#context.events.answered(path, status.code, "gateway");
    const { origin } = request.headers;
    sendRestError(response, status, { asList: call?.streams === true, origin });
  }
}

/** Undefined where it is none of the methods, or none that can be read: the server behind says so. */
function read(request: IncomingMessage, body: Buffer): TranscodedRequest | undefined {
  try {
    const httpMethod = request.method ?? "GET";
    return transcode({ httpMethod, url: request.url ?? "/", body: body.toString("utf8") });
  } catch (error) {
    if (error instanceof FirestoreError) return undefined;
    throw error;
  }
}
