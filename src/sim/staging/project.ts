import type { AccessTokens } from "./access-tokens.ts";

/** The Google APIs that a staging run asks. */
export const STAGING_APIS = [
  "firestore",
  "firestoreAdmin",
  "rules",
  "identityToolkit",
  "monitoring",
  "resourceManager",
  "iamCredentials",
] as const;
export type StagingApi = (typeof STAGING_APIS)[number];

/** Where an API is served. */
export interface Endpoint {
  /** Name or address, with a port where it is not 443: "firestore.googleapis.com", "127.0.0.1:8080". */
  readonly host: string;
  /** Whether it is spoken to in TLS. Only a host of this machine may do without. */
  readonly tls: boolean;
}

/**
 * A project of Google Cloud, or one that a gateway poses as: where it is, and who we are there.
 * Credentials are Application Default Credentials only. A token is asked for at each call and kept
 * in no field that could be printed.
 */
export interface StagingProject {
  readonly projectId: string;
  /** "(default)", or the name of another database of the project. */
  readonly databaseId: string;
  readonly endpoints: Readonly<Record<StagingApi, Endpoint>>;
  /** For Identity Toolkit's calls of clients. It is no secret; null where the project file names none. */
  readonly webApiKey: string | null;
  /** Who signs the custom tokens of users; null: whose the default credentials are. */
  readonly serviceAccount: string | null;
  readonly tokens: AccessTokens;
  /** Whether all of its hosts are Google's. Else it is posed, and reports say so. */
  readonly isGoogle: boolean;
}

/** Google's own hosts (https://cloud.google.com/apis/docs/overview, each API's REST reference). */
export const GOOGLE_ENDPOINTS: StagingProject["endpoints"] = {
  firestore: google("firestore"),
  firestoreAdmin: google("firestore"),
  rules: google("firebaserules"),
  identityToolkit: google("identitytoolkit"),
  monitoring: google("monitoring"),
  resourceManager: google("cloudresourcemanager"),
  iamCredentials: google("iamcredentials"),
};

function google(api: string): Endpoint {
  return { host: `${api}.googleapis.com`, tls: true };
}

/** Whether a host is one of Google's APIs. */
export function isGoogleHost({ host, tls }: Endpoint): boolean {
  return tls && /^[a-z0-9-]+\.googleapis\.com$/.test(host);
}

/** Whether a host is this machine. */
export function isLoopback({ host }: Pick<Endpoint, "host">): boolean {
  return /^(localhost|\[::1\]|127(\.\d{1,3}){3})(:\d{1,5})?$/.test(host);
}

/** "projects/{project}/databases/{database}". */
export function databaseNameOf({
  projectId,
  databaseId,
}: Pick<StagingProject, "projectId" | "databaseId">): string {
  return `projects/${projectId}/databases/${databaseId}`;
}
