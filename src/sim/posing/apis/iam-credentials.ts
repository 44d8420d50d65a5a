import { z } from "zod";
import { ApiError, permissionDenied } from "../access/api-error.ts";
import type { Claims } from "../access/signed-tokens.ts";
import type { PosingProject } from "../posing-project.ts";
import { readBodyAs, type ApiRequest } from "./api-request.ts";

const PATH = /^\/v1\/projects\/-\/serviceAccounts\/([^/:]+):signJwt$/;

const bodySchema = z.object({ payload: z.string() });

/**
 * IAM Credentials' signJwt: how a caller without a key has its service account sign
 * (https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/signJwt).
 * Undefined: the path is not its. @throws ApiError
 */
export function answerIamCredentials(project: PosingProject, request: ApiRequest): unknown {
  const [, email] = PATH.exec(request.path) ?? [];
  if (email === undefined || request.method !== "POST") return undefined;
  project.demand(request.authorization, "iam.serviceAccounts.signJwt", () =>
    permissionDenied("'iam.serviceAccounts.signJwt'"),
  );
  if (email !== project.serviceAccount) {
    throw new ApiError("NOT_FOUND", `Unknown service account: ${email}`);
  }
  const { payload } = readBodyAs(bodySchema, request.body);
  return { keyId: "posing", signedJwt: project.accountTokens.sign(claimsIn(payload)) };
}

function claimsIn(payload: string): Claims {
  const parsed = z.record(z.string(), z.unknown()).safeParse(safeJson(payload));
  if (parsed.success) return parsed.data;
  throw new ApiError("INVALID_ARGUMENT", "The payload is not a JSON object of claims.");
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // No JSON: no claims.
  }
}
