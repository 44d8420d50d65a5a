import { createCatalogue } from "../../firestore/indexes/create-catalogue.ts";
import { LIMITS, type LimitId } from "../../firestore/limits/limits.ts";
import type { AuditInput } from "./audit-input.ts";
import { listOf } from "./exemption-findings.ts";
import { advice, placeIn, type Finding } from "./finding.ts";
import { figureText, limitText } from "./limit-text.ts";

/** What Firestore would not take at all. */
export function limitFindings(input: AuditInput): readonly Finding[] {
  const { indexes, fieldOverrides } = input.indexes.file;
  return [
    ...tooMany(input, "indexes", indexes.length, "composite-indexes"),
    ...tooMany(input, "fieldOverrides", fieldOverrides.length, "field-configurations"),
    ...longIndexes(input),
    ...largeDocuments(input),
  ];
}

/** Above the limit with billing nothing is deployed; above the other one, not everywhere. */
function tooMany(
  input: AuditInput,
  list: "indexes" | "fieldOverrides",
  number: number,
  limit: "composite-indexes" | "field-configurations",
): readonly Finding[] {
  const free = `${limit}-without-billing` as const satisfies LimitId;
  if (number <= LIMITS[free].value) return [];
  const isOver = number > LIMITS[limit].value;
  const { name, source } = input.indexes;
  return [
    {
      severity: isOver ? "error" : "warning",
      id: "too-many-indexes",
      where: placeIn(name, source, [list]),
      what: `${figureText(number)} entries in ${list}${isOver ? "" : ", more than a project without billing may have"}.`,
      why: `At most ${limitText(limit)}; ${limitText(free)} without billing.`,
      remedy: advice("Remove those that no query reads, or that others can be merged for."),
    },
  ];
}

function longIndexes(input: AuditInput): readonly Finding[] {
  const { file, name, source } = input.indexes;
  return file.indexes.flatMap((index, at) => {
    if (index.fields.length <= LIMITS["fields-per-composite"].value) return [];
    return {
      severity: "error" as const,
      id: "too-many-fields" as const,
      where: placeIn(name, source, ["indexes", at]),
      what: `An index of ${index.collectionGroup} has ${index.fields.length} fields.`,
      why: `At most ${limitText("fields-per-composite")}.`,
      remedy: advice("Filter by fewer fields."),
    };
  });
}

/** Each element of an array is an entry, and one more in each composite that contains it. */
function largeDocuments(input: AuditInput): readonly Finding[] {
  const catalogue = createCatalogue(input.indexes.file);
  const most = LIMITS["index-entries-per-document"].value;
  return input.families.flatMap(({ name, pattern, place, sample, mostElements }) => {
    const group = pattern.split("/").at(-2);
    const holding = input.indexes.file.indexes.filter(
      (index) =>
        index.collectionGroup === group && index.fields.some((field) => "arrayConfig" in field),
    );
    const entries = catalogue.countEntries(pattern, sample) + mostElements * (1 + holding.length);
    if (entries <= most) return [];
    return {
      severity: "error" as const,
      id: "too-many-entries" as const,
      where: place,
      what: `A ${name} document may have ${figureText(entries)} index entries, ${figureText(mostElements)} elements in ${listOf(holding)} among them.`,
      why: `At most ${limitText("index-entries-per-document")}.`,
      remedy: advice("Exempt the arrays, or keep them shorter."),
    };
  });
}
