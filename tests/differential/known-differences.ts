import type { Observation } from "./observe.ts";

/**
 * A difference between the embedded server (ours) and the official emulator (theirs) that is meant,
 * or is a fault of theirs. Data with a reason: what is not here is a fault of ours.
 */
export interface KnownDifference {
  readonly reason: string;
  readonly matches: (ours: Observation, theirs: Observation) => boolean;
  /** Whether the databases differ from here on, so that the rest of the case tells nothing. */
  readonly ends: boolean;
}

const UNKNOWN = 2;
const INVALID_ARGUMENT = 3;

const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    reason: "The emulator fails with UNKNOWN and no text: a crash of its own.",
    matches: (_, theirs) => theirs.code === UNKNOWN,
    ends: true,
  },
  {
    reason:
      "The emulator's skippedResults are 0, or counted twice, where a query sees all collections or nothing is left.",
    matches: (ours, theirs) =>
      ours.method === "RunQuery" &&
      ours.code === theirs.code &&
      ours.lines.slice(0, -1).join("\n") === theirs.lines.slice(0, -1).join("\n"),
    ends: false,
  },
  {
    reason:
      "A query that is refused anyway, at a read time that is too old: the emulator looks at the time first.",
    matches: (ours, theirs) =>
      ours.code === INVALID_ARGUMENT && theirs.text === "The requested 'read_time' is too old.",
    ends: false,
  },
  {
    reason:
      "With showMissing, the emulator ignores the mask (SDKs send an empty one to get names only) and gives a document that is missing the time of its deletion (the protos say that it has no times).",
    matches: (ours, theirs) =>
      ours.method === "ListDocuments" &&
      ours.lines.length === theirs.lines.length &&
      ours.lines.map(withoutFields).join("\n") === theirs.lines.map(withoutFields).join("\n"),
    ends: false,
  },
  {
    reason:
      "To the emulator, a document that was deleted has the deletion as its update time; the protos say that it must exist.",
    matches: (ours, theirs) =>
      ours.text.includes("the stored version (0) does not match") &&
      theirs.code === 0 &&
      !theirs.text.includes("does not match"),
    ends: true,
  },
  {
    reason: "The emulator drops a condition that stands twice before it counts ARRAY_CONTAINS.",
    matches: (ours, theirs) =>
      ours.text.startsWith("A maximum of 1 'ARRAY_CONTAINS'") && theirs.code === 0,
    ends: false,
  },
  {
    reason:
      "The emulator takes an inequality with null for one that nothing meets, and forgets the order it implies.",
    matches: (ours, theirs) =>
      ours.text === "order by clause cannot contain more fields after the key" && theirs.code === 0,
    ends: false,
  },
  {
    reason: "Without a page size, the emulator's page has 30 documents, ours 300.",
    matches: (ours, theirs) =>
      ours.method === "ListDocuments" &&
      theirs.lines.length === 31 &&
      ours.lines.length > 31 &&
      theirs.lines.slice(0, 30).every((line, index) => line === ours.lines[index]),
    ends: true,
  },
  {
    reason: "Over REST, the emulator cannot read the readTime of a GetDocument.",
    matches: (ours, theirs) =>
      ours.method === "GetDocument" && theirs.text === "Only timestamps past epoch are supported.",
    ends: false,
  },
];

function withoutFields(line: string): string {
  return line
    .replace(/, fields: .*, name: /, ", name: ")
    .replace(/^(\{name: "[^"]*"), updateTime: .*\}$/, "$1}");
}

export function knownDifference(
  ours: Observation,
  theirs: Observation,
): KnownDifference | undefined {
  return KNOWN_DIFFERENCES.find(({ matches }) => matches(ours, theirs));
}
