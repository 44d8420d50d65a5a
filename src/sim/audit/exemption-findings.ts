import type { IndexDefinition } from "../../firestore/indexes/catalogue.ts";
import type { FieldOverride } from "../../firestore/indexes/index-file.ts";
import { columnText, neededIndexes } from "../../firestore/indexes/needed-index.ts";
import { SingleFields } from "../../firestore/indexes/single-fields.ts";
import { parseFieldPath } from "../../firestore/data/field-path.ts";
import type { AuditInput } from "./audit-input.ts";
import type { FieldKind } from "./field-knowledge.ts";
import { advice, placeIn, type Finding, type Remedy } from "./finding.ts";
import { worstEnd } from "./index-ends.ts";
import { limitText } from "./limit-text.ts";

const AUTOMATIC_PAGE =
  "https://docs.cloud.google.com/firestore/native/docs/standard-index-overview#automatic_index_exemptions";

/** Exemptions that do not do what they are there for. */
export function exemptionFindings(input: AuditInput): readonly Finding[] {
  return input.indexes.file.fieldOverrides.flatMap((override, at) => [
    ...withoutEffect(input, override, at),
    ...undone(input, override, at),
    ...expiring(input, override, at),
  ]);
}

function withoutEffect(input: AuditInput, override: FieldOverride, at: number): readonly Finding[] {
  const { collectionGroup, fieldPath, ttl } = override;
  const kind = input.knowledge.kindOf(collectionGroup, fieldPath);
  if (ttl || !isDefault(override, holdsArrays(input, override))) return [];
  if (takesBack(input, override)) return [];
  const isSure =
    override.indexes.some((index) => "arrayConfig" in index) || isScalar(kind, fieldPath);
  return [
    {
      severity: isSure ? "error" : "warning",
      id: "exemption-without-effect",
      where: placeIn(input.indexes.name, input.indexes.source, ["fieldOverrides", at]),
      what: `The override of ${collectionGroup}.${fieldPath} lists the indexes that every field has anyway: it exempts nothing${isSure ? "" : ", unless the field holds arrays"}.`,
      why: `By default a field has an ascending and a descending index in collection scope, and an override's list takes their place (${AUTOMATIC_PAGE}). This list is the same, so each write still adds to both${kind.kind === "time" ? `, and a field that only grows allows ${limitText("sequential-index")}` : ""}.`,
      remedy: exemption(
        override,
        `Leave the list empty. Queries that filter or order by ${fieldPath} alone then need an index.`,
      ),
    },
  ];
}

/** Whether a field surely holds no array, for which a list without CONTAINS does take something away. */
function isScalar({ kind }: FieldKind, fieldPath: string): boolean {
  // "memberIds" may well be a list of them.
  return kind === "time" || kind === "choice" || (kind === "id" && !fieldPath.endsWith("s"));
}

/** Whether the schema, an index or a query takes the field for an array. */
function holdsArrays(
  { knowledge, indexes, queries }: AuditInput,
  { collectionGroup, fieldPath }: FieldOverride,
): boolean {
  const contains = (index: { readonly fields: IndexDefinition["fields"] }): boolean =>
    index.fields.some((field) => field.fieldPath === fieldPath && "arrayConfig" in field);
  return (
    knowledge.kindOf(collectionGroup, fieldPath).kind === "array" ||
    indexes.file.indexes.some((one) => one.collectionGroup === collectionGroup && contains(one)) ||
    queries.some(({ query, aggregated }) =>
      neededIndexes(query, aggregated).some(
        (one) => one.collectionGroup === collectionGroup && contains({ fields: one.equalities }),
      ),
    )
  );
}

/** Ascending and descending in collection scope, and nothing else but what arrays have. */
function isDefault({ indexes }: FieldOverride, isArray: boolean): boolean {
  const texts = new Set(
    indexes.map((index) => `${index.queryScope} ${"order" in index ? index.order : "CONTAINS"}`),
  );
  const isOrdered = texts.has("COLLECTION ASCENDING") && texts.has("COLLECTION DESCENDING");
  const others = texts.size - 2;
  if (!isOrdered) return false;
  if (texts.has("COLLECTION CONTAINS")) return others === 1;
  return others === 0 && !isArray;
}

/** Whether it gives a field back what an exemption of its map, or of all fields, takes away. */
function takesBack({ indexes }: AuditInput, override: FieldOverride): boolean {
  if (override.fieldPath === "*") return false;
  const without = indexes.file.fieldOverrides.filter((one) => one !== override);
  const fields = new SingleFields({ ...indexes.file, fieldOverrides: without });
  return (
    fields.overrideOf(override.collectionGroup, parseFieldPath(override.fieldPath)) !== undefined
  );
}

/** A field that is exempt, and in a composite all the same. Told of fields whose values grow. */
function undone(input: AuditInput, override: FieldOverride, at: number): readonly Finding[] {
  const { collectionGroup, fieldPath, indexes } = override;
  if (fieldPath === "*" || indexes.length > 0) return [];
  if (input.knowledge.kindOf(collectionGroup, fieldPath).kind !== "time") return [];
  const holding = input.indexes.file.indexes.filter(
    (index) =>
      index.collectionGroup === collectionGroup &&
      index.fields.some((field) => field.fieldPath === fieldPath),
  );
  const end = worstEnd(input.knowledge, holding, fieldPath);
  if (end === undefined) return [];
  return [
    {
      severity: end.severity,
      id: "exemption-undone",
      where: placeIn(input.indexes.name, input.indexes.source, ["fieldOverrides", at]),
      what: `${collectionGroup}.${fieldPath} is exempt, and still written to ${count(holding.length, "composite index", "composite indexes")}: ${listOf(holding)}.`,
      why: `An exemption applies to automatic indexes only (${AUTOMATIC_PAGE}). What binds first: ${end.sentence}`,
      remedy: advice(
        `If more is to be written, put a field with many values before ${fieldPath} in these indexes (a user, or a shard as in https://docs.cloud.google.com/firestore/native/docs/solutions/shard-timestamp), or do without them.`,
      ),
    },
  ];
}

function expiring(input: AuditInput, override: FieldOverride, at: number): readonly Finding[] {
  const { collectionGroup, fieldPath, ttl, indexes } = override;
  if (!ttl || indexes.length === 0) return [];
  return [
    {
      severity: "info",
      id: "ttl-field-indexed",
      where: placeIn(input.indexes.name, input.indexes.source, ["fieldOverrides", at]),
      what: `${collectionGroup}.${fieldPath}, by which documents expire, is indexed.`,
      why: `Expiry needs no index, and times of expiry mostly grow: ${limitText("sequential-index")} to each collection.`,
      remedy: exemption(override, "Leave the list empty unless a query reads the field."),
    },
  ];
}

export function exemption(
  { collectionGroup, fieldPath, ttl }: Pick<FieldOverride, "collectionGroup" | "fieldPath" | "ttl">,
  text: string,
): Remedy {
  const entry = { collectionGroup, fieldPath, ...(ttl ? { ttl } : {}), indexes: [] };
  return { text, paste: { into: "fieldOverrides", entry } };
}

export function listOf(indexes: readonly IndexDefinition[]): string {
  return indexes.map((index) => `(${index.fields.map(columnText).join(", ")})`).join(", ");
}

export function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
