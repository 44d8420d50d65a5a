import type { Clock } from "../../std/clock.ts";
import type { Snapshot, Store, Write } from "../../system/store/store.ts";
import { UserError } from "../cli/errors.ts";
import type { RunOutput } from "../cli/progress.ts";
import { DIRECT_COLLECTIONS } from "../drivers/direct-writer.ts";
import { everyDocument, READ_BACK_COLLECTIONS } from "../run/every-document.ts";
import { commitAll } from "../run/provision-population.ts";
import { AccountClient } from "./accounts.ts";
import { confinedStore } from "./confined-store.ts";
import { asRefusals } from "./guard.ts";
import { takeStagingLease } from "./lease.ts";
import { deleteManifest, listManifests, readManifest, updateManifest } from "./manifest.ts";
import type { StagingProject } from "./project.ts";
import { RUN_ID, RunScope } from "./run-scope.ts";
import { cappedStore, WriteCaps } from "./write-caps.ts";

export interface Cleaning {
  readonly clock: Clock;
  readonly project: StagingProject;
  /** All of the project's database. */
  readonly store: Store;
  readonly runId: string;
  /** Counts what would be deleted, and deletes nothing. */
  readonly dryRun: boolean;
  readonly output: RunOutput;
  readonly signal: AbortSignal;
}

/** What was deleted, or would be; exact also when it was interrupted. */
export interface Cleaned {
  documents: number;
  accounts: number;
  /** Whether nothing of the run is left. */
  isComplete: boolean;
  /** Whether there was anything of the run: its manifest, a document, an account. */
  wasFound: boolean;
}

/**
 * Deletes what one run has made and nothing else: its documents, found by their names; then its users'
 * accounts; last its manifest. It may be interrupted and begun again, any number of times. `done`
 * grows as it goes on. Rejects with the signal's reason when that aborts first.
 */
export async function cleanRun(cleaning: Cleaning, done: Cleaned): Promise<void> {
  const { clock, project, store, runId, dryRun, signal, output } = cleaning;
  if (!RUN_ID.test(runId)) throw noSuchId(runId);
  const manifest = await asRefusals(project, () => readManifest(store, runId));
  if (dryRun) {
    await deleteAll(cleaning, done, signal);
  } else {
    const lost = new AbortController();
    const lease = await asRefusals(project, () =>
      takeStagingLease(clock, store, {
        run: runId,
        purpose: "clean",
        onLost: (reason) => lost.abort(new Error(reason)),
      }),
    );
    try {
      if (manifest !== undefined) await updateManifest(store, runId, { status: "cleaning" });
      await deleteAll(cleaning, done, AbortSignal.any([signal, lost.signal]));
      if (manifest !== undefined) await deleteManifest(store, runId);
    } finally {
      await lease.release();
    }
  }
  done.isComplete = !dryRun;
  done.wasFound = manifest !== undefined || done.documents + done.accounts > 0;
  if (done.wasFound) return;
  output.line(`Nothing of a run ${runId} is in project ${project.projectId}.`);
  const known = await listManifests(store);
  for (const { run, started_at: startedAt, users, status } of known) {
    output.line(`  run ${run}: ${status}, ${users} users, begun ${startedAt.toISOString()}`);
  }
}

async function deleteAll(cleaning: Cleaning, done: Cleaned, signal: AbortSignal): Promise<void> {
  await deleteDocuments(cleaning, done, signal);
  await deleteAccounts(cleaning, done, signal);
}

async function deleteDocuments(
  { clock, store, runId, dryRun, output }: Cleaning,
  done: Cleaned,
  signal: AbortSignal,
): Promise<void> {
  output.phase(`${dryRun ? "Counting" : "Deleting"} the documents of run ${runId}`);
  // Deleted as fast as seeding writes, for a burst of deletes is a hotspot like any other.
  const unlimited = { perSecond: Infinity, total: Infinity };
  const caps = new WriteCaps(clock, unlimited, () => undefined);
  const scope = new RunScope(runId);
  const own = confinedStore(cappedStore(store, caps), scope);
  const collections = [...READ_BACK_COLLECTIONS, ...DIRECT_COLLECTIONS, ...scope.probeCollections];
  for (const collection of collections) {
    for await (const page of everyDocument(own, collection)) {
      signal.throwIfAborted();
      if (!dryRun) await commitAll({ clock, store: own, signal }, page.map(deletion));
      done.documents += page.length;
      output.live(() => [`  ${done.documents} documents`]);
    }
  }
}

function deletion({ path }: Snapshot): Write {
  return { kind: "delete", path };
}

async function deleteAccounts(
  { clock, project, runId, dryRun, output }: Cleaning,
  done: Cleaned,
  signal: AbortSignal,
): Promise<void> {
  output.phase(`${dryRun ? "Counting" : "Deleting"} the accounts of run ${runId}`);
  const scope = new RunScope(runId);
  const accounts = new AccountClient(clock, project);
  const own: string[] = [];
  // All are listed before any goes: pages move while accounts are deleted.
  for await (const page of accounts.pages(signal)) {
    own.push(...page.filter((uid) => scope.ownsUser(uid)));
  }
  const before = done.accounts;
  if (dryRun) done.accounts += own.length;
  else {
    await accounts.delete(own, signal, (deleted) => {
      done.accounts = before + deleted;
      output.progress(deleted, own.length, "accounts");
    });
  }
}

function noSuchId(runId: string): UserError {
  return new UserError(
    "E_BAD_OPTIONS",
    `--run: ${JSON.stringify(runId)} is not a run's ID. Accepted: 6 to 12 small letters and digits.`,
    "A run says its ID when it begins and when it ends, and in its report.",
  );
}
