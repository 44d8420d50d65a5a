import type { Clock } from "../../std/clock.ts";
import { DocumentError, parentIdOf, parseDocument } from "../schema/document.ts";
import {
  accountPath,
  accountSchema,
  shadowTradeSchema,
  tradingStatusSchema,
} from "../schema/user.ts";
import { enabledUsers, openTradesOfUser, openTradesOfUsers } from "../queries/pulse-queries.ts";
import type { Snapshot, Store } from "../store/store.ts";
import type { AccountCache } from "./account-cache.ts";
import { Gate } from "./gate.ts";
import { readWithRetry, type ReadPatience } from "./read-with-retry.ts";
import type { KnownAccount, OpenTrade, SweptUser, UserState } from "./user-state.ts";

/** Documents in one answer: large enough to need few round trips, small enough to stay in memory. */
const LIST_PAGE = 1000;
const TRADE_PAGE = 5000;

/** The users of a sweep, and those whose trading status could not be read. */
export interface UserList {
  readonly users: readonly SweptUser[];
  readonly broken: readonly { readonly user: SweptUser; readonly error: DocumentError }[];
}

/**
 * Lists the enabled users of the shards: in order of uid when it is all of them, else by shard.
 * Only IDs are kept (about 150 bytes a user), so 100,000 users take some 15 MB; everything else is
 * read page by page. A status that does not parse leaves out its user and nobody else.
 */
export async function listUsers(
  store: Store,
  shards: readonly number[] | "all",
): Promise<UserList> {
  const users: SweptUser[] = [];
  const broken: UserList["broken"][number][] = [];
  let last: Snapshot | undefined;
  for (;;) {
    const startAfter = last === undefined ? {} : { startAfter: cursorAt(last) };
    const page = await store.query(enabledUsers({ shards, limit: LIST_PAGE, ...startAfter }));
    for (const snapshot of page) {
      // The path says whose status it is; a field that says otherwise must not lead elsewhere.
      const uid = parentIdOf(snapshot.path);
      try {
        const { uid: stated, tenant_id: tenantId } = parseDocument(tradingStatusSchema, snapshot);
        // One string for a user in every sweep, where the store keeps it, is found sooner in maps.
        users.push({ uid: stated === uid ? stated : uid, tenantId });
      } catch (error) {
        if (!(error instanceof DocumentError)) throw error;
        broken.push({ user: { uid, tenantId: tenantOf(snapshot) }, error });
      }
    }
    last = page.at(-1);
    if (page.length < LIST_PAGE || last === undefined) return { users, broken };
  }
}

/** The query orders by the shard as it is stored, whatever it is. */
function cursorAt({ path, data }: Snapshot): { readonly uid: string; readonly shard: number } {
  return { uid: parentIdOf(path), shard: Number(data["shard"]) };
}

function tenantOf({ data }: Snapshot): string {
  const tenantId = data["tenant_id"];
  return typeof tenantId === "string" ? tenantId : "unknown";
}

/** A user's documents as they came. They are parsed when the user's turn comes: see `parse`. */
export interface UnparsedUser {
  readonly user: SweptUser;
  /** An Error when they could not be read. */
  readonly trades: readonly Snapshot[] | Error;
  readonly account: FoundAccount;
}

/** An account document as read, or as the cache still holds it. */
type FoundAccount =
  | { readonly kind: "read"; readonly snapshot: Snapshot | undefined }
  | { readonly kind: "cached"; readonly known: KnownAccount | undefined };

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
  patience: ReadPatience,
  store: Store,
  { cache, areNeighbours }: ReaderOptions,
): UserReader {
  const { clock } = patience;
  const parse = ({ user, trades, account }: UnparsedUser): UserState => {
    if (trades instanceof Error) throw trades;
    const { uid, tenantId } = user;
    const open = trades.map(parseTrade);
    if (account.kind === "cached") return { uid, tenantId, trades: open, account: account.known };
    const known = account.snapshot && parseAccount(account.snapshot);
    cache.put(uid, known, clock.monotonicMs());
    return { uid, tenantId, trades: open, account: known };
  };
  const readTrades = (users: readonly SweptUser[]): Promise<TradesByUser> =>
    areNeighbours
      ? readWithRetry(patience, () => readTradesByRange(store, users))
      : readTradesByUser(patience, store, users);
  return {
    page: async (users) => {
      const [trades, accounts] = await Promise.all([
        readTrades(users),
        readWithRetry(patience, () => readAccounts(clock, store, cache, users)),
      ]);
      return users.map((user, index) => ({
        user,
        trades: trades.get(user.uid) ?? [],
        account: accounts[index] ?? { kind: "cached", known: undefined },
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

function parseAccount(snapshot: Snapshot): KnownAccount {
  const { path, version } = snapshot;
  return { path, account: parseDocument(accountSchema, snapshot), version };
}

function parseTrade(snapshot: Snapshot): OpenTrade {
  const trade = parseDocument(shadowTradeSchema, snapshot);
  return { path: snapshot.path, version: snapshot.version, trade };
}

type TradesByUser = ReadonlyMap<string, readonly Snapshot[] | Error>;

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
    putByUser(page, byUser);
    last = page.at(-1)?.path;
    if (page.length < TRADE_PAGE) return byUser;
  }
}

/** Trades come in order of path, so a user's are neighbours. */
function putByUser(page: readonly Snapshot[], byUser: ReadonlyMap<string, Snapshot[]>): void {
  let beginning: string | undefined;
  let trades: Snapshot[] | undefined;
  for (const snapshot of page) {
    const { path } = snapshot;
    if (beginning === undefined || !path.startsWith(beginning)) {
      beginning = path.slice(0, path.lastIndexOf("/") + 1);
      // A user between the first and the last who is not enabled has no entry, and is passed over.
      trades = byUser.get(parentIdOf(path));
    }
    trades?.push(snapshot);
  }
}

/** Queries under way at once where users are read one by one. */
const QUERIES_IN_FLIGHT = 16;

/**
 * The open trades of scattered users: a range over them would read everybody in between. Whose
 * query keeps failing has an Error, and the others their trades.
 */
async function readTradesByUser(
  patience: ReadPatience,
  store: Store,
  users: readonly SweptUser[],
): Promise<TradesByUser> {
  const gate = new Gate(QUERIES_IN_FLIGHT);
  const read = async ({
    uid,
  }: SweptUser): Promise<readonly [string, readonly Snapshot[] | Error]> => {
    await gate.enter();
    try {
      return [uid, await readWithRetry(patience, () => store.query(openTradesOfUser(uid)))];
    } catch (error) {
      return [uid, error instanceof Error ? error : new Error(String(error))];
    } finally {
      gate.leave();
    }
  };
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
      : { kind: "cached", known: cache.get(uid) },
  );
}
