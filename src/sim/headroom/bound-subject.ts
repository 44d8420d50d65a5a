/**
 * The subject of a limit without what differs from seed to seed: where a range begins, and IDs that
 * are drawn at random. "index ledger_trades (ts ASC) from tenants/tenant_Ab3…/ledger_trades" is
 * "index ledger_trades (ts ASC)", and "document users/Xy7…/status/trading" is
 * "document users/…/status/trading".
 */
export function sameInAllSeeds(subject: string): string {
  const [kind = "", rest = ""] = splitOnce(subject, " ");
  if (kind === "document") return `document ${withoutIds(rest)}`;
  return splitOnce(subject, " from ")[0] ?? subject;
}

/** Shorter IDs are names that somebody chose: "performance", "trading". */
const RANDOM_ID_LENGTH = 16;

function withoutIds(path: string): string {
  return path
    .split("/")
    .map((segment, index) =>
      index % 2 === 1 && segment.length >= RANDOM_ID_LENGTH && /\d|[A-Z]/.test(segment)
        ? "…"
        : segment,
    )
    .join("/");
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}

/** An index as a report names it. */
export interface NamedIndex {
  readonly collectionGroup: string;
  readonly queryScope: "COLLECTION" | "COLLECTION_GROUP";
  readonly fields: readonly NamedColumn[];
}

export interface NamedColumn {
  readonly fieldPath: string;
  /** "ASC", "DESC", "CONTAINS". */
  readonly column: string;
}

const INDEX = /^index (collection group )?(\S+) \(([^)]*)\)/;

/** The index that a subject names; undefined when it names none. */
export function indexOf(subject: string): NamedIndex | undefined {
  const match = INDEX.exec(subject);
  if (match === null) return undefined;
  const [, group, collectionGroup = "", columns = ""] = match;
  return {
    collectionGroup,
    queryScope: group === undefined ? "COLLECTION" : "COLLECTION_GROUP",
    fields: columns.split(", ").map((text) => {
      const at = text.lastIndexOf(" ");
      return { fieldPath: text.slice(0, at), column: text.slice(at + 1) };
    }),
  };
}
