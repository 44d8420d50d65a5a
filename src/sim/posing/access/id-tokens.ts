import type { Clock } from "../../../std/clock.ts";
import type { Claims, SignedTokens } from "./signed-tokens.ts";

/** https://firebase.google.com/docs/auth/admin/manage-sessions (read 2026-11). */
const ID_TOKEN_LIFETIME_SECONDS = 3600;

const SECOND_MS = 1000;

export interface IdTokenUser {
  readonly uid: string;
  readonly email: string | undefined;
  readonly emailVerified: boolean;
  readonly customClaims: Claims;
  readonly provider: "custom" | "password";
}

/** Firebase ID tokens of one project's users. */
export class IdTokens {
  readonly #clock: Clock;
  readonly #signed: SignedTokens;
  readonly #projectId: string;
  readonly #lifetimeSeconds: number;

  constructor(
    clock: Clock,
    signed: SignedTokens,
    projectId: string,
    lifetimeSeconds: number = ID_TOKEN_LIFETIME_SECONDS,
  ) {
    this.#clock = clock;
    this.#signed = signed;
    this.#projectId = projectId;
    this.#lifetimeSeconds = lifetimeSeconds;
  }

  /** https://firebase.google.com/docs/auth/admin/verify-id-tokens: what the claims are. */
  issue(user: IdTokenUser): { readonly token: string; readonly lifetimeSeconds: number } {
    const issuedAt = Math.floor(this.#clock.wallMs() / SECOND_MS);
    const { uid, email, emailVerified, customClaims, provider } = user;
    const token = this.#signed.sign({
      ...customClaims,
      iss: `https://securetoken.google.com/${this.#projectId}`,
      aud: this.#projectId,
      auth_time: issuedAt,
      user_id: uid,
      sub: uid,
      iat: issuedAt,
      exp: issuedAt + this.#lifetimeSeconds,
      ...(email === undefined ? {} : { email, email_verified: emailVerified }),
      firebase: {
        identities: email === undefined ? {} : { email: [email] },
        sign_in_provider: provider,
      },
    });
    return { token, lifetimeSeconds: this.#lifetimeSeconds };
  }

  /** The claims of a token that this project issued and that has not expired; else undefined. */
  verify(token: string): Claims | undefined {
    const claims = this.#signed.verify(token);
    if (claims === undefined || claims["aud"] !== this.#projectId) return undefined;
    const expiry = Number(claims["exp"]) * SECOND_MS;
    return this.#clock.wallMs() < expiry ? claims : undefined;
  }
}
