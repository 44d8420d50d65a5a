import type { Rng } from "../../std/rng.ts";
import { ownTenantId } from "../../system/provisioning/assign-tenant.ts";
import type { Plan } from "../../system/schema/tenant.ts";
import { createDisplayNames, slugOf } from "./display-names.ts";
import type { DisplayNames } from "./display-names.ts";
import type { Population, SyntheticTenant, SyntheticUser } from "./population.ts";
import { AUTO_ID_LENGTH, randomId, UID_LENGTH } from "./random-id.ts";
import { tenantSizes } from "./tenant-sizes.ts";

export interface PopulationOptions {
  readonly users: number;
  /** From 1 to the number of users. */
  readonly tenants: number;
  /** Share of all users in the largest tenant; about 9% when left out. */
  readonly largestTenantShare?: number;
  /** What every user's ID and address begins with; nothing when absent. */
  readonly idPrefix?: string;
}

/**
 * Makes up tenants and users. Every tenant and user has a random stream of its own: with more
 * users, user 17 keeps uid, name, strategies, cash and activity. Only the tenant it belongs to may
 * change, since sizes do.
 */
export function createPopulation(options: PopulationOptions, rng: Rng): Population {
  const { users, tenants, largestTenantShare, idPrefix = "" } = options;
  const names = createDisplayNames();
  const members = dealOut(tenantSizes(users, tenants, largestTenantShare), rng.fork("membership"));
  const userRng = (index: number): Rng => rng.fork(`user/${index}`);
  const syntheticTenants = members.map((userIndexes, index) => {
    const ownerUid = `${idPrefix}${uidOf(userRng(userIndexes[0] ?? 0))}`;
    return createTenant(userIndexes, ownerUid, names, rng.fork(`tenant/${index}`));
  });
  const tenantOf = Array.from({ length: users }, () => "");
  for (const { tenantId, userIndexes } of syntheticTenants) {
    for (const userIndex of userIndexes) tenantOf[userIndex] = tenantId;
  }
  return {
    tenants: syntheticTenants,
    users: tenantOf.map((tenantId, index) =>
      createUser({ index, tenantId, idPrefix }, names, userRng(index)),
    ),
  };
}

/** Gives each tenant its number of users, drawn from all over the population. */
function dealOut(sizes: readonly number[], rng: Rng): readonly (readonly number[])[] {
  const deck = sizes.flatMap((size, tenant) => Array.from({ length: size }, () => tenant));
  shuffle(deck, rng);
  const members = sizes.map((): number[] => []);
  for (const [userIndex, tenant] of deck.entries()) members[tenant]?.push(userIndex);
  return members;
}

/** Fisher and Yates, in place. */
function shuffle(deck: number[], rng: Rng): void {
  for (let last = deck.length - 1; last > 0; last -= 1) {
    const other = rng.integer(0, last);
    [deck[last], deck[other]] = [deck[other] as number, deck[last] as number];
  }
}

function createTenant(
  userIndexes: readonly number[],
  ownerUid: string,
  names: DisplayNames,
  rng: Rng,
): SyntheticTenant {
  return {
    // The first user founds the tenant by signing up; the service derives its ID.
    tenantId: ownTenantId(ownerUid),
    name: names.company(rng.fork("name")),
    plan: planOf(userIndexes.length, rng.fork("plan")),
    userIndexes,
  };
}

/** Larger tenants pay for more, and some small ones do too. */
function planOf(size: number, rng: Rng): Plan {
  if (size >= 20) return "enterprise";
  if (size >= 5) return rng.chance(0.2) ? "enterprise" : "pro";
  return rng.chance(size === 1 ? 0.2 : 0.6) ? "pro" : "free";
}

/** Most users run one strategy, some two or three. */
const STRATEGY_COUNTS = [1, 1, 1, 1, 1, 1, 2, 2, 2, 3] as const;

/** Cash is log-normal around this median, within bounds. */
const CASH_MEDIAN = 25_000;
const CASH_LOG_DEVIATION = 1.2;
const CASH_MIN = 1000;
const CASH_MAX = 5_000_000;

/** Activity is log-normal around 1: the most active tenth does about 40% of the trading. */
const ACTIVITY_LOG_DEVIATION = 1;

interface UserPlace {
  readonly index: number;
  readonly tenantId: string;
  readonly idPrefix: string;
}

function createUser(
  { index, tenantId, idPrefix }: UserPlace,
  names: DisplayNames,
  rng: Rng,
): SyntheticUser {
  const { firstName, lastName } = names.person(rng.fork("name"));
  const strategies = rng.fork("strategies");
  const cash = CASH_MEDIAN * Math.exp(CASH_LOG_DEVIATION * rng.fork("cash").normal());
  return {
    uid: `${idPrefix}${uidOf(rng)}`,
    // example.com is reserved (RFC 2606): mail to it reaches nobody.
    email: `${idPrefix}${slugOf(firstName)}.${slugOf(lastName)}.${index}@example.com`,
    tenantId,
    strategyIds: Array.from({ length: strategies.pick(STRATEGY_COUNTS) }, () =>
      randomId(AUTO_ID_LENGTH, strategies),
    ),
    cash: Math.min(CASH_MAX, Math.max(CASH_MIN, cash)).toFixed(2),
    activity: Math.exp(ACTIVITY_LOG_DEVIATION * rng.fork("activity").normal()),
  };
}

function uidOf(userRng: Rng): string {
  return randomId(UID_LENGTH, userRng.fork("uid"));
}
