import type { NormalQuery } from "./normal-query.ts";
import { isInScope } from "./run-query.ts";
import type { Predicate } from "./transaction.ts";

/**
 * What a transaction locks by a query: every document that passes its filter, there or to come.
 * Limits and offsets are left out of it: it may lock more than was returned, never less.
 */
export function predicateOf(query: NormalQuery): Predicate {
  return { covers: (path) => isInScope(path, query), matches: query.matches };
}
