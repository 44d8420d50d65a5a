import { Agent, request as httpRequest } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream";
import { sendRestError } from "../rest-error.ts";
import type { Endpoint } from "./relay-connection.ts";

/** Connections to the server behind; requests beyond them wait. WebChannel holds one for each client. */
const SOCKETS_MAX = 1024;

/** Headers of one hop (RFC 9110, 7.6.1), and the length, which goes with the body. */
const SET_BY_EACH_HOP = new Set([
  "connection",
  "content-length",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Passes requests on to the server behind, and its answers back as they come. */
export class Http1Pass {
  readonly #endpoint: Endpoint;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: SOCKETS_MAX });

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
  }

  /** `body`: the request's own, where it has been read already. */
  pass(request: IncomingMessage, response: ServerResponse, body?: Buffer): void {
    const headers = forwarded(request.rawHeaders);
    if (body !== undefined) headers.push("content-length", String(body.length));
    else if (request.headers["content-length"] !== undefined) {
      headers.push("content-length", request.headers["content-length"]);
    }
    const { host, port } = this.#endpoint;
    const outgoing = httpRequest({
      host,
      port,
      agent: this.#agent,
      method: request.method ?? "GET",
      path: request.url ?? "/",
      headers,
    });
    outgoing.on("response", (answer) => sendBack(answer, response));
    outgoing.on("error", (error) => this.#failed(response, error));
    // A client that goes away ends what the server does for it: long polls would stay for ever.
    response.on("close", () => outgoing.destroy());
    if (body === undefined) pipeline(request, outgoing, () => undefined);
    else outgoing.end(body);
  }

  close(): void {
    this.#agent.destroy();
  }

  #failed(response: ServerResponse, error: Error): void {
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    const { host, port } = this.#endpoint;
    sendRestError(response, {
      code: "UNAVAILABLE",
      message: `The server behind the gateway, ${host}:${port}, did not answer: ${error.message}.`,
    });
  }
}

function sendBack(answer: IncomingMessage, response: ServerResponse): void {
  const headers = forwarded(answer.rawHeaders);
  const length = answer.headers["content-length"];
  if (length !== undefined) headers.push("content-length", length);
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? "", headers);
  response.flushHeaders();
  pipeline(answer, response, () => undefined);
}

/** Names and values in turn, as they came, without those that each hop sets by itself. */
function forwarded(raw: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? "";
    if (!SET_BY_EACH_HOP.has(name.toLowerCase())) kept.push(name, raw[index + 1] ?? "");
  }
  return kept;
}
