import { createSign } from "node:crypto";
import { z } from "zod";
import type { Clock } from "../../std/clock.ts";
import { UserError } from "../cli/errors.ts";
import { inParallel } from "../run/in-parallel.ts";
import { callApi } from "./api-client.ts";
import type { StagingProject } from "./project.ts";

/** https://firebase.google.com/docs/auth/admin/create-custom-tokens (third-party JWT library) */
const AUDIENCE =
  "https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit";
const CUSTOM_TOKEN_SECONDS = 3600;

/** A token is renewed so long before it runs out: longer than any call with it takes. */
const RENEW_BEFORE_MS = 300_000;
/** Sign-ins at once, before anything is measured. */
const SIGN_INS_AT_ONCE = 16;

interface KnownToken {
  readonly token: string;
  readonly expiresMs: number;
}

/**
 * Firebase ID tokens of a run's users, as their apps would get them: a custom token, signed for the
 * user, is exchanged by Identity Toolkit. They carry the claims of the accounts. A token is fetched
 * once, kept, and renewed in the background while it is still good; it is never written anywhere.
 */
export class IdTokens {
  readonly #clock: Clock;
  readonly #project: StagingProject;
  readonly #known = new Map<string, KnownToken>();
  readonly #pending = new Map<string, Promise<string>>();
  #signer: Promise<Signer> | undefined;

  constructor(clock: Clock, project: StagingProject) {
    this.#clock = clock;
    this.#project = project;
  }

  /** Signs all of them in, so that no sign-in is part of what is measured. */
  async signIn(
    uids: readonly string[],
    signal: AbortSignal,
    onProgress: (done: number) => void,
  ): Promise<void> {
    let done = 0;
    await inParallel(uids, SIGN_INS_AT_ONCE, async (uid) => {
      signal.throwIfAborted();
      await this.tokenOf({ uid });
      done += 1;
      onProgress(done);
    });
  }

  /** The user's token, good for some minutes at least. */
  async tokenOf({ uid }: { readonly uid: string }): Promise<string> {
    const known = this.#known.get(uid);
    const leftMs = (known?.expiresMs ?? 0) - this.#clock.monotonicMs();
    if (known !== undefined && leftMs > RENEW_BEFORE_MS) return known.token;
    const renewed = this.#renew(uid);
    if (known === undefined || leftMs <= 0) return renewed;
    // While the old one is good nobody waits; a renewal that fails is tried again by the next.
    renewed.catch(() => undefined);
    return known.token;
  }

  /** A token that is good for so long: whoever waits for nobody to renew it takes this one. */
  tokenFor({ uid }: { readonly uid: string }, forMs: number): Promise<string> {
    const known = this.#known.get(uid);
    const isGood = known !== undefined && known.expiresMs - this.#clock.monotonicMs() > forMs;
    return isGood ? Promise.resolve(known.token) : this.#renew(uid);
  }

  #renew(uid: string): Promise<string> {
    const pending = this.#pending.get(uid) ?? this.#exchange(uid);
    this.#pending.set(uid, pending);
    return pending.finally(() => this.#pending.delete(uid));
  }

  async #exchange(uid: string): Promise<string> {
    const { webApiKey } = this.#project;
    if (webApiKey === null) throw noKey();
    const askedMs = this.#clock.monotonicMs();
    this.#signer ??= signerOf(this.#clock, this.#project);
    const token = await (await this.#signer)(uid);
    const answer = await callApi(this.#clock, this.#project, {
      api: "identityToolkit",
      method: "POST",
      path: `/v1/accounts:signInWithCustomToken?key=${encodeURIComponent(webApiKey)}`,
      body: { token, returnSecureToken: true },
      as: "web-key",
    });
    const { idToken, expiresIn } = z
      .object({ idToken: z.string().min(1), expiresIn: z.coerce.number().default(3600) })
      .parse(answer);
    this.#known.set(uid, { token: idToken, expiresMs: askedMs + expiresIn * 1000 });
    return idToken;
  }
}

/** Signs a custom token for a user. */
type Signer = (uid: string) => Promise<string>;

/** By the credentials' own key where they have one, else by the service account through Google. */
async function signerOf(clock: Clock, project: StagingProject): Promise<Signer> {
  const own = await ownKey(project);
  const email = project.serviceAccount ?? own?.email;
  if (email === undefined) throw noSigner();
  const claimsOf = (uid: string): object => {
    const nowSeconds = Math.floor(clock.wallMs() / 1000);
    const times = { iat: nowSeconds, exp: nowSeconds + CUSTOM_TOKEN_SECONDS };
    return { iss: email, sub: email, aud: AUDIENCE, uid, ...times };
  };
  if (own !== undefined && own.email === email) {
    return (uid) => Promise.resolve(signLocally(claimsOf(uid), own.key));
  }
  return async (uid) => {
    // https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/signJwt
    const answer = await callApi(clock, project, {
      api: "iamCredentials",
      method: "POST",
      path: `/v1/projects/-/serviceAccounts/${encodeURIComponent(email)}:signJwt`,
      body: { payload: JSON.stringify(claimsOf(uid)) },
    });
    return z.object({ signedJwt: z.string().min(1) }).parse(answer).signedJwt;
  };
}

interface OwnKey {
  readonly email: string;
  readonly key: string;
}

/** The key of a service account's file, if that is what the default credentials are. */
async function ownKey({ serviceAccount, tokens }: StagingProject): Promise<OwnKey | undefined> {
  const found = await tokens.auth.getCredentials().catch(() => undefined);
  const { client_email: email, private_key: key } = found ?? {};
  if (email === undefined || key === undefined) return undefined;
  return serviceAccount === null || serviceAccount === email ? { email, key } : undefined;
}

function signLocally(claims: object, key: string): string {
  const content = [{ alg: "RS256", typ: "JWT" }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  return `${content}.${createSign("RSA-SHA256").update(content).sign(key, "base64url")}`;
}

function noKey(): UserError {
  return new UserError(
    "E_PROJECT_FILE",
    "--project-file: webApiKey is missing, and clients cannot sign in without it",
    "It is in the Firebase console under Project settings, and no secret. Write it to the project file.",
  );
}

function noSigner(): UserError {
  return new UserError(
    "E_PROJECT_FILE",
    "--project-file: serviceAccount is missing: the default credentials are no service account's, and somebody must sign the users' tokens",
    "Name a service account of the project on which you have Service Account Token Creator (roles/iam.serviceAccountTokenCreator).",
  );
}
