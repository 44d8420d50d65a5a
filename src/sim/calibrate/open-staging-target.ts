import type { Clock } from "../../std/clock.ts";
import type { Store } from "../../system/store/store.ts";
import type { RunOutput } from "../cli/progress.ts";
import { commitName } from "../run/machine-facts.ts";
import { billOf } from "../staging/bill.ts";
import { channelCredentials } from "../staging/channel-credentials.ts";
import { confinedStore } from "../staging/confined-store.ts";
import { asRefusals, requireStaging } from "../staging/guard.ts";
import { takeStagingLease, type StagingLease } from "../staging/lease.ts";
import { createManifest, deleteManifest, updateManifest } from "../staging/manifest.ts";
import type { StagingProject } from "../staging/project.ts";
import { openProjectStore, watchCredentials, type ProjectStore } from "../staging/project-store.ts";
import { RunScope } from "../staging/run-scope.ts";
import { cappedStore, WriteCaps } from "../staging/write-caps.ts";
import type { OpenTarget } from "./open-target.ts";
import { openEmptyCalls } from "./probe/empty-call.ts";
import type { PlannedOperations } from "./probe/probe-plan.ts";

export interface StagingProbe {
  readonly project: StagingProject;
  readonly runId: string;
  readonly planned: PlannedOperations;
  /** Dollars. */
  readonly maxCost: number;
  /** What repeats the probe; it stands in the manifest. */
  readonly command: string;
  readonly output: RunOutput;
  readonly signal: AbortSignal;
}

/** By chance a second may bring so much more than was planned for the busiest one. */
const ROOM = 1.25;

/**
 * Opens a project for a probe, with all that guards a staging run: the looking over, the estimate and
 * the caps, the lease, the manifest, and a store that writes the probe's own documents only.
 */
export async function openStagingTarget(clock: Clock, probe: StagingProbe): Promise<OpenTarget> {
  const { project, runId, output, signal, planned } = probe;
  const database = openProjectStore(project);
  try {
    output.phase(`Looking over project ${project.projectId}`);
    const { location } = await requireStaging(clock, project, database.store, signal);
    const { lines, limits } = billOf({
      estimate: {
        run: { reads: planned.reads, writes: planned.writes, deletes: 0 },
        cleaning: { reads: 0, writes: 0, deletes: planned.deletes },
      },
      location,
      maxCost: probe.maxCost,
      // Deletes are counted as writes are.
      maxWrites: Math.ceil(ROOM * (planned.writes + planned.deletes)),
      maxWritesPerSecond: Math.ceil(ROOM * planned.writesPerSecond),
    });
    for (const line of lines) output.line(`  ${line}`);
    const stopping = new AbortController();
    const stop = (reason: string): void => stopping.abort(new Error(reason));
    const lease = await asRefusals(project, () =>
      takeStagingLease(clock, database.store, { run: runId, purpose: "run", onLost: stop }),
    );
    const begun = new Begun({ clock, probe, database, lease });
    await begun.declare();
    const caps = new WriteCaps(clock, limits, stop);
    return begun.opened(location, caps, stop, AbortSignal.any([signal, stopping.signal]));
  } catch (error) {
    await database.close();
    throw error;
  }
}

interface BegunParts {
  readonly clock: Clock;
  readonly probe: StagingProbe;
  readonly database: ProjectStore;
  readonly lease: StagingLease;
}

/** A project whose lease is held. */
class Begun {
  readonly #parts: BegunParts;
  readonly #scope: RunScope;

  constructor(parts: BegunParts) {
    this.#parts = parts;
    this.#scope = new RunScope(parts.probe.runId);
  }

  /** Says in the database what is about to be written; gives the lease back where that fails. */
  async declare(): Promise<void> {
    const { clock, probe, database, lease } = this.#parts;
    const { runId, prefix } = this.#scope;
    try {
      await createManifest(database.store, {
        run: runId,
        prefix,
        status: "running",
        command: probe.command,
        commit: commitName(),
        users: 0,
        started_at: new Date(Math.round(clock.wallMs())),
        ended_at: null,
        writes: 0,
      });
    } catch (error) {
      await lease.release();
      throw error;
    }
  }

  opened(
    location: string,
    caps: WriteCaps,
    stop: (reason: string) => void,
    signal: AbortSignal,
  ): OpenTarget {
    const { clock, probe, database } = this.#parts;
    const { projectId, databaseId, endpoints, isGoogle } = probe.project;
    const confine = (store: Store): Store =>
      confinedStore(cappedStore(watchCredentials(store, stop), caps), this.#scope);
    const empty = openEmptyCalls(clock, {
      host: endpoints.firestore.host,
      projectId,
      databaseId,
      credentials: channelCredentials(probe.project, "firestore"),
    });
    return {
      target: { store: confine(database.store), roundTrip: () => empty.call() },
      patientStore: confine(database.patientStore),
      prefix: this.#scope.prefix,
      origin: {
        project: projectId,
        database: databaseId,
        region: location,
        target: isGoogle ? "Cloud Firestore" : "a gateway posing as a project",
      },
      signal,
      enter: (stage) => caps.enter(stage),
      close: async (left) => {
        empty.close();
        await this.#giveBack(left, caps.sent);
      },
    };
  }

  /** The manifest stays for `clean` where anything is left. */
  async #giveBack(left: number, writes: number): Promise<void> {
    const { clock, probe, database, lease } = this.#parts;
    const { runId, output } = probe;
    try {
      if (left === 0) await deleteManifest(database.store, runId);
      else {
        const endedAt = new Date(Math.round(clock.wallMs()));
        await updateManifest(database.store, runId, { status: "ended", ended_at: endedAt, writes });
        output.line(
          `  ${left} documents of probe ${runId} are left: npm run sim -- clean --project ${probe.project.projectId} --run ${runId}`,
        );
      }
      await lease.release();
    } finally {
      await database.close();
    }
  }
}
