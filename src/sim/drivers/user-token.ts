import { UNSIGNED_HEADER, userClaims, type UserIdentity } from "./user-claims.ts";

/** Makes or finds a user's ID token, good for this moment. */
export type TokenOf = (user: UserIdentity) => string | Promise<string>;

const HEADER = encodeSegment(UNSIGNED_HEADER);

/**
 * An ID token such as Firebase Auth would issue for the user, unsigned. The emulator takes it and
 * shows its claims to the security rules as `request.auth`; production refuses it. Making one costs
 * microseconds, so callers make a new one for each request rather than keep them fresh.
 */
export function unsignedUserToken(user: UserIdentity, projectId: string, nowMs: number): string {
  return `${HEADER}.${encodeSegment(userClaims(user, projectId, nowMs))}.`;
}

function encodeSegment(content: object): string {
  return Buffer.from(JSON.stringify(content)).toString("base64url");
}
