import { z } from "zod";
import { count, parseDocument, timestamp } from "../../system/schema/document.ts";
import type { Store } from "../../system/store/store.ts";
import { STAGING_COLLECTION } from "./lease.ts";

/** What the database itself tells of a run: enough for `clean` to know it, whatever became of us. */
const manifestSchema = z.object({
  run: z.string(),
  prefix: z.string(),
  status: z.enum(["running", "ended", "cleaning"]),
  command: z.string(),
  commit: z.string(),
  users: count,
  started_at: timestamp,
  ended_at: timestamp.nullable(),
  /** Documents written so far; exact once the run has ended. */
  writes: count,
});
export type Manifest = z.infer<typeof manifestSchema>;

const manifestPath = (runId: string): string => `${STAGING_COLLECTION}/run-${runId}`;

/** Written before the run writes anything else. */
export async function createManifest(store: Store, manifest: Manifest): Promise<void> {
  const path = manifestPath(manifest.run);
  await store.commit([{ kind: "create", path, data: { ...manifest } }]);
}

export async function updateManifest(
  store: Store,
  runId: string,
  data: Partial<Pick<Manifest, "status" | "ended_at" | "writes">>,
): Promise<void> {
  await store.commit([{ kind: "update", path: manifestPath(runId), data }]);
}

export async function deleteManifest(store: Store, runId: string): Promise<void> {
  await store.commit([{ kind: "delete", path: manifestPath(runId) }]);
}

export async function readManifest(store: Store, runId: string): Promise<Manifest | undefined> {
  const [snapshot] = await store.get([manifestPath(runId)]);
  return snapshot && parseDocument(manifestSchema, snapshot);
}

const LISTED_MAX = 100;

/** The runs that have left something in the project, the latest first. */
export async function listManifests(store: Store): Promise<readonly Manifest[]> {
  const found = await store.query({
    from: { kind: "collection", path: STAGING_COLLECTION },
    orderBy: [{ field: "started_at", direction: "desc" }],
    limit: LISTED_MAX,
  });
  return found
    .filter(({ path }) => path.startsWith(manifestPath("")))
    .map((snapshot) => parseDocument(manifestSchema, snapshot));
}
