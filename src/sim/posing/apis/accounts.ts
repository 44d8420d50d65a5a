import { ApiError } from "../access/api-error.ts";
import type { Claims } from "../access/signed-tokens.ts";
import { IdentityError } from "./identity-error.ts";

/** Room for the users of any rehearsal on one machine. */
const ACCOUNTS_MAX = 2_000_000;
/** https://firebase.google.com/docs/auth/admin/custom-claims: 1,000 bytes. */
const CLAIMS_BYTES_MAX = 1000;
/** Claims that are the issuer's own (the same page). */
const RESERVED = new Set(
  "acr amr at_hash aud auth_time azp cnf c_hash exp firebase iat iss jti nbf nonce sub".split(" "),
);

export interface Account {
  readonly localId: string;
  readonly email: string | undefined;
  readonly emailVerified: boolean;
  readonly disabled: boolean;
  readonly displayName: string | undefined;
  readonly password: string | undefined;
  /** Custom claims as JSON text, as the API has them. */
  readonly customAttributes: string | undefined;
  readonly createdMs: number;
}

export type AccountFields = Partial<Omit<Account, "localId" | "createdMs">>;

/** The project's users, in order of their creation. */
export class Accounts {
  readonly #byId = new Map<string, Account>();
  readonly #byEmail = new Map<string, string>();

  get size(): number {
    return this.#byId.size;
  }

  list(): readonly Account[] {
    return [...this.#byId.values()];
  }

  find(key: { readonly localId: string } | { readonly email: string }): Account | undefined {
    const id = "localId" in key ? key.localId : this.#byEmail.get(key.email.toLowerCase());
    return id === undefined ? undefined : this.#byId.get(id);
  }

  /** @throws IdentityError */
  create(localId: string, fields: AccountFields, createdMs: number): Account {
    if (this.#byId.has(localId)) throw new IdentityError("DUPLICATE_LOCAL_ID");
    if (this.#byId.size >= ACCOUNTS_MAX) {
      throw new ApiError("RESOURCE_EXHAUSTED", "The rehearsal holds no more accounts.");
    }
    this.#checkEmail(localId, fields.email);
    claimsOf(fields.customAttributes);
    const account: Account = {
      email: undefined,
      emailVerified: false,
      disabled: false,
      displayName: undefined,
      password: undefined,
      customAttributes: undefined,
      ...fields,
      localId,
      createdMs,
    };
    this.#keep(account);
    return account;
  }

  /** @throws IdentityError */
  update(localId: string, fields: AccountFields): Account {
    const account = this.#byId.get(localId);
    if (account === undefined) throw new IdentityError("USER_NOT_FOUND");
    this.#checkEmail(localId, fields.email);
    claimsOf(fields.customAttributes);
    if (account.email !== undefined) this.#byEmail.delete(account.email.toLowerCase());
    const changed = { ...account, ...fields };
    this.#keep(changed);
    return changed;
  }

  delete(localId: string): boolean {
    const account = this.#byId.get(localId);
    if (account?.email !== undefined) this.#byEmail.delete(account.email.toLowerCase());
    return this.#byId.delete(localId);
  }

  #checkEmail(localId: string, email: string | undefined): void {
    if (email === undefined) return;
    if (!/^[^@\s]+@[^@\s]+$/.test(email)) throw new IdentityError("INVALID_EMAIL");
    const holder = this.#byEmail.get(email.toLowerCase());
    if (holder !== undefined && holder !== localId) throw new IdentityError("EMAIL_EXISTS");
  }

  #keep(account: Account): void {
    this.#byId.set(account.localId, account);
    if (account.email !== undefined)
      this.#byEmail.set(account.email.toLowerCase(), account.localId);
  }
}

/** Custom claims from their JSON text. @throws IdentityError */
export function claimsOf(customAttributes: string | undefined): Claims {
  if (customAttributes === undefined || customAttributes === "") return {};
  if (Buffer.byteLength(customAttributes) > CLAIMS_BYTES_MAX) {
    throw new IdentityError("CLAIMS_TOO_LARGE");
  }
  let claims: unknown;
  try {
    claims = JSON.parse(customAttributes);
  } catch {
    throw new IdentityError("INVALID_CLAIMS");
  }
  if (typeof claims !== "object" || claims === null || Array.isArray(claims)) {
    throw new IdentityError("INVALID_CLAIMS");
  }
  const forbidden = Object.keys(claims).find((name) => RESERVED.has(name));
  if (forbidden !== undefined) throw new IdentityError(`FORBIDDEN_CLAIM : ${forbidden}`);
  return claims as Claims;
}
