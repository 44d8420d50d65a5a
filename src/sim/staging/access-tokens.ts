import { GoogleAuth } from "google-auth-library";
import { UserError } from "../cli/errors.ts";

/** Who we are to Google's APIs. */
export interface AccessTokens {
  /** A token that is good for some minutes at least; a call to the token server only where it must be. */
  accessToken(): Promise<string>;
  /**
   * The project that calls are reckoned to, where the credentials name one: a person's must (gcloud
   * writes it), a service account's are their project's own, which another header would only let fail.
   * https://cloud.google.com/docs/quotas/set-quota-project
   */
  quotaProject(): Promise<string | undefined>;
  /** The client for Google's own libraries, which ask it for tokens themselves (`auth` in gax). */
  readonly auth: GoogleAuth;
}

/**
 * One scope for all: what an identity may do is said by its roles.
 * https://cloud.google.com/docs/authentication#authorization-gcp
 */
const SCOPES = ["https://www.googleapis.com/auth/cloud-platform"];

/**
 * Application Default Credentials, in their own order: the file that GOOGLE_APPLICATION_CREDENTIALS
 * names, gcloud's file, the metadata server (https://cloud.google.com/docs/authentication/application-default-credentials).
 * The library keeps a token and renews it before it runs out.
 */
export function applicationDefaultTokens(): AccessTokens {
  // Set in main.ts for local targets, which have no metadata server; here one may be the only source.
  if (process.env["METADATA_SERVER_DETECTION"] === "none") {
    delete process.env["METADATA_SERVER_DETECTION"];
  }
  const auth = new GoogleAuth({ scopes: SCOPES });
  return {
    auth,
    quotaProject: async () => {
      try {
        return (await auth.getClient()).quotaProjectId;
      } catch (error) {
        throw noCredentials(error);
      }
    },
    accessToken: async () => {
      try {
        const token = await auth.getAccessToken();
        if (typeof token === "string" && token !== "") return token;
      } catch (error) {
        throw noCredentials(error);
      }
      throw noCredentials(new Error("the token server's answer holds no token"));
    },
  };
}

/** Only the first line of what the library says, and never what it sent. */
function noCredentials(cause: unknown): UserError {
  const [reason = ""] = (cause instanceof Error ? cause.message : String(cause)).split("\n");
  return new UserError(
    "E_NO_CREDENTIALS",
    `Application Default Credentials: no access token: ${reason}`,
    "Run `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS to a credentials file.",
    { cause },
  );
}
