import { createRealClock } from "../clock/real-clock.ts";
import type { StagingProject } from "../staging/project.ts";

const AUDIENCE =
  "https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit";

/** Signs a user in with nothing but HTTP: a custom token signed through IAM, then the web API key. */
export async function signIn(
  { endpoints, serviceAccount, webApiKey, tokens }: StagingProject,
  uid: string,
  claims: object = {},
): Promise<string> {
  const nowSeconds = Math.floor(createRealClock().wallMs() / 1000);
  const payload = JSON.stringify({
    iss: serviceAccount,
    sub: serviceAccount,
    aud: AUDIENCE,
    iat: nowSeconds,
    exp: nowSeconds + 3600,
    uid,
    claims,
  });
  const { signedJwt } = await post(
    `http://${endpoints.iamCredentials.host}/v1/projects/-/serviceAccounts/${serviceAccount}:signJwt`,
    { payload },
    { authorization: `Bearer ${await tokens.accessToken()}` },
  );
  const { idToken } = await post(
    `http://${endpoints.identityToolkit.host}/v1/accounts:signInWithCustomToken?key=${webApiKey}`,
    { token: signedJwt, returnSecureToken: true },
  );
  return String(idToken);
}

async function post(
  url: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Record<string, unknown>> {
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  return (await response.json()) as Record<string, unknown>;
}
