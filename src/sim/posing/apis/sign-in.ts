import { z } from "zod";
import type { Clock } from "../../../std/clock.ts";
import { ApiError } from "../access/api-error.ts";
import type { Claims } from "../access/signed-tokens.ts";
import type { PosingProject } from "../posing-project.ts";
import { claimsOf, type Account } from "./accounts.ts";
import { readBodyAs, type ApiRequest } from "./api-request.ts";
import { IdentityError } from "./identity-error.ts";
import type { IdentityToolkit } from "./identity-toolkit.ts";

/** https://firebase.google.com/docs/auth/admin/create-custom-tokens (read 2026-11-26). */
const CUSTOM_TOKEN_AUDIENCE =
  "https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit";
/** The same page: a custom token is good for an hour at most. */
const CUSTOM_TOKEN_SECONDS_MAX = 3600;
/** https://firebase.google.com/docs/auth/limits (read 2026-11): new accounts an hour and IP address. */
const SIGN_UPS_MAX = 100;
const HOUR_MS = 3_600_000;
/** Addresses whose sign-ups are remembered. On one machine there is one. */
const ADDRESSES_MAX = 1000;
const SECOND_MS = 1000;

const PATH = /^\/v1\/accounts:(signUp|signInWithCustomToken|signInWithPassword)$/;

const withToken = z.object({ token: z.string() });
const withPassword = z.object({ email: z.string(), password: z.string() });

/**
 * Identity Toolkit as clients use it, by the project's web API key: sign-up, and signing in to get an
 * ID token (https://cloud.google.com/identity-platform/docs/use-rest-api).
 */
export class SignIn {
  readonly #project: PosingProject;
  readonly #toolkit: IdentityToolkit;
  readonly #clock: Clock;
  /** By address, the times of sign-ups in the last hour. */
  readonly #signUps = new Map<string, readonly number[]>();

  constructor(project: PosingProject, toolkit: IdentityToolkit, clock: Clock) {
    this.#project = project;
    this.#toolkit = toolkit;
    this.#clock = clock;
  }

  /** Undefined: the path is not one of its. @throws ApiError or IdentityError */
  answer(request: ApiRequest): unknown {
    const [, verb] = PATH.exec(request.path) ?? [];
    if (verb === undefined || request.method !== "POST") return undefined;
    this.#checkKey(request.query.get("key"));
    this.#project.checkEnabled("firebaseauth.users.create");
    if (verb === "signUp") return this.#signUp(request);
    return verb === "signInWithPassword" ? this.#byPassword(request) : this.#byCustomToken(request);
  }

  /** https://cloud.google.com/docs/authentication/api-keys-use: the texts as clients report them. */
  #checkKey(key: string | null): void {
    if (key === null) {
      throw new ApiError("PERMISSION_DENIED", "The request is missing a valid API key.");
    }
    if (key === this.#project.webApiKey) return;
    throw new ApiError("INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", {
      reason: "API_KEY_INVALID",
    });
  }

  #signUp({ body, client }: ApiRequest): object {
    const { email, password } = readBodyAs(withPassword, body);
    const nowMs = this.#clock.monotonicMs();
    const recent = (this.#signUps.get(client) ?? []).filter((atMs) => nowMs - atMs < HOUR_MS);
    if (recent.length >= SIGN_UPS_MAX) throw new IdentityError("TOO_MANY_ATTEMPTS_TRY_LATER");
    const account = this.#toolkit.createAccount(this.#toolkit.newId(), { email, password });
    if (this.#signUps.size >= ADDRESSES_MAX && !this.#signUps.has(client)) this.#signUps.clear();
    this.#signUps.set(client, [...recent, nowMs]);
    return this.#signedIn(account, "password", {}, "identitytoolkit#SignupNewUserResponse");
  }

  #byPassword({ body }: ApiRequest): object {
    const { email, password } = readBodyAs(withPassword, body);
    const account = this.#toolkit.accounts.find({ email });
    if (account === undefined || account.password !== password) {
      throw new IdentityError("INVALID_LOGIN_CREDENTIALS");
    }
    return this.#signedIn(account, "password", {}, "identitytoolkit#VerifyPasswordResponse");
  }

  /** A custom token makes the account where there is none yet, as in production. */
  #byCustomToken({ body }: ApiRequest): object {
    const { token } = readBodyAs(withToken, body);
    const claims = this.#verifyCustomToken(token);
    const uid = claims["uid"];
    if (typeof uid !== "string" || uid === "") {
      throw new IdentityError("INVALID_CUSTOM_TOKEN : The uid is missing.");
    }
    const known = this.#toolkit.accounts.find({ localId: uid });
    const account = known ?? this.#toolkit.createAccount(uid, {});
    const developer = claims["claims"];
    const more = typeof developer === "object" && developer !== null ? (developer as Claims) : {};
    return {
      ...this.#signedIn(account, "custom", more, "identitytoolkit#VerifyCustomTokenResponse"),
      isNewUser: known === undefined,
    };
  }

  #verifyCustomToken(token: string): Claims {
    if (token.split(".").length !== 3) {
      throw new IdentityError(
        "INVALID_CUSTOM_TOKEN : Invalid assertion format. 3 dot separated segments required.",
      );
    }
    const claims = this.#project.accountTokens.verify(token);
    const { serviceAccount } = this.#project;
    if (
      claims === undefined ||
      claims["iss"] !== serviceAccount ||
      claims["sub"] !== serviceAccount
    ) {
      // Signed by nobody whom the project knows.
      throw new IdentityError(
        "INVALID_CUSTOM_TOKEN : The custom token is not signed by the project.",
      );
    }
    if (claims["aud"] !== CUSTOM_TOKEN_AUDIENCE) {
      throw new IdentityError("INVALID_CUSTOM_TOKEN : The audience is not Identity Toolkit.");
    }
    const nowSeconds = this.#clock.wallMs() / SECOND_MS;
    const issued = Number(claims["iat"]);
    const expires = Number(claims["exp"]);
    if (!(expires > nowSeconds)) {
      throw new IdentityError("INVALID_CUSTOM_TOKEN : The custom token has expired.");
    }
    if (!(expires - issued <= CUSTOM_TOKEN_SECONDS_MAX)) {
      throw new IdentityError("INVALID_CUSTOM_TOKEN : The custom token lives longer than an hour.");
    }
    return claims;
  }

  #signedIn(
    account: Account,
    provider: "custom" | "password",
    developerClaims: Claims,
    kind: string,
  ): object {
    if (account.disabled) throw new IdentityError("USER_DISABLED");
    const { localId, email, emailVerified, customAttributes } = account;
    const { token, lifetimeSeconds } = this.#project.idTokens.issue({
      uid: localId,
      email,
      emailVerified,
      customClaims: { ...claimsOf(customAttributes), ...developerClaims },
      provider,
    });
    // A refresh token is not issued: a client signs in again, as the harness does.
    return { kind, localId, email, idToken: token, expiresIn: String(lifetimeSeconds) };
  }
}
