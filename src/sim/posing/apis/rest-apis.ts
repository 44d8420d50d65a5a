import type { IncomingMessage, ServerResponse } from "node:http";
import { FirestoreError } from "../../../firestore/data/status.ts";
import { readBody } from "../../../firestore/gateway/read-body.ts";
import type { Clock } from "../../../std/clock.ts";
import type { Rng } from "../../../std/rng.ts";
import { ApiError } from "../access/api-error.ts";
import type { RestDoor } from "../firestore/rest-door.ts";
import type { PosingProject } from "../posing-project.ts";
import type { ApiRequest } from "./api-request.ts";
import { answerFirestoreAdmin } from "./firestore-admin.ts";
import { answerIamCredentials } from "./iam-credentials.ts";
import { IdentityError, identityErrorBody } from "./identity-error.ts";
import { IdentityToolkit } from "./identity-toolkit.ts";
import { sendApiError, sendJson } from "./json-answer.ts";
import { answerResourceManager } from "./resource-manager.ts";
import { answerRules } from "./rules-api.ts";
import { SignIn } from "./sign-in.ts";
import { answerTokenExchange, OauthError } from "./token-endpoint.ts";

const OK = 200;
const BAD_REQUEST = 400;

/** Undefined: it is none of this API's. */
type Api = (request: ApiRequest) => unknown;

export interface RestApisParts {
  readonly project: PosingProject;
  readonly firestore: RestDoor;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly onFault: (error: unknown) => void;
}

/**
 * All of the project's APIs over HTTP on one port: their paths do not meet, as their hosts do not in
 * production.
 */
export class RestApis {
  readonly #apis: readonly Api[];
  readonly #firestore: RestDoor;
  readonly #onFault: (error: unknown) => void;

  constructor({ project, firestore, clock, rng, onFault }: RestApisParts) {
    this.#firestore = firestore;
    this.#onFault = onFault;
    const toolkit = new IdentityToolkit(project, clock, rng);
    const signIn = new SignIn(project, toolkit, clock);
    this.#apis = [
      (request) => answerTokenExchange(project, request),
      (request) => answerFirestoreAdmin(project, request),
      (request) => answerRules(project, request),
      (request) => answerResourceManager(project, request),
      (request) => answerIamCredentials(project, request),
      (request) => toolkit.answer(request),
      (request) => signIn.answer(request),
    ];
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    response.on("error", () => undefined);
    this.#answer(request, response).catch((error: unknown) => {
      if (error instanceof FirestoreError) {
        sendApiError(response, new ApiError(error.code, error.message));
        return;
      }
      this.#onFault(error);
      sendApiError(response, new ApiError("INTERNAL", "Internal error encountered."));
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    if (body === "gone") return;
    if (body === "too-large") {
      throw new FirestoreError("INVALID_ARGUMENT", "Request payload size exceeds the limit.");
    }
    if (await this.#firestore.handle(request, response, body)) return;
    try {
      const answer = this.#ask(toApiRequest(request, body.toString()));
      if (answer === undefined) throw new ApiError("NOT_FOUND", `Not found: ${request.url}`);
      sendJson(response, OK, answer);
    } catch (error) {
      if (error instanceof ApiError) sendApiError(response, error);
      else if (error instanceof IdentityError) {
        sendJson(response, error.httpStatus, identityErrorBody(error));
      } else if (error instanceof OauthError) {
        sendJson(response, BAD_REQUEST, { error: error.error, error_description: error.message });
      } else throw error;
    }
  }

  #ask(request: ApiRequest): unknown {
    for (const api of this.#apis) {
      const answer = api(request);
      if (answer !== undefined) return answer;
    }
    return undefined;
  }
}

function toApiRequest(request: IncomingMessage, body: string): ApiRequest {
  const url = new URL(request.url ?? "/", "http://posing");
  let path: string;
  try {
    path = decodeURIComponent(url.pathname);
  } catch {
    throw new ApiError("INVALID_ARGUMENT", "Bad percent-encoding in the path.");
  }
  return {
    method: request.method ?? "GET",
    path,
    query: url.searchParams,
    authorization: request.headers.authorization,
    body,
    client: request.socket.remoteAddress ?? "",
  };
}
