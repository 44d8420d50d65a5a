import { assert } from "../../std/assert.ts";
import { ownTenantId } from "../../system/provisioning/assign-tenant.ts";
import { DOCUMENT_FAMILIES, familyOf } from "../../system/schema/catalogue.ts";
import { DIRECT_COLLECTIONS } from "../drivers/direct-writer.ts";

/** Every ID of every run begins so; no user of an app has such an ID. */
const ALL_RUNS = "plimsoll-";

/** A run's name in the database: letters and digits that sort by time. */
export const RUN_ID = /^[0-9a-z]{6,12}$/;

/** Paths from `from` (included) to `to` (left out), as Firestore orders them by name. */
export interface PathRange {
  readonly from: string;
  readonly to: string;
}

/** The name of a run that begins now. Two never begin in one millisecond: they hold a lease. */
export function runIdAt(wallMs: number): string {
  return Math.round(wallMs).toString(36);
}

/**
 * Which documents are a run's. Its users' IDs begin with the run's prefix, and so do their tenants'
 * (behind the service's own "tenant_") and whatever else is named after a user. The few documents
 * that the service names after its workers and shards, and those of the direct lane, are renamed on
 * their way to the database and back: see `toDatabase` and `toRun`.
 */
export class RunScope {
  readonly runId: string;
  /** "plimsoll-mibq3k2x-": what the run's IDs begin with. */
  readonly prefix: string;
  /** Root collections that only a probe of this name writes to: it wants to find them new. */
  readonly probeCollections: readonly string[];

  constructor(runId: string) {
    assert(RUN_ID.test(runId), `a run's ID is 6 to 12 small letters and digits, got ${runId}`);
    this.runId = runId;
    this.prefix = `${ALL_RUNS}${runId}-`;
    this.probeCollections = [`${this.prefix}probe_rest`, `${this.prefix}probe_ramp`];
  }

  /** Whether the run may write at that path, as it stands in the database. */
  owns(path: string): boolean {
    const [root = "", id = "", , last = ""] = path.split("/");
    if (this.probeCollections.includes(root)) return id.startsWith(this.prefix);
    if (isDirect(path)) return id.startsWith(this.prefix);
    // Nothing that `clean` would not find.
    if (familyOf(path) === undefined) return false;
    switch (root) {
      case "users":
        return id.startsWith(this.prefix);
      case "tenants":
        return id.startsWith(ownTenantId(this.prefix));
      default:
        return last.startsWith(this.prefix);
    }
  }

  ownsUser(uid: string): boolean {
    return uid.startsWith(this.prefix);
  }

  /** The path of the run's document in the database. */
  toDatabase(path: string): string {
    if (!isRenamed(path) || this.owns(path)) return path;
    const end = path.lastIndexOf("/") + 1;
    return `${path.slice(0, end)}${this.prefix}${path.slice(end)}`;
  }

  /** The path by which the run knows a document of the database. */
  toRun(path: string): string {
    return isRenamed(path) ? path.replace(this.prefix, "") : path;
  }

  /**
   * Where the run's documents of all collections of one name lie, in order of their names. Of a
   * collection that the service does not know: beneath the run's users and tenants.
   */
  rangesOf(collection: string): readonly PathRange[] {
    const [first, end] = [this.prefix, after(this.prefix)];
    if (this.probeCollections.includes(collection)) {
      return [{ from: `${collection}/${first}`, to: `${collection}/${end}` }];
    }
    return rangesBehind(collection, first, end);
  }
}

/** Where the documents of any run lie in the collections of one name. */
export function rangesOfAllRuns(collection: string): readonly PathRange[] {
  return rangesBehind(collection, ALL_RUNS, after(ALL_RUNS));
}

/** Whether a run of whatever name has made the document. */
export function isOfSomeRun(path: string): boolean {
  return path
    .split("/")
    .some((id) => id.startsWith(ALL_RUNS) || id.startsWith(ownTenantId(ALL_RUNS)));
}

/** The first text after all that begin with a prefix: its last character is a hyphen. */
function after(prefix: string): string {
  return `${prefix.slice(0, -1)}.`;
}

/** The roots beneath which a run's collections lie, in order of name. */
const ROOTS = [
  { root: "tenants", idOf: (id: string) => ownTenantId(id) },
  { root: "users", idOf: (id: string) => id },
] as const;

function rangesBehind(collection: string, first: string, end: string): readonly PathRange[] {
  const direct = DIRECT_COLLECTIONS.filter((name) => name === collection);
  const families = DOCUMENT_FAMILIES.filter(
    ({ pattern }) => pattern.split("/").at(-2) === collection,
  );
  const ranges: PathRange[] = direct.map((name) => ({
    from: `${name}/${first}`,
    to: `${name}/${end}`,
  }));
  for (const { pattern } of families) {
    if (!pattern.startsWith("ops/")) continue;
    const parent = pattern.slice(0, pattern.lastIndexOf("/"));
    ranges.push({ from: `${parent}/${first}`, to: `${parent}/${end}` });
  }
  const isUnknown = direct.length === 0 && families.length === 0;
  for (const { root, idOf } of ROOTS) {
    const lies = isUnknown || families.some(({ pattern }) => pattern.startsWith(`${root}/`));
    if (lies) ranges.push({ from: `${root}/${idOf(first)}`, to: `${root}/${idOf(end)}` });
  }
  return ranges.sort((left, right) => (left.from < right.from ? -1 : 1));
}

/** Families whose IDs are a worker's or a shard's: `ops/…/…/{id}`. */
const RENAMED_FAMILIES: ReadonlySet<string> = new Set([
  "workerWriteRate",
  "batchPerformance",
  "sweepLease",
] satisfies (typeof DOCUMENT_FAMILIES)[number]["name"][]);

function isRenamed(path: string): boolean {
  return isDirect(path) || RENAMED_FAMILIES.has(familyOf(path)?.name ?? "");
}

function isDirect(path: string): boolean {
  return DIRECT_COLLECTIONS.some((name) => path.startsWith(`${name}/`));
}
