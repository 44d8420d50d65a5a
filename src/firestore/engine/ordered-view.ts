import { compareValues } from "../data/compare-values.ts";
import type { Document, FieldPath } from "../data/document.ts";
import { isNameField } from "../data/field-path.ts";
import { getField } from "../data/map-fields.ts";
import type { Value } from "../data/value.ts";
import { isArray } from "../data/value-type.ts";
import { SortedList } from "./sorted-list.ts";
import type { Row } from "./row.ts";
import type { Change } from "./version.ts";

/** By the field's value, or by each element of the arrays in it. */
export type ViewKind = "value" | "elements";

/** A row of a view. In the view of names all values are null, so that the names alone order it. */
export interface ViewEntry {
  readonly value: Value;
  readonly row: Row;
}

/** Documents in order of one field, and of their names where values tie: an index of Firestore's. */
export class OrderedView {
  readonly #field: FieldPath;
  readonly #valuesOf: (document: Document) => readonly Value[];
  readonly #entries: SortedList<ViewEntry>;

  constructor(field: FieldPath, kind: ViewKind, rows: Iterable<Row>) {
    this.#field = field;
    this.#valuesOf = valuesGetter(field, kind);
    const entries: ViewEntry[] = [];
    for (const row of rows) {
      const { document } = row.version;
      if (document === undefined) continue;
      for (const value of this.#valuesOf(document)) entries.push({ value, row });
    }
    this.#entries = new SortedList(compareEntries, entries);
  }

  get entries(): SortedList<ViewEntry> {
    return this.#entries;
  }

  update({ row, before, after }: Change): void {
    if (before !== undefined && after !== undefined && this.#isUntouched(before, after)) return;
    const old = before === undefined ? [] : this.#valuesOf(before);
    const current = after === undefined ? [] : this.#valuesOf(after);
    if (sameValues(old, current)) return;
    for (const value of old) this.#entries.remove({ value, row });
    for (const value of current) this.#entries.add({ value, row });
  }

  /** Most updates leave the field as it is, and a name never changes. */
  #isUntouched(before: Document, after: Document): boolean {
    if (isNameField(this.#field)) return true;
    return getField(before.fields, this.#field) === getField(after.fields, this.#field);
  }
}

function compareEntries(left: ViewEntry, right: ViewEntry): number {
  const difference = compareValues(left.value, right.value);
  if (difference !== 0) return difference;
  if (left.row === right.row) return 0;
  return left.row.key < right.row.key ? -1 : 1;
}

const NAME_ONLY: readonly Value[] = [null];

function valuesGetter(field: FieldPath, kind: ViewKind): (document: Document) => readonly Value[] {
  if (isNameField(field)) return () => NAME_ONLY;
  if (kind === "value") {
    return ({ fields }) => {
      const value = getField(fields, field);
      return value === undefined ? [] : [value];
    };
  }
  return ({ fields }) => {
    const value = getField(fields, field);
    return isArray(value) ? distinct(value) : [];
  };
}

function distinct(elements: readonly Value[]): readonly Value[] {
  const sorted = [...elements].sort(compareValues);
  return sorted.filter(
    (value, index) => index === 0 || compareValues(value, sorted[index - 1] as Value) !== 0,
  );
}

function sameValues(left: readonly Value[], right: readonly Value[]): boolean {
  return (
    left.length === right.length &&
    left.every((value, index) => compareValues(value, right[index] as Value) === 0)
  );
}
