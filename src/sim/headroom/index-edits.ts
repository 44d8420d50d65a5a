import type { NamedColumn, NamedIndex } from "./bound-subject.ts";

/** An index file as its JSON says it: what is not touched stays as it was. */
interface IndexText {
  readonly indexes?: readonly CompositeText[];
  readonly fieldOverrides?: readonly OverrideText[];
}

interface CompositeText {
  readonly collectionGroup: string;
  readonly queryScope?: string;
  readonly fields: readonly ColumnText[];
}

interface ColumnText {
  readonly fieldPath: string;
  readonly order?: string;
  readonly arrayConfig?: string;
}

interface OverrideText {
  readonly collectionGroup: string;
  readonly fieldPath: string;
  readonly indexes?: readonly { readonly queryScope?: string }[];
}

const NO_SCOPE = "COLLECTION";

/** The text with one field truly exempt: `"indexes": []`. */
export function exemptField(text: string, collectionGroup: string, fieldPath: string): string {
  return edit(text, (file) => ({
    ...file,
    fieldOverrides: [
      ...overridesBut(file, collectionGroup, fieldPath),
      { collectionGroup, fieldPath, indexes: [] },
    ],
  }));
}

/** The text without one field's indexes over all collections of its name. */
export function withoutGroupScope(
  text: string,
  collectionGroup: string,
  fieldPath: string,
): string {
  return edit(text, (file) => {
    const kept = (overrideOf(file, collectionGroup, fieldPath)?.indexes ?? []).filter(
      ({ queryScope = NO_SCOPE }) => queryScope === NO_SCOPE,
    );
    return {
      ...file,
      fieldOverrides: [
        ...overridesBut(file, collectionGroup, fieldPath),
        { collectionGroup, fieldPath, indexes: kept },
      ],
    };
  });
}

/** The text without a composite index; as it was where it has none like that. */
export function withoutComposite(text: string, index: NamedIndex): string {
  return edit(text, (file) => ({
    ...file,
    indexes: (file.indexes ?? []).filter((one) => !isThat(one, index)),
  }));
}

/** The text with one more composite index, given as an index file's entry. */
export function withComposite(text: string, entry: string): string {
  return edit(text, (file) => ({
    ...file,
    indexes: [...(file.indexes ?? []), JSON.parse(entry) as CompositeText],
  }));
}

function edit(text: string, change: (file: IndexText) => IndexText): string {
  return JSON.stringify(change(JSON.parse(text) as IndexText));
}

function isThat(one: CompositeText, { collectionGroup, queryScope, fields }: NamedIndex): boolean {
  const columns = one.fields.filter(({ fieldPath }) => fieldPath !== "__name__");
  return (
    one.collectionGroup === collectionGroup &&
    (one.queryScope ?? NO_SCOPE) === queryScope &&
    columns.length === fields.length &&
    fields.every((field, index) => isColumn(columns[index], field))
  );
}

function isColumn(column: ColumnText | undefined, named: NamedColumn): boolean {
  if (column?.fieldPath !== named.fieldPath) return false;
  if (named.column === "CONTAINS") return column.arrayConfig === "CONTAINS";
  return column.order === (named.column === "DESC" ? "DESCENDING" : "ASCENDING");
}

function overrideOf(
  { fieldOverrides = [] }: IndexText,
  collectionGroup: string,
  fieldPath: string,
): OverrideText | undefined {
  return fieldOverrides.find(
    (one) => one.collectionGroup === collectionGroup && one.fieldPath === fieldPath,
  );
}

function overridesBut(
  { fieldOverrides = [] }: IndexText,
  collectionGroup: string,
  fieldPath: string,
): readonly OverrideText[] {
  return fieldOverrides.filter(
    (one) => one.collectionGroup !== collectionGroup || one.fieldPath !== fieldPath,
  );
}
