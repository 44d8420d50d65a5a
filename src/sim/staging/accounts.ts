import { z } from "zod";
import type { Clock } from "../../std/clock.ts";
import { TENANT_CLAIM, type DirectoryUser } from "../../system/provisioning/auth-directory.ts";
import type { UserDirectory } from "../run/sign-ups.ts";
import { callApi, type ApiCall } from "./api-client.ts";
import type { StagingProject } from "./project.ts";

/*
 * Firebase Authentication through the calls that the Admin SDK itself makes
 * (https://cloud.google.com/identity-platform/docs/reference/rest). The SDK knows one host besides
 * Google's, the emulator's, where it sends no credentials; so it is not used here.
 *
 * Staging's limits (https://firebase.google.com/docs/auth/limits, read 2026-11): a client's own
 * sign-up 100 accounts an hour and IP address; deletion 10 accounts a second, or one batch a second;
 * configuration updates 10 a second. Importing has none that is published: accounts are imported with
 * their claims, so that a run neither signs up as a client nor updates anybody.
 */

/** Accounts in one request of batchCreate, batchGet or batchDelete: the Admin SDK's own bound. */
const BATCH_MAX = 1000;
const DELETE_EVERY_MS = 1000;

const userInfo = z.object({
  localId: z.string(),
  email: z.string().optional(),
  emailVerified: z.boolean().default(false),
  customAttributes: z.string().optional(),
});

export class AccountClient implements UserDirectory {
  readonly #clock: Clock;
  readonly #project: StagingProject;
  readonly #imported = new Set<string>();

  constructor(clock: Clock, project: StagingProject) {
    this.#clock = clock;
    this.#project = project;
  }

  get projectId(): string {
    return this.#project.projectId;
  }

  /** Makes accounts that are there already with their claims. */
  async import(
    users: readonly DirectoryUser[],
    signal?: AbortSignal,
    onProgress?: (done: number) => void,
  ): Promise<void> {
    for (let first = 0; first < users.length; first += BATCH_MAX) {
      const batch = users.slice(first, first + BATCH_MAX);
      const answer = await this.#call("POST", ":batchCreate", { users: batch.map(toInfo) }, signal);
      const { error } = z
        .object({ error: z.array(z.object({ message: z.string() })).default([]) })
        .parse(answer);
      const [fault] = error;
      if (fault !== undefined) {
        throw new Error(`${error.length} accounts were not made: ${fault.message}`);
      }
      for (const { uid } of batch) this.#imported.add(uid);
      onProgress?.(first + batch.length);
    }
  }

  async register(user: DirectoryUser): Promise<void> {
    if (!this.#imported.has(user.uid)) await this.import([user]);
  }

  async getUser(uid: string): Promise<DirectoryUser | undefined> {
    const answer = await this.#call("POST", ":lookup", { localId: [uid] });
    const [found] = z.object({ users: z.array(userInfo).default([]) }).parse(answer).users;
    if (found === undefined) return undefined;
    const claim = claimsOf(found.customAttributes)[TENANT_CLAIM];
    return {
      uid,
      email: found.email,
      emailVerified: found.emailVerified,
      tenantId: typeof claim === "string" ? claim : undefined,
    };
  }

  async setTenantClaim(uid: string, tenantId: string): Promise<void> {
    const customAttributes = JSON.stringify({ [TENANT_CLAIM]: tenantId });
    await this.#call("POST", ":update", { localId: uid, customAttributes });
  }

  /** The IDs of all the project's users, page by page. */
  async *pages(signal?: AbortSignal): AsyncGenerator<readonly string[]> {
    for (let token = ""; ;) {
      const next = token === "" ? "" : `&nextPageToken=${encodeURIComponent(token)}`;
      const answer = await this.#call(
        "GET",
        `:batchGet?maxResults=${BATCH_MAX}${next}`,
        undefined,
        signal,
      );
      const page = z
        .object({
          users: z.array(z.object({ localId: z.string() })).default([]),
          nextPageToken: z.string().default(""),
        })
        .parse(answer);
      yield page.users.map(({ localId }) => localId);
      token = page.nextPageToken;
      if (token === "" || page.users.length === 0) return;
    }
  }

  /** Deletes users, one batch a second. One that is gone already is no fault. */
  async delete(
    uids: readonly string[],
    signal: AbortSignal,
    onProgress: (done: number) => void,
  ): Promise<void> {
    for (let first = 0; first < uids.length; first += BATCH_MAX) {
      if (first > 0) await this.#clock.sleep(DELETE_EVERY_MS, signal);
      const localIds = uids.slice(first, first + BATCH_MAX);
      // `force`: enabled accounts, too (the Admin SDK's deleteUsers).
      await this.#call("POST", ":batchDelete", { localIds, force: true }, signal);
      onProgress(first + localIds.length);
    }
  }

  #call(
    method: ApiCall["method"],
    what: string,
    body?: object,
    signal?: AbortSignal,
  ): Promise<unknown> {
    const path = `/v1/projects/${this.#project.projectId}/accounts${what}`;
    return callApi(this.#clock, this.#project, {
      api: "identityToolkit",
      method,
      path,
      signal,
      ...(body === undefined ? {} : { body }),
    });
  }
}

function toInfo({ uid, email, emailVerified, tenantId }: DirectoryUser): object {
  const claims = tenantId === undefined ? {} : { [TENANT_CLAIM]: tenantId };
  return { localId: uid, email, emailVerified, customAttributes: JSON.stringify(claims) };
}

function claimsOf(text = "{}"): Readonly<Record<string, unknown>> {
  const parsed: unknown = JSON.parse(text === "" ? "{}" : text);
  return typeof parsed === "object" && parsed !== null ? { ...parsed } : {};
}
