import type { Clock } from "../../std/clock.ts";
import type { Log } from "../log.ts";
import { documentId, parseDocument } from "../schema/document.ts";
import { emailAddress } from "../schema/email-address.ts";
import { invitationPath, invitationSchema } from "../schema/invitation.ts";
import type { Store } from "../store/store.ts";
import type { DirectoryUser } from "./auth-directory.ts";
import { describeError, recordFailure } from "./onboarding-errors.ts";
import { withDeadline } from "./with-deadline.ts";

/** What the identity provider says of someone who is signing up. */
export type SigningUp = Pick<DirectoryUser, "uid" | "email" | "emailVerified">;

type Decision<Reason> =
  | { readonly kind: "assigned"; readonly tenantId: string }
  | { readonly kind: "refused"; readonly reason: Reason; readonly message: string };

type DecidedTenant = Decision<"invalid-user">;

/** Refused as `unavailable`, the same sign-up may succeed later. */
export type TenantDecision = Decision<"invalid-user" | "unavailable">;

/**
 * Authentication gives the blocking function 7 s, start-up included, and then fails the sign-up by
 * itself (https://firebase.google.com/docs/auth/extend-with-blocking-functions). With the time to
 * record a failure this stays under 5 s.
 */
const LOOKUP_DEADLINE_MS = 3000;

/** The tenant a user founds. Derived, so that every delivery of an event comes to the same. */
export function ownTenantId(uid: string): string {
  return `tenant_${uid}`;
}

/**
 * What on_user_signup does, before a user is created. A failure is recorded and becomes a refusal
 * that says so, since a user without a tenant could see nothing.
 */
export async function assignTenant(
  clock: Clock,
  store: Store,
  log: Log,
  user: SigningUp,
): Promise<TenantDecision> {
  try {
    const decision = decideTenant(clock, store, user);
    return await withDeadline(clock, LOOKUP_DEADLINE_MS, "choosing the tenant", decision);
  } catch (error) {
    const { uid, email } = user;
    const failure = { uid, email, tenantId: null, step: "on_user_signup" } as const;
    await recordFailure(clock, store, log, { ...failure, ...describeError(error) });
    return {
      kind: "refused",
      reason: "unavailable",
      message: "Signing up is not possible at the moment. Please try again in a minute.",
    };
  }
}

/**
 * Nothing the client sends is asked: a user founds a tenant of their own, unless a trusted hand
 * has left an invitation for the address and the identity provider has verified that the address
 * is theirs. Without a verified address there is no round trip.
 */
export async function decideTenant(
  clock: Clock,
  store: Store,
  { uid, email, emailVerified }: SigningUp,
): Promise<DecidedTenant> {
  if (email === undefined || email === "") {
    return refuse("An e-mail address is needed to sign up.");
  }
  if (!emailAddress.safeParse(email).success) {
    return refuse("This e-mail address cannot be used. Use one of plain letters: ann@example.com.");
  }
  const own = ownTenantId(uid);
  if (!documentId.safeParse(own).success) return refuse("This user ID cannot be used.");
  const invited = emailVerified ? await invitedTenant(clock, store, email) : undefined;
  return { kind: "assigned", tenantId: invited ?? own };
}

/** The tenant that a valid invitation for the address names. */
async function invitedTenant(
  clock: Clock,
  store: Store,
  email: string,
): Promise<string | undefined> {
  const [snapshot] = await store.get([invitationPath(email)]);
  if (!snapshot) return undefined;
  const invitation = parseDocument(invitationSchema, snapshot);
  return invitation.expires_at.getTime() > clock.wallMs() ? invitation.tenant_id : undefined;
}

function refuse(message: string): DecidedTenant {
  return { kind: "refused", reason: "invalid-user", message };
}
