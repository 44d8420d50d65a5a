import { createHmac, timingSafeEqual } from "node:crypto";

export type Claims = Readonly<Record<string, unknown>>;

const HEADER = encode({ alg: "HS256", typ: "JWT" });

/**
 * JSON web tokens that only their own issuer can check. Production signs with RS256 and publishes
 * certificates; here nobody else needs to verify them.
 */
export class SignedTokens {
  readonly #secret: string;

  constructor(secret: string) {
    this.#secret = secret;
  }

  sign(claims: Claims): string {
    const signed = `${HEADER}.${encode(claims)}`;
    return `${signed}.${this.#signature(signed).toString("base64url")}`;
  }

  /** Undefined: not a token of this issuer. Whether it is still valid is the caller's to ask. */
  verify(token: string): Claims | undefined {
    const [header = "", body = "", signature = "", ...more] = token.split(".");
    if (more.length > 0) return undefined;
    const expected = this.#signature(`${header}.${body}`);
    const given = Buffer.from(signature, "base64url");
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    return JSON.parse(Buffer.from(body, "base64url").toString()) as Claims;
  }

  #signature(signed: string): Buffer {
    return createHmac("sha256", this.#secret).update(signed).digest();
  }
}

/** Three parts of base64url: what Firestore takes for a Firebase ID token and not for an access token. */
export function looksSigned(token: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]*$/.test(token) && !token.startsWith("ya29.");
}

function encode(content: object): string {
  return Buffer.from(JSON.stringify(content)).toString("base64url");
}
