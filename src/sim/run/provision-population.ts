import type { Clock } from "../../std/clock.ts";
import { invitationPath, type Invitation } from "../../system/schema/invitation.ts";
import { strategyPath, tenantPath, type Strategy } from "../../system/schema/tenant.ts";
import { accountPath, tradingStatusPath } from "../../system/schema/user.ts";
import { isRetryable } from "../../system/store/status.ts";
import { StoreError, type Store, type Write } from "../../system/store/store.ts";
import { marketSymbols } from "../market/symbols.ts";
import type { Population, SyntheticTenant, SyntheticUser } from "../population/population.ts";
import { chunks, inParallel } from "./in-parallel.ts";
import { SignUpError, type SignUps } from "./sign-ups.ts";

/** Sign-ups under way at once: enough to keep the database busy, few enough to be timed fairly. */
const SIGN_UPS_IN_PARALLEL = 24;
const BATCH_WRITES = 250;
const BATCHES_IN_PARALLEL = 4;
const INVITATION_LIFE_MS = 86_400_000;

export interface Provisioning {
  readonly clock: Clock;
  readonly store: Store;
  readonly signUps: SignUps;
  readonly signal: AbortSignal;
  /** A user has all document groups, `latencyMs` after the sign-up began. */
  onUser(uid: string, tenantId: string, latencyMs: number): void;
  onProgress(done: number, total: number): void;
}

/**
 * Brings a population into being through the service's own sign-up: owners first, who found the
 * tenants, then those they invite. Then does what users do before they trade: names and plans,
 * connected accounts, strategies, trading switched on.
 */
export async function provisionPopulation(
  provisioning: Provisioning,
  population: Population,
): Promise<void> {
  const owners = new Set(population.tenants.map(({ userIndexes }) => userIndexes[0]));
  const founders = population.users.filter((_, index) => owners.has(index));
  const joiners = population.users.filter((_, index) => !owners.has(index));
  let done = 0;
  const signUpAll = (users: readonly SyntheticUser[]): Promise<void> =>
    inParallel(users, SIGN_UPS_IN_PARALLEL, async (user) => {
      await signUpOne(provisioning, user);
      done += 1;
      provisioning.onProgress(done, population.users.length);
    });
  await signUpAll(founders);
  await commitAll(provisioning, invitations(provisioning.clock, population));
  await signUpAll(joiners);
  await commitAll(provisioning, settleIn(provisioning.clock, population));
}

async function signUpOne(provisioning: Provisioning, user: SyntheticUser): Promise<void> {
  const { clock, signUps, signal } = provisioning;
  signal.throwIfAborted();
  const startedMs = clock.monotonicMs();
  const tenantId = await signUps.signUp(user);
  if (tenantId !== user.tenantId) {
    throw new SignUpError(`${user.uid}: came into tenant ${tenantId}, not ${user.tenantId}`);
  }
  provisioning.onUser(user.uid, tenantId, clock.monotonicMs() - startedMs);
}

/** Tries of one batch. The last waits come to half a minute: a busy emulator recovers in less. */
const BATCH_ATTEMPTS = 8;
const BATCH_BACK_OFF_MS = 250;

/**
 * Commits independent writes in batches: what an administrator's script would do. A batch whose
 * answer was lost may have been applied, so writes must be ones that can be made twice.
 */
export async function commitAll(
  { clock, store, signal }: Pick<Provisioning, "clock" | "store" | "signal">,
  writes: readonly Write[],
): Promise<void> {
  await inParallel(chunks(writes, BATCH_WRITES), BATCHES_IN_PARALLEL, async (batch) => {
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted();
      try {
        await store.commit(batch);
        return;
      } catch (error) {
        const mayPass = error instanceof StoreError && isRetryable(error.code);
        if (!mayPass || attempt === BATCH_ATTEMPTS) throw error;
        await clock.sleep(BATCH_BACK_OFF_MS * 2 ** (attempt - 1), signal);
      }
    }
  });
}

/** The owners' invitations to everybody else of their tenants. */
function invitations(clock: Clock, { tenants, users }: Population): readonly Write[] {
  const expiresAt = new Date(Math.round(clock.wallMs()) + INVITATION_LIFE_MS);
  return tenants.flatMap(({ tenantId, userIndexes: [ownerIndex = 0, ...joiners] }) =>
    joiners.flatMap((index): readonly Write[] => {
      const email = users[index]?.email;
      const invitedBy = users[ownerIndex]?.uid;
      if (email === undefined || invitedBy === undefined) return [];
      const data: Invitation = {
        tenant_id: tenantId,
        invited_by: invitedBy,
        expires_at: expiresAt,
      };
      return [{ kind: "set", path: invitationPath(email), data, merge: false }];
    }),
  );
}

function settleIn(clock: Clock, population: Population): readonly Write[] {
  const now = new Date(Math.round(clock.wallMs()));
  return [
    ...population.tenants.map(nameTenant),
    ...population.users.flatMap((user) => [
      connectAccount(user, now),
      startTrading(user, now),
      ...user.strategyIds.map((strategyId) => createStrategy(user, strategyId, now)),
    ]),
  ];
}

function nameTenant({ tenantId, name, plan }: SyntheticTenant): Write {
  return { kind: "update", path: tenantPath(tenantId), data: { name, plan } };
}

function connectAccount({ uid, cash }: SyntheticUser, now: Date): Write {
  const data = { configured: true, cash, equity: cash, open_positions: 0, updated_at: now };
  return { kind: "update", path: accountPath(uid), data };
}

function startTrading({ uid }: SyntheticUser, now: Date): Write {
  const data = { enabled: true, mode: "paper", reason: "Enabled in Settings", changed_at: now };
  return { kind: "update", path: tradingStatusPath(uid), data };
}

const STRATEGY_SYMBOLS = 4;
const STRATEGY_KINDS = ["momentum", "mean-reversion", "breakout", "pairs"] as const;

function createStrategy(user: SyntheticUser, strategyId: string, now: Date): Write {
  const position = user.strategyIds.indexOf(strategyId);
  const kind = STRATEGY_KINDS[position % STRATEGY_KINDS.length] ?? "momentum";
  const data: Strategy = {
    uid: user.uid,
    name: `${kind} ${position + 1}`,
    kind,
    status: "active",
    symbols: marketSymbols(STRATEGY_SYMBOLS).map(({ ticker }) => ticker),
    created_at: now,
    updated_at: now,
  };
  return { kind: "set", path: strategyPath(user.tenantId, strategyId), data, merge: false };
}
