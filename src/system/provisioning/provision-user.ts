import { z } from "zod";
import { equalJitterBackOffMs, type BackOff } from "../../std/back-off.ts";
import type { Clock } from "../../std/clock.ts";
import { createRng } from "../../std/rng.ts";
import { documentId, parseDocument } from "../schema/document.ts";
import { emailAddress } from "../schema/email-address.ts";
import { onboardingErrorPath } from "../schema/ops.ts";
import { tenantSchema } from "../schema/tenant.ts";
import { userSchema } from "../schema/user.ts";
import { isRetryable } from "../store/status.ts";
import { StoreError, type Snapshot, type Store, type Write } from "../store/store.ts";
import {
  seedDocuments,
  type NewUser,
  type SeedDocument,
  type SeedGroup,
} from "./seed-documents.ts";

export type ProvisionResult =
  /** `created` names the groups that were missing; it is empty when everything was there. */
  | { readonly kind: "provisioned"; readonly created: readonly SeedGroup[] }
  | {
      readonly kind: "refused";
      readonly reason: "invalid-user" | "other-tenant";
      readonly message: string;
    };

/** A second look is needed only after a race or a passing fault; more means something is wrong. */
const ATTEMPTS_MAX = 5;
const BACK_OFF: BackOff = { baseMs: 50, factor: 2, capMs: 400 };

/**
 * Gives a user the seven document groups, and clears an earlier failure from
 * ops/onboarding_errors: one read of all, one atomic commit that creates what is missing. Nothing
 * that exists is written, so it can run twice, in parallel, or after a crash, and never resets a
 * tenant or what the user has since changed. A race is lost as ALREADY_EXISTS, and looked at again.
 * Throws the StoreError when the database keeps failing.
 */
export async function provisionUser(
  clock: Clock,
  store: Store,
  user: NewUser,
): Promise<ProvisionResult> {
  const fault = faultOf(user);
  if (fault !== undefined) return { kind: "refused", reason: "invalid-user", message: fault };
  // A stream for each user: those whom one fault hits together do not come back together.
  const rng = createRng(`provision/${user.uid}`);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await createMissing(store, user);
    } catch (error) {
      if (attempt === ATTEMPTS_MAX || !(error instanceof StoreError)) throw error;
      if (error.code === "ALREADY_EXISTS") continue; // The race is over: look at once.
      if (!isRetryable(error.code)) throw error;
      await clock.sleep(equalJitterBackOffMs(BACK_OFF, attempt, rng.next()));
    }
  }
}

async function createMissing(store: Store, user: NewUser): Promise<ProvisionResult> {
  const joining = seedDocuments(user, "member");
  const errorPath = onboardingErrorPath(user.uid);
  const found = await store.get([...joining.map(({ path }) => path), errorPath]);
  const existing = new Map(found.flatMap((one) => (one ? [[one.path, one] as const] : [])));
  const elsewhere = otherTenant(existing, joining, user);
  if (elsewhere !== undefined) {
    const message = `user ${user.uid} belongs to tenant ${elsewhere}, not to ${user.tenantId}`;
    return { kind: "refused", reason: "other-tenant", message };
  }
  const seeds = ownsTenant(existing, joining, user) ? seedDocuments(user, "owner") : joining;
  const missing = seeds.filter(({ path }) => !existing.has(path));
  const writes: Write[] = missing.map(({ path, data, transforms }) => ({
    kind: "create",
    path,
    data,
    transforms,
  }));
  if (existing.has(errorPath)) writes.push({ kind: "delete", path: errorPath });
  if (writes.length > 0) await store.commit(writes);
  return { kind: "provisioned", created: missing.map(({ group }) => group) };
}

type Existing = ReadonlyMap<string, Snapshot>;

function snapshotOf(
  existing: Existing,
  seeds: readonly SeedDocument[],
  group: SeedGroup,
): Snapshot | undefined {
  const seed = seeds.find((one) => one.group === group);
  return seed && existing.get(seed.path);
}

/** The tenant a user document already names, when it is not the one asked for. */
function otherTenant(
  existing: Existing,
  seeds: readonly SeedDocument[],
  user: NewUser,
): string | undefined {
  const root = snapshotOf(existing, seeds, "user");
  if (!root) return undefined;
  const { tenant_id: tenantId } = parseDocument(userSchema, root);
  return tenantId === user.tenantId ? undefined : tenantId;
}

/**
 * Who brings a tenant into being owns it. The document prints "member" for everyone, which would
 * leave a tenant without anyone who may administer it.
 */
function ownsTenant(existing: Existing, seeds: readonly SeedDocument[], user: NewUser): boolean {
  const tenant = snapshotOf(existing, seeds, "tenant");
  return !tenant || parseDocument(tenantSchema, tenant).owner_uid === user.uid;
}

const newUserSchema = z.object({ uid: documentId, email: emailAddress, tenantId: documentId });

function faultOf(user: NewUser): string | undefined {
  const parsed = newUserSchema.safeParse(user);
  if (parsed.success) return undefined;
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  return `user ${user.uid} cannot be provisioned: ${faults.join("; ")}`;
}
