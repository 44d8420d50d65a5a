import { compareValues, valuesEqual } from "../data/compare-values.ts";
import type { Document, FieldPath } from "../data/document.ts";
import { isNameField } from "../data/field-path.ts";
import { getField } from "../data/map-fields.ts";
import type { FieldOperator, Filter } from "../data/query.ts";
import type { ArrayValue, Value } from "../data/value.ts";
import { isArray, isNaNValue, typeOf } from "../data/value-type.ts";

/** Whether a document passes; `key` is its place in the order of names (pathKey). */
export type Matcher = (document: Document, key: string) => boolean;

/** Turns a filter into a function. `keyOf` gives the place of a name that a value refers to. */
export function compileFilter(filter: Filter, keyOf: (value: Value) => string): Matcher {
  switch (filter.kind) {
    case "and": {
      return allOf(filter.filters.map((inner) => compileFilter(inner, keyOf)));
    }
    case "or": {
      const any = filter.filters.map((inner) => compileFilter(inner, keyOf));
      return (document, key) => any.some((matches) => matches(document, key));
    }
    case "unary": {
      const test = UNARY_TESTS[filter.operator];
      return onField(filter.field, test);
    }
    case "field":
      if (isNameField(filter.field)) return compileName(filter.operator, filter.value, keyOf);
      return onField(filter.field, compileTest(filter.operator, filter.value));
  }
}

/** Whether a document passes all of them. */
export function allOf(matchers: readonly Matcher[]): Matcher {
  const [only] = matchers;
  if (matchers.length === 1 && only !== undefined) return only;
  return (document, key) => {
    for (const matches of matchers) if (!matches(document, key)) return false;
    return true;
  };
}

type ValueTest = (value: Value) => boolean;

function onField(field: FieldPath, test: ValueTest): Matcher {
  const name = field.length === 1 ? field[0] : undefined;
  return ({ fields }) => {
    const value = name === undefined ? getField(fields, field) : fields.get(name);
    return value !== undefined && test(value);
  };
}

const UNARY_TESTS: Readonly<Record<Extract<Filter, { kind: "unary" }>["operator"], ValueTest>> = {
  "is-null": (value) => value === null,
  "is-not-null": (value) => value !== null,
  "is-nan": (value) => isNaNValue(value),
  "is-not-nan": (value) => value !== null && !isNaNValue(value),
};

/** Null and NaN are equal to nothing here: they have filters of their own (measured). */
function isComparable(value: Value): boolean {
  return value !== null && !isNaNValue(value);
}

function never(): boolean {
  return false;
}

function compileTest(operator: FieldOperator, operand: Value): ValueTest {
  switch (operator) {
    case "==":
      return isComparable(operand) ? (value) => valuesEqual(value, operand) : never;
    case "!=":
      if (operand === null) return never;
      return (value) => value !== null && !(isComparable(value) && valuesEqual(value, operand));
    case "<":
    case "<=":
    case ">":
    case ">=":
      return compileRange(operator, operand);
    case "in": {
      const values = elementsOf(operand).filter(isComparable);
      return (value) => contains(values, value);
    }
    case "not-in": {
      const values = elementsOf(operand);
      if (values.includes(null)) return never;
      return (value) => value !== null && (isNaNValue(value) || !contains(values, value));
    }
    case "array-contains":
      return isComparable(operand) ? (value) => isArray(value) && contains(value, operand) : never;
    case "array-contains-any": {
      const values = elementsOf(operand).filter(isComparable);
      return (value) => isArray(value) && values.some((one) => contains(value, one));
    }
  }
}

/** Only values of the operand's type are before or after it. */
function compileRange(operator: "<" | "<=" | ">" | ">=", operand: Value): ValueTest {
  if (!isComparable(operand)) return never;
  const type = typeOf(operand);
  const passes = rangeTest(operator);
  return (value) =>
    typeOf(value) === type && !isNaNValue(value) && passes(compareValues(value, operand));
}

function rangeTest(operator: "<" | "<=" | ">" | ">="): (comparison: number) => boolean {
  switch (operator) {
    case "<":
      return (comparison) => comparison < 0;
    case "<=":
      return (comparison) => comparison <= 0;
    case ">":
      return (comparison) => comparison > 0;
    case ">=":
      return (comparison) => comparison >= 0;
  }
}

function compileName(
  operator: FieldOperator,
  operand: Value,
  keyOf: (value: Value) => string,
): Matcher {
  switch (operator) {
    case "==": {
      const wanted = keyOf(operand);
      return (_document, key) => key === wanted;
    }
    case "!=": {
      const unwanted = keyOf(operand);
      return (_document, key) => key !== unwanted;
    }
    case "in": {
      const wanted = new Set(elementsOf(operand).map(keyOf));
      return (_document, key) => wanted.has(key);
    }
    case "not-in": {
      const unwanted = new Set(elementsOf(operand).map(keyOf));
      return (_document, key) => !unwanted.has(key);
    }
    case "<":
    case "<=":
    case ">":
    case ">=": {
      const bound = keyOf(operand);
      const passes = rangeTest(operator);
      return (_document, key) => passes(compareKeys(key, bound));
    }
    case "array-contains":
    case "array-contains-any":
      return never;
  }
}

export function compareKeys(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function elementsOf(value: Value): ArrayValue {
  return isArray(value) ? value : [];
}

function contains(values: ArrayValue, wanted: Value): boolean {
  return values.some((value) => valuesEqual(value, wanted));
}
