import type { Document, FieldPath } from "../data/document.ts";
import { isNameField } from "../data/field-path.ts";
import { selectFields } from "../data/map-fields.ts";

/** The document with only these fields; undefined: all. `__name__` alone: none. */
export function project(document: Document, select: readonly FieldPath[] | undefined): Document {
  if (select === undefined) return document;
  const fields = select.filter((path) => !isNameField(path));
  return { ...document, fields: selectFields(document.fields, fields) };
}
