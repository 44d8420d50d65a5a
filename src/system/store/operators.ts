import type { FilterOperator } from "./store.ts";

/**
 * The port's operators by their names in Firestore's protocol
 * (https://firebase.google.com/docs/firestore/reference/rest/v1/StructuredQuery#operator_1).
 */
export const OPERATOR_NAMES: Readonly<Record<FilterOperator, string>> = {
  "==": "EQUAL",
  "!=": "NOT_EQUAL",
  "<": "LESS_THAN",
  "<=": "LESS_THAN_OR_EQUAL",
  ">": "GREATER_THAN",
  ">=": "GREATER_THAN_OR_EQUAL",
  in: "IN",
  "not-in": "NOT_IN",
  "array-contains": "ARRAY_CONTAINS",
  "array-contains-any": "ARRAY_CONTAINS_ANY",
};
