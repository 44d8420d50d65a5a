import type { Clock } from "../../std/clock.ts";
import type { Log } from "../../system/log.ts";
import { assignTenant } from "../../system/provisioning/assign-tenant.ts";
import type { AuthDirectory, DirectoryUser } from "../../system/provisioning/auth-directory.ts";
import { onboardUser } from "../../system/provisioning/onboard-user.ts";
import type { Store } from "../../system/store/store.ts";

/** Someone who signs up. A verified address is what an invitation is matched by. */
export interface Applicant {
  readonly uid: string;
  readonly email: string;
}

/** A sign-up that did not end with a user of the tenant expected. */
export class SignUpError extends Error {
  override readonly name = "SignUpError";
}

/** A directory in which the harness may make users itself. */
export interface UserDirectory extends AuthDirectory {
  /** Whoever is there already stays as they are. */
  register(user: DirectoryUser): Promise<void>;
}

/** The directory of a local target. */
class SyntheticDirectory implements UserDirectory {
  readonly #users = new Map<string, DirectoryUser>();

  register(user: DirectoryUser): Promise<void> {
    this.#users.set(user.uid, user);
    return Promise.resolve();
  }

  getUser(uid: string): Promise<DirectoryUser | undefined> {
    return Promise.resolve(this.#users.get(uid));
  }

  setTenantClaim(uid: string, tenantId: string): Promise<void> {
    const user = this.#users.get(uid);
    if (user !== undefined) this.#users.set(uid, { ...user, tenantId });
    return Promise.resolve();
  }
}

/**
 * Signs people up as Firebase Authentication would: the service's blocking function first, then
 * the user in the directory, then the service's event handler. Only a local target's directory is
 * synthetic.
 */
export class SignUps {
  readonly #clock: Clock;
  readonly #store: Store;
  readonly #log: Log;
  readonly #directory: UserDirectory;
  /** Sign-ups begun, by uid, until an answer came. */
  readonly #unanswered = new Map<string, Promise<string>>();

  constructor(
    clock: Clock,
    store: Store,
    log: Log,
    directory: UserDirectory = new SyntheticDirectory(),
  ) {
    this.#clock = clock;
    this.#store = store;
    this.#log = log;
    this.#directory = directory;
  }

  /** Returns the new user's tenant. Rejects with a SignUpError, or with the store's error. */
  async signUp(applicant: Applicant): Promise<string> {
    const { uid } = applicant;
    const signUp = this.#signUp(applicant);
    this.#unanswered.set(uid, signUp);
    try {
      const tenantId = await signUp;
      this.#unanswered.delete(uid);
      return tenantId;
    } catch (error) {
      if (error instanceof SignUpError) this.#unanswered.delete(uid);
      throw error;
    }
  }

  /**
   * Whose sign-up ended without an answer: the database may hold their documents or not. Waits for
   * the sign-ups that are still under way.
   */
  async unanswered(): Promise<readonly string[]> {
    await Promise.allSettled(this.#unanswered.values());
    return [...this.#unanswered.keys()];
  }

  async #signUp({ uid, email }: Applicant): Promise<string> {
    const dependencies = {
      clock: this.#clock,
      store: this.#store,
      log: this.#log,
      directory: this.#directory,
    };
    const applicant = { uid, email, emailVerified: true };
    const decision = await assignTenant(this.#clock, this.#store, this.#log, applicant);
    if (decision.kind === "refused") throw new SignUpError(`${uid}: ${decision.message}`);
    await this.#directory.register({ ...applicant, tenantId: decision.tenantId });
    const result = await onboardUser(dependencies, uid);
    if (result.kind === "provisioned") return result.tenantId;
    throw new SignUpError(`${uid}: ${result.kind === "gone" ? "vanished" : result.message}`);
  }
}
