import type { Clock } from "../../std/clock.ts";
import { parentIdOf, parseDocument, DocumentError } from "../schema/document.ts";
import {
  accountPath,
  accountSchema,
  shadowTradeSchema,
  tradingStatusSchema,
  type Account,
  type TradingStatus,
} from "../schema/user.ts";
import type { Log } from "../log.ts";
import { enabledUsers, openTradesOfUser, openTradesOfUsers } from "../queries/pulse-queries.ts";
import type { Snapshot, Store } from "../store/store.ts";
import type { AccountCache } from "./account-cache.ts";
import type { OpenTrade, SweptUser, UserState } from "./user-state.ts";

/** Documents in one answer: large enough to need few round trips, small enough to stay in memory. */
const LIST_PAGE = 500;
const TRADE_PAGE = 1000;

/**
 * Lists the enabled users of the shards: in order of uid when it is all of them, else by shard.
 * Only IDs are kept (about 150 bytes a user), so 100,000 users take some 15 MB; everything else is
 * read page by page.
 */
export async function listUsers(
  store: Store,
  shards: readonly number[] | "all",
): Promise<readonly SweptUser[]> {
  const users: SweptUser[] = [];
  let last: TradingStatus | undefined;
  for (;;) {
    const startAfter = last === undefined ? {} : { startAfter: last };
    const page = await store.query(enabledUsers({ shards, limit: LIST_PAGE, ...startAfter }));
    for (const snapshot of page) {
      last = parseDocument(tradingStatusSchema, snapshot);
      users.push({ uid: last.uid, tenantId: last.tenant_id });
    }
    if (page.length < LIST_PAGE) return users;
  }
}

export interface UserReader {
  /** Reads a page of users, in the list's order. A user whose documents do not parse is an Error. */
  page(users: readonly SweptUser[]): Promise<ReadonlyMap<string, UserState | Error>>;
  /** Reads one user again, past the cache: after a write found a document changed. */
  again(user: SweptUser): Promise<UserState>;
}

export interface ReaderOptions {
  readonly cache: AccountCache;
  /** Whether users next to each other in the list are so among all users: then ranges serve. */
  readonly areNeighbours: boolean;
}

export function createUserReader(
  clock: Clock,
  store: Store,
  log: Log,
  { cache, areNeighbours }: ReaderOptions,
): UserReader {
  const readTrades = areNeighbours ? readTradesByRange : readTradesByUser;
  return {
    page: async (users) => {
      const [trades, accounts] = await Promise.all([
        readTrades(store, users),
        readAccounts(clock, store, cache, users),
      ]);
      const states = new Map<string, UserState | Error>();
      for (const user of users) {
        states.set(user.uid, combine(user, trades.get(user.uid) ?? [], accounts.get(user.uid), log));
      }
      return states;
    },
    again: async (user) => {
      const trades = await store.query(openTradesOfUser(user.uid));
      const [snapshot] = await store.get([accountPath(user.uid)]);
      const account = snapshot && parseDocument(accountSchema, snapshot);
      cache.put(user.uid, account, clock.monotonicMs());
      return { ...user, trades: trades.map(parseTrade), account };
    },
  };
}

function combine(
  user: SweptUser,
  trades: readonly Snapshot[],
  account: Account | Error | undefined,
  log: Log,
): UserState | Error {
  if (account instanceof Error) return account;
  try {
    return { ...user, trades: trades.map(parseTrade), account };
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    log.error({ uid: user.uid, path: error.path, fields: error.fields }, error.message);
    return error;
  }
}

function parseTrade(snapshot: Snapshot): OpenTrade {
  const trade = parseDocument(shadowTradeSchema, snapshot);
  return { path: snapshot.path, version: snapshot.version, trade };
}

type TradesByUser = ReadonlyMap<string, readonly Snapshot[]>;

/** The open trades of neighbouring users, in as few queries as their number allows. */
async function readTradesByRange(
  store: Store,
  users: readonly SweptUser[],
): Promise<TradesByUser> {
  const byUser = new Map<string, Snapshot[]>(users.map(({ uid }) => [uid, []]));
  const firstUid = users[0]?.uid;
  const lastUid = users.at(-1)?.uid;
  if (firstUid === undefined || lastUid === undefined) return byUser;
  const range = { firstUid, lastUid, limit: TRADE_PAGE };
  let last: string | undefined;
  for (;;) {
    const startAfter = last === undefined ? {} : { startAfter: last };
    const page = await store.query(openTradesOfUsers({ ...range, ...startAfter }));
    // A user between the first and the last who is not enabled has no entry, and is passed over.
    for (const snapshot of page) byUser.get(parentIdOf(snapshot.path))?.push(snapshot);
    last = page.at(-1)?.path;
    if (page.length < TRADE_PAGE) return byUser;
  }
}

/** The open trades of scattered users: a range over them would read everybody in between. */
async function readTradesByUser(store: Store, users: readonly SweptUser[]): Promise<TradesByUser> {
  const read = async ({ uid }: SweptUser) =>
    [uid, await store.query(openTradesOfUser(uid))] as const;
  return new Map(await Promise.all(users.map(read)));
}

async function readAccounts(
  clock: Clock,
  store: Store,
  cache: AccountCache,
  users: readonly SweptUser[],
): Promise<ReadonlyMap<string, Account | Error | undefined>> {
  const nowMs = clock.monotonicMs();
  const accounts = new Map<string, Account | Error | undefined>();
  const missing: SweptUser[] = [];
  for (const user of users) {
    const cached = cache.get(user.uid, nowMs);
    if (cached.hit) accounts.set(user.uid, cached.account);
    else missing.push(user);
  }
  if (missing.length === 0) return accounts;
  const snapshots = await store.get(missing.map(({ uid }) => accountPath(uid)));
  for (const [index, user] of missing.entries()) {
    const account = parseAccount(snapshots[index]);
    accounts.set(user.uid, account);
    if (!(account instanceof Error)) cache.put(user.uid, account, nowMs);
  }
  return accounts;
}

function parseAccount(snapshot: Snapshot | undefined): Account | Error | undefined {
  if (snapshot === undefined) return undefined;
  try {
    return parseDocument(accountSchema, snapshot);
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    return error;
  }
}
