/** Who a client operation acts as. */
export interface UserIdentity {
  readonly uid: string;
  readonly email: string;
  readonly tenantId: string;
}

/** Lifetime of a Firebase ID token (https://firebase.google.com/docs/auth/admin/manage-sessions). */
const LIFETIME_SECONDS = 3600;

const HEADER = encodeSegment({ alg: "none", typ: "JWT" });

/**
 * An ID token such as Firebase Auth would issue for the user, unsigned. The emulator takes it and
 * shows its claims to the security rules as `request.auth`; production refuses it. Making one costs
 * microseconds, so callers make a new one for each request rather than keep them fresh.
 */
export function unsignedUserToken(user: UserIdentity, projectId: string, nowMs: number): string {
  const issuedAtSeconds = Math.floor(nowMs / 1000);
  const claims = {
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
  return `${HEADER}.${encodeSegment(claims)}.`;
}

function encodeSegment(content: object): string {
  return Buffer.from(JSON.stringify(content)).toString("base64url");
}
