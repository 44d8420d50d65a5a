import { ApiError } from "../access/api-error.ts";
import type { PosingProject } from "../posing-project.ts";
import type { ApiRequest } from "./api-request.ts";

export const TOKEN_PATH = "/v1/token";
const EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
const SECOND_MS = 1000;

/** An OAuth refusal (RFC 6749, 5.2): not in the form of Google's other errors. */
export class OauthError extends Error {
  override readonly name = "OauthError";
  readonly error: "invalid_grant" | "unsupported_grant_type";

  constructor(error: OauthError["error"], message: string) {
    super(message);
    this.error = error;
  }
}

/**
 * The Security Token Service (https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token):
 * the subject token of the fake credentials file for an access token. Google's auth library asks it
 * where the file's token_url says. Undefined: the path is not its. @throws OauthError
 */
export function answerTokenExchange(project: PosingProject, request: ApiRequest): unknown {
  if (request.path !== TOKEN_PATH || request.method !== "POST") return undefined;
  const form = new URLSearchParams(request.body);
  if (form.get("grant_type") !== EXCHANGE) return undefined;
  if (project.faults.refusesTokens) {
    throw new ApiError("UNAVAILABLE", "The service is currently unavailable.");
  }
  if (form.get("subject_token") !== project.subjectToken) {
    throw new OauthError("invalid_grant", "The subject token is of another project, or of none.");
  }
  const { token, lifetimeMs } = project.accessTokens.issue();
  return {
    access_token: token,
    issued_token_type: ACCESS_TOKEN,
    token_type: "Bearer",
    expires_in: Math.ceil(lifetimeMs / SECOND_MS),
  };
}
