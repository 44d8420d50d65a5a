import { assert } from "../../std/assert.ts";
import {
  SHADOW_TRADES,
  STATUS,
  shadowTradesPath,
  tradingStatusPath,
  userPath,
  type TradingStatus,
} from "../schema/user.ts";
import type { Query } from "../store/store.ts";

export interface EnabledUsersOptions {
  /** The shards of one worker: neighbours, in order. */
  readonly shards: readonly number[] | "all";
  readonly limit: number;
  /** The last status of the page before. */
  readonly startAfter?: Pick<TradingStatus, "uid" | "shard">;
}

/**
 * The trading status of every enabled user: in order of uid for all shards, else in order of shard
 * and then uid. Shards are asked for as a range and not with `in`, which takes 30 values at most
 * and reads as many ranges of the index.
 */
export function enabledUsers({ shards, limit, startAfter }: EnabledUsersOptions): Query {
  const from = { kind: "collection-group", name: STATUS } as const;
  const enabled = { field: "enabled", operator: "==", value: true } as const;
  const byName = { field: "__name__", direction: "asc" } as const;
  const after = startAfter === undefined ? [] : [tradingStatusPath(startAfter.uid)];
  if (shards === "all") {
    return { from, where: [enabled], orderBy: [byName], limit, ...cursor(after) };
  }
  const { first, last } = rangeOf(shards);
  return {
    from,
    where: [
      enabled,
      { field: "shard", operator: ">=", value: first },
      { field: "shard", operator: "<=", value: last },
    ],
    orderBy: [{ field: "shard", direction: "asc" }, byName],
    limit,
    ...cursor(startAfter === undefined ? [] : [startAfter.shard, ...after]),
  };
}

export interface OpenTradesOfUsersOptions {
  readonly firstUid: string;
  readonly lastUid: string;
  readonly limit: number;
  /** Path of the last trade of the page before. */
  readonly startAfter?: string;
}

/**
 * The open trades of all users from the first uid to the last, in order of path, so a user's trades
 * are neighbours. Trades of users in between who are not wanted are read, and billed, with them:
 * use it for users who are neighbours, and `openTradesOfUser` for scattered ones.
 *
 * A range of names needs no index but the one on status, whose entries lie in order of name; the
 * emulator takes as long for it as for a range of uid, which would need an index of its own.
 */
export function openTradesOfUsers(options: OpenTradesOfUsersOptions): Query {
  const { firstUid, lastUid, limit, startAfter } = options;
  return {
    from: { kind: "collection-group", name: SHADOW_TRADES },
    where: [
      { field: "status", operator: "==", value: "OPEN" },
      // A document comes before everything beneath it.
      { field: "__name__", operator: ">", value: userPath(firstUid) },
      { field: "__name__", operator: "<=", value: `${shadowTradesPath(lastUid)}/${LAST_ID}` },
    ],
    orderBy: [{ field: "__name__", direction: "asc" }],
    limit,
    ...cursor(startAfter === undefined ? [] : [startAfter]),
  };
}

/** The open trades of one user, in no stated order. */
export function openTradesOfUser(uid: string): Query {
  return {
    from: { kind: "collection", path: shadowTradesPath(uid) },
    where: [{ field: "status", operator: "==", value: "OPEN" }],
  };
}

/** IDs are ordered by their UTF-8 bytes, in which no character follows this one. */
const LAST_ID = "\u{10ffff}";

function cursor(values: readonly (string | number)[]): Pick<Query, "startAfter"> {
  return values.length === 0 ? {} : { startAfter: values };
}

function rangeOf(shards: readonly number[]): { readonly first: number; readonly last: number } {
  const first = shards[0];
  assert(first !== undefined, "a sweep needs at least one shard");
  const areNeighbours = shards.every((shard, index) => shard === first + index);
  assert(
    areNeighbours,
    `the shards of a sweep must be neighbours in order, got ${shards.join(", ")}`,
  );
  return { first, last: first + shards.length - 1 };
}
