import type { FieldPath } from "../data/document.ts";
import { isNameField } from "../data/field-path.ts";
import { fieldPathSize } from "../data/value-size.ts";
import { LIMITS } from "../limits/limits.ts";
import { invalid } from "./refusals.ts";

const BYTES_MAX = LIMITS["field-path-size"].value;
const RESERVED = /^__.*__$/s;

/** Refuses a path of a mask, transform, filter, order or projection that can name no field. */
export function checkFieldPath(path: FieldPath): void {
  if (path.length === 0) throw invalid("Invalid empty property path string.");
  for (const name of path) {
    if (!name.startsWith("__") || !RESERVED.test(name) || isNameField(path)) continue;
    throw invalid(`Invalid reserved name in field path ${name}`);
  }
  if (fieldPathSize(path) - 1 > BYTES_MAX) {
    throw invalid(`The property.name is longer than ${BYTES_MAX} bytes.`);
  }
}
