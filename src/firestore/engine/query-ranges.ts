import { compareValues } from "../data/compare-values.ts";
import { pathKey } from "../data/document-path.ts";
import { isNameField } from "../data/field-path.ts";
import type { Value } from "../data/value.ts";
import { isArray, isNaNValue, TYPE_RANKS, typeOf } from "../data/value-type.ts";
import type { LeafFilter } from "./disjunctions.ts";
import { compareKeys } from "./filter-matcher.ts";
import type { NormalQuery } from "./normal-query.ts";
import type { ViewEntry, ViewKind } from "./ordered-view.ts";

/** A stretch of a view, as two places (see SortedList). */
export interface Range {
  readonly isBeforeStart: (entry: ViewEntry) => boolean;
  readonly isBeforeEnd: (entry: ViewEntry) => boolean;
}

const WHOLE_VIEW: Range = { isBeforeStart: () => false, isBeforeEnd: () => true };

/** Where in a view the documents of an equality condition lie; undefined for any other condition. */
export interface Points {
  readonly kind: ViewKind;
  readonly ranges: readonly Range[];
}

export function pointsOf(leaf: LeafFilter, keyOf: NormalQuery["keyOf"]): Points | undefined {
  if (leaf.kind === "unary") {
    if (leaf.operator === "is-null") return { kind: "value", ranges: [exactly(null)] };
    return leaf.operator === "is-nan"
      ? { kind: "value", ranges: [exactly(Number.NaN)] }
      : undefined;
  }
  const { operator, value, field } = leaf;
  const range = isNameField(field)
    ? (name: Value): Range => exactlyKey(keyOf(name))
    : (one: Value): Range => exactly(one);
  switch (operator) {
    case "==":
      return { kind: "value", ranges: [value].filter(isFindable).map(range) };
    case "in":
      return { kind: "value", ranges: elements(value).filter(isFindable).map(range) };
    case "array-contains":
      return { kind: "elements", ranges: [value].filter(isFindable).map(range) };
    case "array-contains-any":
      return { kind: "elements", ranges: elements(value).filter(isFindable).map(range) };
    case "!=":
    case "not-in":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return undefined;
  }
}

/** Null and NaN are found by filters of their own only. */
function isFindable(value: Value): boolean {
  return value !== null && !isNaNValue(value);
}

function elements(value: Value): readonly Value[] {
  return isArray(value) ? value : [];
}

function exactly(value: Value): Range {
  return {
    isBeforeStart: (entry) => compareValues(entry.value, value) < 0,
    isBeforeEnd: (entry) => compareValues(entry.value, value) <= 0,
  };
}

function exactlyKey(key: string): Range {
  return {
    isBeforeStart: ({ row }) => row.key < key,
    isBeforeEnd: ({ row }) => row.key <= key,
  };
}

/**
 * The stretch of the view of the first ordered field outside which nothing can match: between the
 * bounds that the filter's inequalities set. Cursors narrow it further (see cursorRange).
 */
export function boundsOf(query: NormalQuery): Range {
  const field = (query.orders[0] as NormalQuery["orders"][number]).field;
  const [only, ...others] = query.conjunctions;
  if (only === undefined || others.length > 0) return WHOLE_VIEW;
  const isName = isNameField(field);
  return only
    .filter((leaf) => leaf.kind === "field" && leaf.field.join("\0") === field.join("\0"))
    .reduce<Range>(
      (range, leaf) => intersect(range, leafRange(leaf, isName ? query.keyOf : undefined)),
      isName ? beneathParent(query) : WHOLE_VIEW,
    );
}

export function intersect(one: Range, other: Range): Range {
  return {
    isBeforeStart: (entry) => one.isBeforeStart(entry) || other.isBeforeStart(entry),
    isBeforeEnd: (entry) => one.isBeforeEnd(entry) && other.isBeforeEnd(entry),
  };
}

/** All names beneath a document are together, right behind its own. */
function beneathParent({ scope }: NormalQuery): Range {
  if (scope.kind === "collection" || scope.parent === "") return WHOLE_VIEW;
  const prefix = `${pathKey(scope.parent)}\0`;
  return {
    isBeforeStart: ({ row }) => row.key < prefix,
    isBeforeEnd: ({ row }) => row.key < prefix || row.key.startsWith(prefix),
  };
}

function leafRange(leaf: LeafFilter, keyOf: NormalQuery["keyOf"] | undefined): Range {
  if (leaf.kind === "unary") return WHOLE_VIEW;
  const compare = entryComparator(leaf.value, keyOf);
  const rank = TYPE_RANKS[typeOf(leaf.value)];
  // Within values of the operand's type only.
  const isBelowType = ({ value }: ViewEntry): boolean =>
    keyOf === undefined && TYPE_RANKS[typeOf(value)] < rank;
  const isInOrBelowType = ({ value }: ViewEntry): boolean =>
    keyOf !== undefined || TYPE_RANKS[typeOf(value)] <= rank;
  switch (leaf.operator) {
    case "<":
      return { isBeforeStart: isBelowType, isBeforeEnd: (entry) => compare(entry) < 0 };
    case "<=":
      return { isBeforeStart: isBelowType, isBeforeEnd: (entry) => compare(entry) <= 0 };
    case ">":
      return { isBeforeStart: (entry) => compare(entry) <= 0, isBeforeEnd: isInOrBelowType };
    case ">=":
      return { isBeforeStart: (entry) => compare(entry) < 0, isBeforeEnd: isInOrBelowType };
    case "==":
      return {
        isBeforeStart: (entry) => compare(entry) < 0,
        isBeforeEnd: (entry) => compare(entry) <= 0,
      };
    case "!=":
    case "array-contains":
    case "array-contains-any":
    case "in":
    case "not-in":
      return WHOLE_VIEW;
  }
}

function entryComparator(
  operand: Value,
  keyOf: NormalQuery["keyOf"] | undefined,
): (entry: ViewEntry) => number {
  if (keyOf === undefined) return ({ value }) => compareValues(value, operand);
  const key = keyOf(operand);
  return ({ row }) => compareKeys(row.key, key);
}

/** What the first values of the cursors leave of the view; the rest of the cursor is the matcher's. */
export function cursorRange({ source, orders, keyOf }: NormalQuery): Range {
  const { field, direction } = orders[0] as NormalQuery["orders"][number];
  const nameKey = isNameField(field) ? keyOf : undefined;
  const start = source.startAt?.values[0];
  const end = source.endAt?.values[0];
  const from = direction === "ascending" ? start : end;
  const to = direction === "ascending" ? end : start;
  const compareFrom = from === undefined ? undefined : entryComparator(from, nameKey);
  const compareTo = to === undefined ? undefined : entryComparator(to, nameKey);
  return {
    isBeforeStart: compareFrom === undefined ? () => false : (entry) => compareFrom(entry) < 0,
    isBeforeEnd: compareTo === undefined ? () => true : (entry) => compareTo(entry) <= 0,
  };
}
