import type { Clock } from "../../std/clock.ts";
import { parentIdOf, parseDocument } from "../schema/document.ts";
import {
  accountPath,
  accountSchema,
  shadowTradeSchema,
  tradingStatusSchema,
  type Account,
  type TradingStatus,
} from "../schema/user.ts";
import { enabledUsers, openTradesOfUser, openTradesOfUsers } from "../queries/pulse-queries.ts";
import type { Snapshot, Store } from "../store/store.ts";
import type { AccountCache } from "./account-cache.ts";
import type { OpenTrade, SweptUser, UserState } from "./user-state.ts";

/** Documents in one answer: large enough to need few round trips, small enough to stay in memory. */
const LIST_PAGE = 1000;
const TRADE_PAGE = 5000;

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

/** A user's documents as they came. They are parsed when the user's turn comes: see `parse`. */
export interface UnparsedUser {
  readonly user: SweptUser;
  readonly trades: readonly Snapshot[];
  readonly account: FoundAccount;
}

/** An account document as read, or as the cache still holds it. */
type FoundAccount =
  | { readonly kind: "read"; readonly snapshot: Snapshot | undefined }
  | { readonly kind: "cached"; readonly account: Account | undefined };

export interface UserReader {
  /** Reads a page of users, in the list's order. */
  page(users: readonly SweptUser[]): Promise<readonly UnparsedUser[]>;
  /**
   * Makes a state of the documents, or throws a DocumentError. Done user by user, for parsing ten
   * thousand documents in one go would hold up every commit of that moment.
   */
  parse(unparsed: UnparsedUser): UserState;
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
  { cache, areNeighbours }: ReaderOptions,
): UserReader {
  const readTrades = areNeighbours ? readTradesByRange : readTradesByUser;
  const parse = ({ user, trades, account }: UnparsedUser): UserState => {
    const states = trades.map(parseTrade);
    if (account.kind === "cached") return { ...user, trades: states, account: account.account };
    const read = account.snapshot && parseDocument(accountSchema, account.snapshot);
    cache.put(user.uid, read, clock.monotonicMs());
    return { ...user, trades: states, account: read };
  };
  return {
    page: async (users) => {
      const [trades, accounts] = await Promise.all([
        readTrades(store, users),
        readAccounts(clock, store, cache, users),
      ]);
      return users.map((user, index) => ({
        user,
        trades: trades.get(user.uid) ?? [],
        account: accounts[index] ?? { kind: "cached", account: undefined },
      }));
    },
    parse,
    again: async (user) => {
      const trades = await store.query(openTradesOfUser(user.uid));
      const [snapshot] = await store.get([accountPath(user.uid)]);
      return parse({ user, trades, account: { kind: "read", snapshot } });
    },
  };
}

function parseTrade(snapshot: Snapshot): OpenTrade {
  const trade = parseDocument(shadowTradeSchema, snapshot);
  return { path: snapshot.path, version: snapshot.version, trade };
}

type TradesByUser = ReadonlyMap<string, readonly Snapshot[]>;

/** The open trades of neighbouring users, in as few queries as their number allows. */
async function readTradesByRange(store: Store, users: readonly SweptUser[]): Promise<TradesByUser> {
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

/** The accounts of a page of users: one read for all that the cache does not know. */
async function readAccounts(
  clock: Clock,
  store: Store,
  cache: AccountCache,
  users: readonly SweptUser[],
): Promise<readonly FoundAccount[]> {
  const nowMs = clock.monotonicMs();
  const unknown = users.filter(({ uid }) => !cache.isFresh(uid, nowMs));
  const paths = unknown.map(({ uid }) => accountPath(uid));
  const snapshots = paths.length === 0 ? [] : await store.get(paths);
  const read = new Map(unknown.map(({ uid }, index) => [uid, snapshots[index]]));
  return users.map(({ uid }) =>
    read.has(uid)
      ? { kind: "read", snapshot: read.get(uid) }
      : { kind: "cached", account: cache.get(uid) },
  );
}
