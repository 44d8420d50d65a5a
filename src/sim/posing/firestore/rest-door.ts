import { Agent, request as httpRequest } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { FirestoreError, type StatusCode } from "../../../firestore/data/status.ts";
import { HTTP_STATUS } from "../../../firestore/gateway/rest-error.ts";
import { transcode } from "../../../firestore/wire/rest/transcode.ts";
import { ApiError } from "../access/api-error.ts";
import { sendApiError } from "../apis/json-answer.ts";
import { documentsInJson } from "./answer-counts.ts";
import type { FirestoreCall, FirestoreCalls } from "./firestore-calls.ts";
import type { Inner } from "./grpc-door.ts";

/** Connections to the gateway behind; calls beyond them wait. */
const SOCKETS_MAX = 1024;

const OK = 200;
/** Headers that go on to the gateway behind, beside those made here. */
const FORWARDED = ["content-type", "origin", "accept"] as const;

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

/** Firestore over REST: looks at who calls, and passes calls on to the gateway behind. */
export class RestDoor {
  readonly #calls: FirestoreCalls;
  readonly #inner: Inner;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: SOCKETS_MAX });

  constructor(calls: FirestoreCalls, inner: Inner) {
    this.#calls = calls;
    this.#inner = inner;
  }

  /** False: no method of Firestore is called so. @throws FirestoreError for what is malformed */
  async handle(request: IncomingMessage, response: ServerResponse, body: Buffer): Promise<boolean> {
    const { method: httpMethod = "GET", url = "/" } = request;
    const transcoded = transcode({ httpMethod, url, body: body.toString() });
    if (transcoded === undefined) return false;
    const { rpc, bytes, streams } = transcoded;
    const fault = this.#calls.fault(rpc);
    if (fault === "drop") {
      request.socket.destroy();
      return true;
    }
    let call: FirestoreCall | undefined;
    try {
      if (fault === "unavailable") {
        throw new ApiError("UNAVAILABLE", "The service is currently unavailable.");
      }
      call = this.#calls.open(rpc, request.headers.authorization);
      call.admit(bytes);
      const answer = await this.#ask(request, body, call.authorization);
      call.read(answer.status === OK ? documentsInJson(rpc, parse(answer.body)) : 0);
      call.end(codeOf(answer.status));
      const { status, contentType, body: content } = answer;
      response.writeHead(status, { "content-type": contentType, "content-length": content.length });
      response.end(content);
    } catch (error) {
      const known =
        error instanceof Error && !(error instanceof ApiError) ? unreachable(error) : error;
      if (!(known instanceof ApiError)) throw error;
      if (call === undefined) this.#calls.refused(rpc, known.code);
      else call.end(known.code);
      sendApiError(response, known, { asList: streams });
    }
    return true;
  }

  close(): void {
    this.#agent.destroy();
  }

  #ask(request: IncomingMessage, body: Buffer, authorization: string | undefined): Promise<Answer> {
    const { host, port } = this.#inner;
    const { method = "GET", url: path = "/" } = request;
    const headers: Record<string, string | number> = { "content-length": body.length };
    if (authorization !== undefined) headers["authorization"] = authorization;
    for (const name of FORWARDED) {
      const value = request.headers[name];
      if (value !== undefined) headers[name] = value;
    }
    const outgoing = httpRequest({ host, port, agent: this.#agent, method, path, headers });
    const answered = new Promise<Answer>((resolve, reject) => {
      outgoing.on("error", reject);
      outgoing.on("response", (incoming) => void readAnswer(incoming).then(resolve, reject));
    });
    outgoing.end(body);
    return answered;
  }
}

async function readAnswer(incoming: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return {
    status: incoming.statusCode ?? 0,
    contentType: incoming.headers["content-type"] ?? "application/json",
    body: Buffer.concat(chunks),
  };
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return []; // What is no JSON holds no document.
  }
}

function unreachable(error: Error): ApiError {
  if (error instanceof FirestoreError) return new ApiError(error.code, error.message);
  return new ApiError("UNAVAILABLE", `The gateway behind did not answer: ${error.message}`);
}

const CODES = new Map<number, StatusCode>(
  Object.entries(HTTP_STATUS).map(([code, status]) => [status, code as StatusCode]),
);

/** Several codes share a status; which of them it was matters to no count. */
function codeOf(status: number): StatusCode {
  return status === OK ? "OK" : (CODES.get(status) ?? "UNKNOWN");
}
