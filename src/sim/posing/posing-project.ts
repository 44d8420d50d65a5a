import type { IndexFile } from "../../firestore/indexes/index-file.ts";
import type { Clock } from "../../std/clock.ts";
import { hash32, type Rng } from "../../std/rng.ts";
import { AccessTokens } from "./access/access-tokens.ts";
import {
  callerHasNoPermission,
  missingCredentials,
  serviceDisabled,
  type ApiError,
} from "./access/api-error.ts";
import { identifyCaller, type Caller } from "./access/caller.ts";
import { IdTokens } from "./access/id-tokens.ts";
import { randomId } from "./access/random-id.ts";
import { permissionsOf, type Permission, type Role } from "./access/roles.ts";
import { serviceOf, type Service } from "./access/services.ts";
import { SignedTokens } from "./access/signed-tokens.ts";
import { Accounts } from "./apis/accounts.ts";
import { Faults } from "./faults.ts";

/** Drawn from the seed: who knows it can make them, and they open nothing but the rehearsal. */
const SECRET_CHARACTERS = 64;

export interface PosingProjectOptions {
  readonly projectId: string;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly roles: readonly Role[];
  /** APIs that are not enabled. */
  readonly disabled: readonly Service[];
  readonly labels: Readonly<Record<string, string>>;
  /** Where the database is said to be. */
  readonly location: "nam5" | "us-central1";
  /** What is deployed. */
  readonly rules: string;
  readonly indexes: IndexFile;
  readonly tokenLifetimeMs: number;
}

/** A Google Cloud project as its APIs see it: who may do what, what is deployed, which tokens are valid. */
export class PosingProject {
  readonly projectId: string;
  readonly projectNumber: string;
  readonly serviceAccount: string;
  readonly webApiKey: string;
  /** What the fake credentials file holds, and the token server takes. */
  readonly subjectToken: string;
  labels: Readonly<Record<string, string>>;
  /** The app's users. */
  readonly accounts = new Accounts();
  readonly location: "nam5" | "us-central1";
  readonly rules: string;
  readonly indexes: IndexFile;
  readonly createdMs: number;
  readonly accessTokens: AccessTokens;
  readonly idTokens: IdTokens;
  /** Tokens that the service account signs, such as those that users sign in with. */
  readonly accountTokens: SignedTokens;
  readonly faults: Faults;
  readonly #disabled: readonly Service[];
  #roles: ReadonlySet<Role>;

  constructor({ clock, rng, ...options }: PosingProjectOptions) {
    const { projectId } = options;
    this.projectId = projectId;
    this.projectNumber = String(100_000_000_000 + hash32(projectId));
    this.serviceAccount = `staging@${projectId}.iam.gserviceaccount.com`;
    this.webApiKey = `posing-${hash32(`key of ${projectId}`).toString(16)}`;
    this.subjectToken = randomId(rng.fork("subject"), SECRET_CHARACTERS);
    this.labels = options.labels;
    this.location = options.location;
    this.rules = options.rules;
    this.indexes = options.indexes;
    this.createdMs = clock.wallMs();
    this.accessTokens = new AccessTokens(clock, rng.fork("access tokens"), options.tokenLifetimeMs);
    this.accountTokens = new SignedTokens(randomId(rng.fork("account key"), SECRET_CHARACTERS));
    this.idTokens = new IdTokens(
      clock,
      new SignedTokens(randomId(rng.fork("user key"), SECRET_CHARACTERS)),
      projectId,
      Math.ceil(options.tokenLifetimeMs / 1000),
    );
    this.faults = new Faults();
    this.#disabled = options.disabled;
    this.#roles = new Set(options.roles);
  }

  get roles(): readonly Role[] {
    return [...this.#roles];
  }

  setRoles(roles: readonly Role[]): void {
    this.#roles = new Set(roles);
  }

  /** Lets calls through of an API that is enabled. @throws ApiError */
  checkEnabled(permission: Permission): void {
    const { service, title } = serviceOf(permission);
    if (this.#disabled.includes(service)) throw serviceDisabled(this.projectId, service, title);
  }

  /** @throws ApiError UNAUTHENTICATED */
  caller(authorization: string | undefined): Caller {
    const { accessTokens, idTokens } = this;
    const permissions = (): ReadonlySet<Permission> => permissionsOf(this.#roles);
    return identifyCaller({ accessTokens, idTokens, permissions }, authorization);
  }

  /** Lets the service account through that has the permission. @throws ApiError */
  demand(
    authorization: string | undefined,
    permission: Permission,
    refusal: () => ApiError = callerHasNoPermission,
  ): void {
    const caller = this.caller(authorization);
    if (caller.kind === "nobody") throw missingCredentials();
    this.checkEnabled(permission);
    if (caller.kind === "user" || !caller.permissions.has(permission)) throw refusal();
  }
}
