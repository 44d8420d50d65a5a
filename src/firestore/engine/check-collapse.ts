import type { Write } from "../data/write.ts";
import { microsOf } from "./micros.ts";
import { invalid } from "./refusals.ts";

/** What earlier writes of a request have made of a document. */
interface Collapsed {
  readonly name: string;
  /** Whether the document is there after it. */
  readonly exists: boolean;
  /** The update time required, in microseconds. */
  readonly version: number | null;
  readonly isVerify: boolean;
}

/**
 * Several writes of one document in a commit are one change to Firestore. Refuses those that cannot
 * be, whatever the database holds, in the emulator's words.
 */
export function checkCollapse(writes: readonly Write[]): void {
  const seen = new Map<string, Collapsed>();
  for (const write of writes) {
    const before = seen.get(write.path);
    const own = collapse(write);
    if (before === undefined) {
      seen.set(write.path, own);
      continue;
    }
    checkVerify(before, own);
    if (requiredExistence(write) === !before.exists) {
      throw invalid(`Cannot ${before.name} then ${own.name} an entity in the same request.`);
    }
    if (own.version !== null && own.version !== before.version) {
      throw invalid(
        `Cannot collapse mutations with different version preconditions (${versionText(before)} and ${versionText(own)})`,
      );
    }
    seen.set(write.path, { ...own, version: before.version });
  }
}

function collapse(write: Write): Collapsed {
  const { kind, precondition } = write;
  return {
    name: nameOf(write),
    exists: kind !== "delete",
    version: precondition?.kind === "update-time" ? microsOf(precondition.updateTime) : null,
    isVerify: kind === "verify",
  };
}

function checkVerify(before: Collapsed, own: Collapsed): void {
  if (!before.isVerify && !own.isVerify) return;
  if (before.isVerify && own.isVerify) {
    throw invalid("the same document cannot be verified more than once in a single request");
  }
  throw invalid(
    own.isVerify
      ? "the same document cannot be written and then verified in a single request"
      : "the same document cannot be verified and then written in a single request",
  );
}

function nameOf({ kind, precondition }: Write): string {
  if (kind === "delete" || kind === "verify") return kind;
  if (precondition === undefined) return "upsert";
  return precondition.kind === "exists" && !precondition.exists ? "insert" : "update";
}

/** Whether the write needs the document to be there, or not to be. An update time asks it of updates. */
function requiredExistence({ kind, precondition }: Write): boolean | undefined {
  if (precondition === undefined) return undefined;
  if (precondition.kind === "exists") return precondition.exists;
  return kind === "delete" ? undefined : true;
}

function versionText({ version }: Collapsed): string {
  return version === null
    ? "null"
    : `VersionPrecondition{exactBaseVersion=${version}, maxBaseVersion=null}`;
}
