import type { Claims } from "./signed-tokens.ts";

/** A token that the emulator takes for a Firebase ID token: its claims, which it does not verify. */
export function unsignedToken(claims: Claims): string {
  return `${encode({ alg: "none", typ: "JWT" })}.${encode(claims)}.`;
}

function encode(content: object): string {
  return Buffer.from(JSON.stringify(content)).toString("base64url");
}
