import { z } from "zod";
import type { Clock } from "../../../std/clock.ts";
import type { Rng } from "../../../std/rng.ts";
import { unknownProject } from "../access/api-error.ts";
import { randomId } from "../access/random-id.ts";
import type { Permission } from "../access/roles.ts";
import type { PosingProject } from "../posing-project.ts";
import type { Account, AccountFields, Accounts } from "./accounts.ts";
import { readBodyAs, type ApiRequest } from "./api-request.ts";
import { IdentityError } from "./identity-error.ts";

const SERVICE = "identitytoolkit.googleapis.com";
const PATH = /^\/v1\/projects\/([^/]+)\/accounts(?::([a-zA-Z]+))?$/;
/** https://firebase.google.com/docs/auth/limits (read 2026-11): accounts in one call. */
const BATCH_CREATE_MAX = 1000;
const BATCH_DELETE_MAX = 1000;
const BATCH_GET_MAX = 1000;
const LOOKUP_MAX = 100;
const ID_CHARACTERS = 28;

const accountFields = z.object({
  localId: z.string().min(1).max(128).optional(),
  email: z.string().optional(),
  emailVerified: z.boolean().optional(),
  disabled: z.boolean().optional(),
  displayName: z.string().optional(),
  password: z.string().min(6, "WEAK_PASSWORD").optional(),
  customAttributes: z.string().optional(),
});

const batchCreate = z.object({ users: z.array(accountFields).max(BATCH_CREATE_MAX) });
const lookup = z.object({
  localId: z.array(z.string()).max(LOOKUP_MAX).default([]),
  email: z.array(z.string()).max(LOOKUP_MAX).default([]),
});
const one = z.object({ localId: z.string() });
const batchDelete = z.object({
  localIds: z.array(z.string()).max(BATCH_DELETE_MAX),
  force: z.boolean().default(false),
});

type Answer = (request: ApiRequest) => unknown;

/**
 * Identity Toolkit as administrators use it
 * (https://cloud.google.com/identity-platform/docs/reference/rest/v1/projects.accounts).
 */
export class IdentityToolkit {
  readonly #project: PosingProject;
  readonly #clock: Clock;
  readonly #rng: Rng;
  readonly #methods: Readonly<Record<string, readonly [Permission, Answer]>>;

  constructor(project: PosingProject, clock: Clock, rng: Rng) {
    this.#project = project;
    this.#clock = clock;
    this.#rng = rng;
    this.#methods = {
      "POST ": ["firebaseauth.users.create", ({ body }) => this.#create(body)],
      "POST batchCreate": ["firebaseauth.users.create", ({ body }) => this.#batchCreate(body)],
      "POST lookup": ["firebaseauth.users.get", ({ body }) => this.#lookup(body)],
      "POST update": ["firebaseauth.users.update", ({ body }) => this.#update(body)],
      "POST delete": ["firebaseauth.users.delete", ({ body }) => this.#delete(body)],
      "POST batchDelete": ["firebaseauth.users.delete", ({ body }) => this.#batchDelete(body)],
      "GET batchGet": ["firebaseauth.users.get", ({ query }) => this.#batchGet(query)],
    };
  }

  /** Undefined: the path is not one of its. @throws ApiError or IdentityError */
  answer(request: ApiRequest): unknown {
    const [, projectId, verb = ""] = PATH.exec(request.path) ?? [];
    const method = this.#methods[`${request.method} ${verb}`];
    if (projectId === undefined || method === undefined) return undefined;
    const [permission, answer] = method;
    this.#project.demand(request.authorization, permission);
    if (projectId !== this.#project.projectId) throw unknownProject(projectId, SERVICE);
    return answer(request);
  }

  get accounts(): Accounts {
    return this.#project.accounts;
  }

  newId(): string {
    return randomId(this.#rng, ID_CHARACTERS);
  }

  createAccount(localId: string, fields: AccountFields): Account {
    return this.accounts.create(localId, fields, this.#clock.wallMs());
  }

  #create(body: string): object {
    const { localId = this.newId(), ...fields } = readBodyAs(accountFields, body);
    const { email } = this.createAccount(localId, given(fields));
    return { kind: "identitytoolkit#SignupNewUserResponse", localId, email };
  }

  /** Each by itself: those that fail are listed, the others are made. */
  #batchCreate(body: string): object {
    const { users } = readBodyAs(batchCreate, body);
    const error = users.flatMap(({ localId = this.newId(), ...fields }, index) => {
      try {
        this.createAccount(localId, given(fields));
        return [];
      } catch (fault) {
        if (!(fault instanceof IdentityError)) throw fault;
        return [{ index, message: fault.message }];
      }
    });
    return {
      kind: "identitytoolkit#UploadAccountResponse",
      ...(error.length > 0 ? { error } : {}),
    };
  }

  #lookup(body: string): object {
    const { localId, email } = readBodyAs(lookup, body);
    const found = [
      ...localId.map((id) => this.accounts.find({ localId: id })),
      ...email.map((address) => this.accounts.find({ email: address })),
    ].flatMap((account) => (account === undefined ? [] : [shown(account)]));
    // Nobody found: the list is left out, as production does.
    return {
      kind: "identitytoolkit#GetAccountInfoResponse",
      ...(found.length > 0 ? { users: found } : {}),
    };
  }

  #update(body: string): object {
    const { localId, ...fields } = readBodyAs(accountFields, body);
    if (localId === undefined) throw new IdentityError("MISSING_LOCAL_ID");
    const { email } = this.accounts.update(localId, given(fields));
    return { kind: "identitytoolkit#SetAccountInfoResponse", localId, email };
  }

  #delete(body: string): object {
    const { localId } = readBodyAs(one, body);
    if (!this.accounts.delete(localId)) throw new IdentityError("USER_NOT_FOUND");
    return { kind: "identitytoolkit#DeleteAccountResponse" };
  }

  /** Without `force` only disabled accounts are deleted; who is not there is no error. */
  #batchDelete(body: string): object {
    const { localIds, force } = readBodyAs(batchDelete, body);
    const errors = localIds.flatMap((localId, index) => {
      const account = this.accounts.find({ localId });
      if (account !== undefined && !account.disabled && !force) {
        const message = "NOT_DISABLED : Disable the account before batch deletion.";
        return [{ index, localId, message }];
      }
      this.accounts.delete(localId);
      return [];
    });
    return errors.length > 0 ? { errors } : {};
  }

  #batchGet(query: URLSearchParams): object {
    const from = /^\d{1,9}$/.test(query.get("nextPageToken") ?? "")
      ? Number(query.get("nextPageToken"))
      : 0;
    const asked = Number(query.get("maxResults") ?? 20);
    const to = from + Math.min(asked > 0 ? asked : 20, BATCH_GET_MAX);
    const all = this.accounts.list();
    const users = all.slice(from, to).map(shown);
    return {
      kind: "identitytoolkit#DownloadAccountResponse",
      ...(users.length > 0 ? { users } : {}),
      ...(to < all.length ? { nextPageToken: String(to) } : {}),
    };
  }
}

/** What the request names, and no more: undefined would overwrite. */
function given(fields: z.infer<typeof accountFields>): AccountFields {
  const { localId: _, ...others } = fields;
  return Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined));
}

/** A UserInfo, without its password. */
function shown(account: Account): object {
  const { localId, email, emailVerified, disabled, displayName, customAttributes, createdMs } =
    account;
  return {
    localId,
    email,
    emailVerified,
    disabled,
    displayName,
    customAttributes,
    createdAt: String(Math.floor(createdMs)),
    validSince: String(Math.floor(createdMs / 1000)),
  };
}
