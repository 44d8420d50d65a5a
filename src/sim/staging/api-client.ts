import type { Clock } from "../../std/clock.ts";
import { UserError } from "../cli/errors.ts";
import type { StagingApi, StagingProject } from "./project.ts";

export interface ApiCall {
  readonly api: StagingApi;
  readonly method: "GET" | "POST";
  /** From the slash after the host, with its query. */
  readonly path: string;
  readonly body?: object;
  /** "web-key": as a client's app, with the web API key in the path and no token. */
  readonly as?: "us" | "web-key";
  readonly signal?: AbortSignal | undefined;
}

/** An answer that is not a success, or none at all (`status` 0). Names no token and no key. */
class ApiError extends Error {
  override readonly name = "ApiError";
  readonly api: StagingApi;
  readonly status: number;
  /** Google's own word for it: "NOT_FOUND", "PERMISSION_DENIED"; empty where it said none. */
  readonly reason: string;

  constructor(api: StagingApi, status: number, reason: string, message: string, cause?: unknown) {
    super(`${API_NAMES[api]}: ${message}`, { cause });
    this.api = api;
    this.status = status;
    this.reason = reason;
  }
}

const API_NAMES: Readonly<Record<StagingApi, string>> = {
  firestore: "Cloud Firestore API (firestore.googleapis.com)",
  firestoreAdmin: "Cloud Firestore Admin API (firestore.googleapis.com)",
  rules: "Firebase Rules API (firebaserules.googleapis.com)",
  identityToolkit: "Identity Toolkit API (identitytoolkit.googleapis.com)",
  monitoring: "Cloud Monitoring API (monitoring.googleapis.com)",
  resourceManager: "Cloud Resource Manager API (cloudresourcemanager.googleapis.com)",
  iamCredentials: "IAM Service Account Credentials API (iamcredentials.googleapis.com)",
};

/**
 * The smallest predefined role that carries what a run asks of an API.
 * https://cloud.google.com/iam/docs/roles-permissions (read 2026-11)
 */
const ROLES: Readonly<Record<StagingApi, string>> = {
  firestore: "Cloud Datastore User (roles/datastore.user)",
  firestoreAdmin: "Cloud Datastore Viewer (roles/datastore.viewer)",
  rules: "Firebase Rules Viewer (roles/firebaserules.viewer)",
  identityToolkit: "Firebase Authentication Admin (roles/firebaseauth.admin)",
  monitoring: "Monitoring Viewer (roles/monitoring.viewer)",
  resourceManager: "Cloud Datastore User (roles/datastore.user) or Browser (roles/browser)",
  iamCredentials:
    "Service Account Token Creator (roles/iam.serviceAccountTokenCreator) on the account that signs",
};

/** Nobody waits longer for one answer of these APIs; Google's own clients give up after a minute. */
const TIMEOUT_MS = 30_000;

/**
 * One call of a Google API in JSON. Resolves to the answer's JSON; rejects with an ApiError, or with
 * the UserError of a missing role, a disabled API or expired credentials.
 */
export async function callApi(
  clock: Clock,
  project: StagingProject,
  call: ApiCall,
): Promise<unknown> {
  const { host, tls } = project.endpoints[call.api];
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (call.as !== "web-key") {
    headers["authorization"] = `Bearer ${await project.tokens.accessToken()}`;
    const quotaProject = await project.tokens.quotaProject();
    if (quotaProject !== undefined) headers["x-goog-user-project"] = quotaProject;
  }
  const body = call.body === undefined ? {} : { body: JSON.stringify(call.body) };
  const response = await ask(clock, call, `${tls ? "https" : "http"}://${host}${call.path}`, {
    method: call.method,
    headers,
    ...body,
  });
  const content = parse(response.text);
  if (response.status >= 200 && response.status < 300) return content ?? {};
  throw refusal(project, call, response.status, content);
}

async function ask(
  clock: Clock,
  call: ApiCall,
  url: string,
  init: RequestInit,
): Promise<{ readonly status: number; readonly text: string }> {
  const done = new AbortController();
  const late = new AbortController();
  const timer = clock.sleep(TIMEOUT_MS, done.signal).then(
    () => late.abort(new Error(`no answer in ${TIMEOUT_MS / 1000} s`)),
    () => undefined, // The answer came first.
  );
  const signal =
    call.signal === undefined ? late.signal : AbortSignal.any([late.signal, call.signal]);
  try {
    const response = await fetch(url, { ...init, signal });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    call.signal?.throwIfAborted();
    const { message, cause } = error as Error;
    const reason = cause instanceof Error ? cause.message : message;
    throw new ApiError(call.api, 0, "UNAVAILABLE", `no answer: ${reason}`, error);
  } finally {
    done.abort();
    await timer;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface GoogleFault {
  readonly error?: {
    readonly message?: unknown;
    readonly status?: unknown;
    readonly details?: unknown;
  };
}

function refusal(project: StagingProject, call: ApiCall, status: number, content: unknown): Error {
  const { error } = (content ?? {}) as GoogleFault;
  const message = typeof error?.message === "string" ? error.message : `HTTP status ${status}`;
  const reason = typeof error?.status === "string" ? error.status : "";
  const failure = new ApiError(call.api, status, reason, message);
  if (call.as === "web-key" || (status !== 401 && status !== 403)) return failure;
  if (status === 401) return refusedCredentials(failure);
  const disabled = JSON.stringify(error?.details ?? "").includes("SERVICE_DISABLED");
  return disabled ? disabledApi(project, failure) : missingRole(project, failure);
}

/** Also of calls that are made by gRPC, which answer UNAUTHENTICATED. */
export function refusedCredentials(cause: Error): UserError {
  return new UserError(
    "E_NO_CREDENTIALS",
    `Application Default Credentials: refused: ${cause.message}`,
    "They have expired or were revoked: run `gcloud auth application-default login`, or make a new credentials file.",
    { cause },
  );
}

/** google.rpc.ErrorInfo's reason (https://cloud.google.com/apis/design/errors#error_info). */
function disabledApi({ projectId }: StagingProject, cause: ApiError): UserError {
  return new UserError(
    "E_STAGING_ROLE",
    `--project ${projectId}: ${API_NAMES[cause.api]} is not enabled`,
    `Enable it: gcloud services enable ${serviceOf(cause.api)} --project ${projectId}`,
    { cause },
  );
}

function serviceOf(api: StagingApi): string {
  return /\(([^)]*)\)/.exec(API_NAMES[api])?.[1] ?? "";
}

/** Also of calls that are made by gRPC, which answer PERMISSION_DENIED. */
export function missingRole(
  { projectId }: Pick<StagingProject, "projectId">,
  cause: Error & { readonly api: StagingApi },
): UserError {
  const { api } = cause;
  return new UserError(
    "E_STAGING_ROLE",
    `--project ${projectId}: the default credentials may not use the ${API_NAMES[api]}: ${cause.message}`,
    `Grant them ${ROLES[api]}; docs/staging.md lists all roles.`,
    { cause },
  );
}
