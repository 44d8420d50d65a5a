import type { StatusCode } from "../../../firestore/data/status.ts";

/** google.rpc.ErrorInfo: why, for programs. */
interface ErrorReason {
  readonly reason: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What a Google API refuses a call with, in production's words as far as they could be found. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: Exclude<StatusCode, "OK">;
  readonly info: ErrorReason | undefined;

  constructor(code: Exclude<StatusCode, "OK">, message: string, info?: ErrorReason) {
    super(message);
    this.code = code;
    this.info = info;
  }
}

const SEE =
  "Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.";

/** https://github.com/googleapis/google-api-php-client/issues/2479 (read 2026-11-26). */
export function missingCredentials(): ApiError {
  return new ApiError(
    "UNAUTHENTICATED",
    `Request is missing required authentication credential. ${SEE}`,
    { reason: "CREDENTIALS_MISSING" },
  );
}

/** https://github.com/Moe03/firebase-admin-rest/issues/4: the same words for expired and for unknown tokens. */
export function invalidCredentials(
  reason: "ACCESS_TOKEN_EXPIRED" | "ACCESS_TOKEN_TYPE_UNSUPPORTED",
): ApiError {
  return new ApiError("UNAUTHENTICATED", `Request had invalid authentication credentials. ${SEE}`, {
    reason,
  });
}

/** Firebase ID tokens: https://github.com/googleapis/google-cloud-dotnet/issues/11151. */
export function invalidIdToken(): ApiError {
  return new ApiError("UNAUTHENTICATED", "Missing or invalid authentication.");
}

/** Of another project, or of none: https://github.com/benyap/firestore-backfire/issues/345. */
export function unknownProject(projectId: string, service: string): ApiError {
  return new ApiError("PERMISSION_DENIED", `Permission denied on resource project ${projectId}.`, {
    reason: "CONSUMER_INVALID",
    metadata: { consumer: `projects/${projectId}`, service },
  });
}

/** https://github.com/GoogleCloudPlatform/spring-cloud-gcp/issues/2205. */
export function serviceDisabled(projectId: string, service: string, title: string): ApiError {
  return new ApiError(
    "PERMISSION_DENIED",
    `${title} has not been used in project ${projectId} before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/${service}/overview?project=${projectId} then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.`,
    { reason: "SERVICE_DISABLED", metadata: { consumer: `projects/${projectId}`, service } },
  );
}

/** Of documents: https://github.com/googleapis/google-cloud-java/issues/7697. */
export function insufficientPermissions(): ApiError {
  return new ApiError("PERMISSION_DENIED", "Missing or insufficient permissions.");
}

/** Of the other APIs: https://github.com/w9jds/firebase-action/issues/166. */
export function callerHasNoPermission(): ApiError {
  return new ApiError("PERMISSION_DENIED", "The caller does not have permission");
}

/** Of Monitoring: https://github.com/dynatrace-oss/dynatrace-gcp-monitor/issues/25. */
export function permissionDenied(permission: string): ApiError {
  return new ApiError(
    "PERMISSION_DENIED",
    `Permission ${permission} denied (or the resource may not exist).`,
  );
}
