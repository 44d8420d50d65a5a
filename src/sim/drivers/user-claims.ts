/* k6 imports this file too: it names no module of Node's. */

/** Who a client operation acts as. */
export interface UserIdentity {
  readonly uid: string;
  readonly email: string;
  readonly tenantId: string;
}

/** Lifetime of a Firebase ID token (https://firebase.google.com/docs/auth/admin/manage-sessions). */
const LIFETIME_SECONDS = 3600;

/** The head of a token that nobody signed. */
export const UNSIGNED_HEADER = { alg: "none", typ: "JWT" } as const;

/** The claims of the ID token that Firebase Auth would issue for the user. */
export function userClaims(user: UserIdentity, projectId: string, nowMs: number): object {
  const issuedAtSeconds = Math.floor(nowMs / 1000);
  return {
    iss: `https://securetoken.google.com/${projectId}`,
    aud: projectId,
    sub: user.uid,
    user_id: user.uid,
    email: user.email,
    email_verified: true,
    tenant_id: user.tenantId,
    auth_time: issuedAtSeconds,
    iat: issuedAtSeconds,
    exp: issuedAtSeconds + LIFETIME_SECONDS,
    firebase: { sign_in_provider: "password", identities: { email: [user.email] } },
  };
}
