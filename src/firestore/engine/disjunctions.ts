import { compareValues } from "../data/compare-values.ts";
import type { Filter } from "../data/query.ts";
import type { Value } from "../data/value.ts";
import { isArray } from "../data/value-type.ts";

export type LeafFilter = Extract<Filter, { kind: "field" | "unary" }>;

/** Conditions that must all hold. */
export type Conjunction = readonly LeafFilter[];

/**
 * The filter as conjunctions of which one must hold (its disjunctive normal form). `in` and
 * `array-contains-any` stay whole in it; `count` is how many there would be if they did not.
 */
export interface Disjunctions {
  readonly conjunctions: readonly Conjunction[];
  readonly count: number;
}

export function disjunctionsOf(filter: Filter | undefined): Disjunctions {
  if (filter === undefined) return { conjunctions: [[]], count: 1 };
  const count = countOf(filter);
  return { conjunctions: count > EXPANSION_MAX ? [] : expand(filter), count };
}

/** Far above the thirty that are allowed, so that a refused query costs little. */
const EXPANSION_MAX = 1000;

function countOf(filter: Filter): number {
  switch (filter.kind) {
    case "and":
      return filter.filters.reduce((product, inner) => product * countOf(inner), 1);
    case "or":
      return filter.filters.reduce((sum, inner) => sum + countOf(inner), 0);
    case "unary":
      return 1;
    case "field":
      return filter.operator === "in" || filter.operator === "array-contains-any"
        ? distinctCount(filter.value)
        : 1;
  }
}

function distinctCount(value: Value): number {
  if (!isArray(value)) return 1;
  const sorted = [...value].sort(compareValues);
  return sorted.filter(
    (element, index) => index === 0 || compareValues(element, sorted[index - 1] as Value) !== 0,
  ).length;
}

function expand(filter: Filter): readonly Conjunction[] {
  switch (filter.kind) {
    case "and":
      return filter.filters.reduce<readonly Conjunction[]>(
        (all, inner) => all.flatMap((left) => expand(inner).map((right) => [...left, ...right])),
        [[]],
      );
    case "or":
      return filter.filters.flatMap(expand);
    case "unary":
    case "field":
      return [[filter]];
  }
}

/** All conditions of the filter, however nested. */
export function leavesOf(filter: Filter | undefined): readonly LeafFilter[] {
  if (filter === undefined) return [];
  if (filter.kind === "field" || filter.kind === "unary") return [filter];
  return filter.filters.flatMap(leavesOf);
}

export function isInequality(leaf: LeafFilter): boolean {
  if (leaf.kind === "unary") {
    return leaf.operator === "is-not-null" || leaf.operator === "is-not-nan";
  }
  return ["<", "<=", ">", ">=", "!=", "not-in"].includes(leaf.operator);
}

/** The filters of which a query may have one. */
export function isNegation(leaf: LeafFilter): boolean {
  return isInequality(leaf) && !["<", "<=", ">", ">="].includes(leaf.operator);
}
