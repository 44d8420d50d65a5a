import type { IndexDefinition, IndexField } from "../../firestore/indexes/catalogue.ts";
import type { FieldOverride, IndexFile } from "../../firestore/indexes/index-file.ts";

/** Lines of a text that are shown, at most; the count of all is said. */
const SHOWN = 8;

/** In what deployed rules differ from the file's; empty when only white space does. */
export function rulesDifference(local: string, deployed: string | undefined): readonly string[] {
  if (deployed === undefined) return ["no rules are deployed: every client is refused"];
  const [here, there] = [linesOf(local), linesOf(deployed)];
  const missing = without(here, there);
  const extra = without(there, here);
  if (missing.length + extra.length === 0) {
    // The same lines in another order are other rules.
    return here.join("\n") === there.join("\n") ? [] : ["the same lines in another order"];
  }
  return [
    ...shown(missing.map((line) => `- not deployed: ${line}`)),
    ...shown(extra.map((line) => `+ deployed only: ${line}`)),
  ];
}

function linesOf(text: string): readonly string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** Items of the first list that the second has not, or not so often. */
function without(items: readonly string[], others: readonly string[]): readonly string[] {
  const left = new Map<string, number>();
  for (const other of others) left.set(other, (left.get(other) ?? 0) + 1);
  return items.filter((item) => {
    const count = left.get(item) ?? 0;
    left.set(item, count - 1);
    return count <= 0;
  });
}

function shown(lines: readonly string[]): readonly string[] {
  if (lines.length <= SHOWN) return lines;
  return [...lines.slice(0, SHOWN), `… and ${lines.length - SHOWN} more`];
}

/** In what deployed indexes differ from the file's. */
export function indexDifference(local: IndexFile, deployed: IndexFile): readonly string[] {
  const [here, there] = [namesOf(local), namesOf(deployed)];
  return [
    ...without(here, there).map((name) => `- not deployed: ${name}`),
    ...without(there, here).map((name) => `+ deployed only: ${name}`),
  ];
}

function namesOf({ indexes, fieldOverrides }: IndexFile): readonly string[] {
  return [...indexes.map(nameOfIndex), ...fieldOverrides.map(nameOfOverride)].sort();
}

function nameOfIndex({ collectionGroup, queryScope, fields }: IndexDefinition): string {
  return `index of ${collectionGroup} (${queryScope}): ${fields.map(nameOfColumn).join(", ")}`;
}

function nameOfColumn(field: IndexField): string {
  const { fieldPath, ...how } = field;
  return `${fieldPath} ${Object.values(how)
    .map((value) => (typeof value === "string" ? value : JSON.stringify(value)))
    .join(" ")}`;
}

function nameOfOverride({ collectionGroup, fieldPath, ttl, indexes }: FieldOverride): string {
  const each = indexes.map(
    (index) => `${index.queryScope} ${"order" in index ? index.order : index.arrayConfig}`,
  );
  const what = each.length === 0 ? "no index" : each.sort().join(", ");
  return `field ${collectionGroup}.${fieldPath}: ${what}${ttl ? ", documents expire by it" : ""}`;
}
