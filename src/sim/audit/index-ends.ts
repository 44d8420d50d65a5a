import { LIMITS } from "../../firestore/limits/limits.ts";
import type { IndexDefinition } from "../../firestore/indexes/catalogue.ts";
import { ownerOf, type Knowledge, type Owner } from "./field-knowledge.ts";
import { SEVERITIES, type Severity } from "./finding.ts";
import { figureText, limitText } from "./limit-text.ts";

/**
 * Where the entries of an index pile up when a field's values grow: at one end for each combination
 * of the values before it, in each space (firestore-facts 0.3 and 0.5). No split helps there.
 */
export interface IndexEnds {
  readonly severity: Severity;
  /** Writes a second that one collection (or, in group scope, all of them) takes; undefined: not known. */
  readonly ratePerSecond: number | undefined;
  /** "One end for each value of side (2 of them) in each tenants/{tenantId}/ledger_trades: …" */
  readonly sentence: string;
  /** What stands before the growing field: "first", "behind side (2 values)". */
  readonly position: string;
}

const RATE = LIMITS["sequential-index"].value;

/** @param before the fields that stand before the growing one, in their order. */
export function endsOf(
  knowledge: Knowledge,
  index: Pick<IndexDefinition, "collectionGroup" | "queryScope">,
  before: readonly string[],
  growing: string,
): IndexEnds {
  const { collectionGroup, queryScope } = index;
  const kinds = before.map((field) => knowledge.kindOf(collectionGroup, field));
  const isWide = kinds.some(({ kind }) => kind === "id");
  const counts = kinds.map((kind) => (kind.kind === "choice" ? kind.count : undefined));
  const values = counts.every((one) => one !== undefined)
    ? counts.reduce<number>((all, one) => all * (one ?? 1), 1)
    : undefined;
  const patterns = knowledge.patternsOf(collectionGroup, [...before, growing]);
  const { owner, place } = placeOf(patterns, collectionGroup, queryScope);
  const names = before.join(" and ");
  const known = before.length > 0 && values !== undefined ? ` (${values} of them)` : "";
  const each = before.length === 0 ? "One end" : `One end for each value of ${names}${known}`;
  const ratePerSecond = values === undefined ? undefined : RATE * values;
  return {
    severity: owner === "user" || isWide ? "info" : "warning",
    ratePerSecond,
    sentence: `${each} in ${place}, and each end takes ${limitText("sequential-index")}${totalText(ratePerSecond, before.length)}. An end that grows does not split.`,
    position: before.length === 0 ? "and comes first" : `behind ${names}${known}`,
  };
}

function totalText(ratePerSecond: number | undefined, before: number): string {
  if (ratePerSecond === undefined) return "";
  const condition = before === 0 ? "" : ", if its values come evenly";
  return `: ${figureText(ratePerSecond)}/s in all${condition}`;
}

function placeOf(
  patterns: readonly string[],
  group: string,
  scope: IndexDefinition["queryScope"],
): { readonly owner: Owner; readonly place: string } {
  if (scope === "COLLECTION_GROUP") {
    return { owner: "database", place: `all collections named ${group} together` };
  }
  const owners = patterns.map(ownerOf);
  const owner = (["database", "parent", "user"] as const).find((one) => owners.includes(one));
  const widest = patterns.find((pattern) => ownerOf(pattern) === owner);
  if (owner === undefined || widest === undefined) {
    return { owner: "database", place: `each collection named ${group}` };
  }
  return { owner, place: widest.includes("{") ? `each ${widest}` : widest };
}

/** Of several indexes that hold the field, the one that binds first. */
export function worstEnd(
  knowledge: Knowledge,
  indexes: readonly IndexDefinition[],
  fieldPath: string,
): IndexEnds | undefined {
  const rank = ({ severity, ratePerSecond }: IndexEnds): number =>
    SEVERITIES.indexOf(severity) * 1e9 + (ratePerSecond ?? 1e8);
  return indexes
    .map((index) => endsOf(knowledge, index, fieldsBefore(index, fieldPath), fieldPath))
    .toSorted((a, b) => rank(a) - rank(b))[0];
}

export function fieldsBefore({ fields }: IndexDefinition, fieldPath: string): readonly string[] {
  const at = fields.findIndex((field) => field.fieldPath === fieldPath);
  return fields.slice(0, Math.max(0, at)).map((field) => field.fieldPath);
}
