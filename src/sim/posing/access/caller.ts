import type { AccessTokens } from "./access-tokens.ts";
import { invalidCredentials, invalidIdToken } from "./api-error.ts";
import type { IdTokens } from "./id-tokens.ts";
import type { Permission } from "./roles.ts";
import { looksSigned, type Claims } from "./signed-tokens.ts";

/** Who makes a call. */
export type Caller =
  /** The project's service account, by an access token. */
  | { readonly kind: "account"; readonly permissions: ReadonlySet<Permission> }
  /** A user of the app, by a Firebase ID token. */
  | { readonly kind: "user"; readonly uid: string; readonly claims: Claims }
  /** No token at all. */
  | { readonly kind: "nobody" };

export interface CallerParts {
  readonly accessTokens: AccessTokens;
  readonly idTokens: IdTokens;
  readonly permissions: () => ReadonlySet<Permission>;
}

const NOBODY: Caller = { kind: "nobody" };

/** Who an authorization header names. @throws ApiError UNAUTHENTICATED */
export function identifyCaller(parts: CallerParts, authorization: string | undefined): Caller {
  if (authorization === undefined) return NOBODY;
  const token = /^Bearer (\S+)$/i.exec(authorization)?.[1];
  if (token === undefined) throw invalidCredentials("ACCESS_TOKEN_TYPE_UNSUPPORTED");
  if (looksSigned(token)) {
    const claims = parts.idTokens.verify(token);
    if (claims === undefined) throw invalidIdToken();
    return { kind: "user", uid: String(claims["sub"]), claims };
  }
  switch (parts.accessTokens.stateOf(token)) {
    case "valid":
      return { kind: "account", permissions: parts.permissions() };
    case "expired":
      throw invalidCredentials("ACCESS_TOKEN_EXPIRED");
    case "unknown":
      throw invalidCredentials("ACCESS_TOKEN_TYPE_UNSUPPORTED");
  }
}
