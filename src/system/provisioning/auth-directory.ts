/** The custom claim that carries a user's tenant. Security rules read it from the token. */
export const TENANT_CLAIM = "tenant_id";

export interface DirectoryUser {
  readonly uid: string;
  /** Absent for users who signed up with a phone number, or anonymously. */
  readonly email: string | undefined;
  /** Whether the identity provider has verified that the address is the user's. */
  readonly emailVerified: boolean;
  /** The tenant claim, which only trusted code sets; absent until then. */
  readonly tenantId: string | undefined;
}

/** The port to Firebase Authentication. */
export interface AuthDirectory {
  getUser(uid: string): Promise<DirectoryUser | undefined>;
  /** Sets the tenant claim and leaves the user's other claims as they are. */
  setTenantClaim(uid: string, tenantId: string): Promise<void>;
}
